import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { plural } from '../../../core/geometry.js';
import { reachedLayers } from '../../edits.js';
import { showLayer, showView } from '../actions.js';
import { focusShown } from '../focus.js';
import { networkOf, shapeNow, wordsNow } from '../store.js';
import { useSignal, useStore } from '../use-signal.js';
import { foldLayers, shapeText, shownNames, typeAhead } from './fold-layers.js';

/** Letters that follow within this time are one word. */
const TYPING_MS = 700;
/** What the list calls what is fed. */
const INPUT = 'input';

/** The layers in their order: one stop of the Tab key, arrows inside. */
export function LayerList() {
  const store = useStore();
  const state = useSignal(store.state);
  const ran = useSignal(store.ran);
  const network = networkOf(store, state);
  const groups = useMemo(() => foldLayers(network.layers.map(({ name }) => name)), [network]);
  const reached = useMemo(() => reachedLayers(network, state.edits), [network, state.edits]);
  const [folded, setFolded] = useState<ReadonlySet<string>>(() => new Set(groups.map(({ names }) => keyOf(names))));
  const list = useRef<HTMLDivElement>(null);
  const typed = useRef({ text: '', at: 0 });
  const names = [INPUT, ...network.layers.map(({ name }) => name)];
  const current = state.layer === null ? 0 : names.indexOf(state.layer, 1);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [state.layer]);

  const choose = (index: number) => {
    const target = Math.max(0, Math.min(names.length - 1, index));
    const group = groups.find((one) => one.prefix !== null && one.names.includes(names[target]));
    if (target > 0 && group) setFolded((before) => new Set([...before].filter((one) => one !== keyOf(group.names))));
    showLayer(store, target === 0 ? null : names[target]);
  };
  const key = (event: KeyboardEvent) => {
    const target = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: names.length - 1 }[event.key];
    if (target !== undefined) choose(target);
    else if (event.key === 'Enter') {
      showView(store, 'maps');
      focusShown();
    } else if (
      event.key.length === 1 &&
      /[^\s[\]?]/.test(event.key) &&
      !event.ctrlKey &&
      !event.altKey &&
      !event.metaKey
    ) {
      const { text, at } = typed.current;
      const word = (event.timeStamp - at < TYPING_MS ? text : '') + event.key;
      typed.current = { text: word, at: event.timeStamp };
      const found = typeAhead([INPUT, ...groups.flatMap(shownNames)], current, word);
      if (found !== null) choose(found);
    } else return;
    event.preventDefault();
  };
  const option = (name: string | null, shownName = name ?? INPUT) => {
    const layer = network.layers.find((one) => one.name === name) ?? null;
    const isShown = state.layer === name;
    const size = layer ? shapeText(shapeNow(ran, layer)) : inputText(ran?.input);
    return (
      <div
        key={name ?? INPUT}
        id={`option-${name === null ? 0 : names.indexOf(name, 1)}`}
        role="option"
        aria-selected={isShown}
        class="layer"
        title={name ?? INPUT}
        onClick={() => showLayer(store, name)}
      >
        <span class="name">{shownName}</span> <span class="shape">{size}</span>
        {layer && <span class="words">{wordsNow(ran, layer)}</span>}
        {layer && reached.has(layer.name) && <span class="reached">changed</span>}
      </div>
    );
  };
  const toggle = (group: string) =>
    setFolded((before) => {
      const after = new Set(before);
      if (!after.delete(group)) after.add(group);
      return after;
    });
  return (
    <div
      class="layers"
      ref={list}
      role="listbox"
      aria-label="Layers"
      aria-activedescendant={`option-${current}`}
      tabIndex={0}
      onKeyDown={key}
    >
      {option(null)}
      {groups.map((group) => {
        const { prefix, names: own } = group;
        if (prefix === null) return option(own[0]);
        const isFolded = folded.has(keyOf(own)) && !own.includes(state.layer ?? '');
        return (
          <div role="group" key={keyOf(own)} aria-label={`${prefix}, ${plural(own.length, 'layer')}`}>
            <div class="fold" role="presentation" onClick={() => toggle(keyOf(own))}>
              {isFolded ? '▸' : '▾'} {prefix} · {plural(own.length, 'layer')}
            </div>
            {!isFolded && shownNames(group).map((shown, i) => option(own[i], shown))}
          </div>
        );
      })}
    </div>
  );
}

function keyOf([first]: readonly string[]): string {
  return first;
}

function inputText(input: { readonly width: number; readonly height: number } | undefined): string {
  return input ? `${input.height} × ${input.width}` : '';
}
