import { useEffect, useMemo, useRef } from 'preact/hooks';
import { reachedLayers } from '../../edits.js';
import type { PackedLayer } from '../../page-data.js';
import { showLayer, showView } from '../actions.js';
import { shapeText } from '../input/fold-layers.js';
import { networkOf, shapeNow } from '../store.js';
import { useSignal, useStore } from '../use-signal.js';
import { moveInGraph, type Spot } from './graph-keys.js';

const MARGIN = 20;

type Boxed = PackedLayer & { readonly box: NonNullable<PackedLayer['box']> };

/** The layers as boxes and what each reads as lines. */
export function GraphView() {
  const store = useStore();
  const state = useSignal(store.state);
  const ran = useSignal(store.ran);
  const network = networkOf(store, state);
  const frame = useRef<HTMLDivElement>(null);
  const boxed = useMemo(() => network.layers.filter((layer): layer is Boxed => layer.box !== null), [network]);
  const reached = useMemo(() => reachedLayers(network, state.edits), [network, state.edits]);
  const spots = useMemo<Spot[]>(
    () => boxed.map(({ name, from, box }) => ({ name, from, x: box.x, y: box.y })),
    [boxed],
  );
  useEffect(() => {
    frame.current?.querySelector('.box.shown')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [state.layer]);
  if (boxed.length === 0) {
    return (
      <p>This network has {network.layers.length} layers, too many for a graph: the list at the left has them all.</p>
    );
  }
  const width = Math.max(...boxed.map(({ box }) => box.x + box.width / 2)) + MARGIN;
  const height = Math.max(...boxed.map(({ box }) => box.y + box.height / 2)) + MARGIN;
  const current = boxed.some(({ name }) => name === state.layer) ? state.layer : boxed[0].name;
  const key = (event: KeyboardEvent) => {
    if (event.key === 'Enter') showView(store, 'maps');
    else {
      const next = moveInGraph(spots, current ?? '', event.key);
      if (next === null) return;
      showLayer(store, next);
    }
    event.preventDefault();
  };
  return (
    <div
      class="graph"
      ref={frame}
      role="listbox"
      aria-label="Layers as a graph"
      tabIndex={0}
      aria-activedescendant={`box-${boxed.findIndex(({ name }) => name === current)}`}
      onKeyDown={key}
    >
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="presentation">
        {boxed.flatMap((layer) =>
          layer.from.map((name) => {
            const source = boxed.find((one) => one.name === name);
            return source && <path key={`${name} ${layer.name}`} d={edgePath(source.box, layer.box)} class="edge" />;
          }),
        )}
        {boxed.map((layer, index) => {
          const { name, box } = layer;
          const isShown = name === current;
          return (
            <g
              key={name}
              role="option"
              aria-selected={isShown}
              id={`box-${index}`}
              class={`box${isShown ? ' shown' : ''}${reached.has(name) ? ' reached' : ''}`}
              onClick={() => showLayer(store, name)}
              onDblClick={() => showView(store, 'maps')}
            >
              <rect x={box.x - box.width / 2} y={box.y - box.height / 2} width={box.width} height={box.height} rx={5} />
              <text x={box.x} y={box.y - 3} class="name">
                {name}
              </text>
              <text x={box.x} y={box.y + 14}>
                {shapeText(shapeNow(ran, layer))}
              </text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}

function edgePath(from: Boxed['box'], to: Boxed['box']): string {
  const [y0, y1] = [from.y + from.height / 2, to.y - to.height / 2];
  const bend = (y1 - y0) / 2;
  return `M${from.x} ${y0}C${from.x} ${y0 + bend} ${to.x} ${y1 - bend} ${to.x} ${y1}`;
}
