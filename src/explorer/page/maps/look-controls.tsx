import { useState } from 'preact/hooks';
import type { ColormapName, ScaleRule } from '../../../core/job.js';
import { COLORMAP_NAMES, readScale, scaleText } from '../../address.js';
import { showLook } from '../actions.js';
import { useSignal, useStore } from '../use-signal.js';

const SCALES = [
  ['auto', 'auto'],
  ['minmax', 'smallest to largest'],
  ['symmetric', 'around zero'],
  ['fixed', 'from … to …'],
] as const;
/** Where nothing was chosen before. */
const FIXED: ScaleRule = { kind: 'fixed', lo: -1, hi: 1 };

/** How values become greys and colours. */
export function LookControls() {
  const store = useStore();
  const { look } = useSignal(store.state);
  const { scale, colormap, each } = look;
  const chooseScale = (kind: string) =>
    showLook(store, { scale: kind === 'fixed' ? FIXED : (readScale(kind) ?? scale) });
  // blue and orange mean signs only around a neutral zero
  const chooseColours = (name: ColormapName) =>
    showLook(store, {
      colormap: name,
      ...(name === 'diverging' && scale.kind === 'auto' ? { scale: { kind: 'symmetric' } as const } : {}),
    });
  return (
    <fieldset class="look">
      <legend class="unseen">How values become greys</legend>
      <label>
        scale{' '}
        <select value={scale.kind} onChange={({ currentTarget }) => chooseScale(currentTarget.value)}>
          {SCALES.map(([kind, words]) => (
            <option key={kind} value={kind}>
              {words}
            </option>
          ))}
          {scale.kind === 'percentiles' && <option value="percentiles">{scaleText(scale)}</option>}
        </select>
      </label>
      {scale.kind === 'fixed' && <FixedEnds lo={scale.lo} hi={scale.hi} />}
      <label>
        colours{' '}
        <select value={colormap} onChange={({ currentTarget }) => chooseColours(currentTarget.value as ColormapName)}>
          {COLORMAP_NAMES.map((name) => (
            <option key={name} value={name}>
              {name === 'diverging' ? 'signs: blue, orange' : name}
            </option>
          ))}
        </select>
      </label>
      <label>
        <input
          type="checkbox"
          checked={each}
          onChange={({ currentTarget }) => showLook(store, { each: currentTarget.checked })}
        />{' '}
        each map its own scale
      </label>
    </fieldset>
  );
}

function FixedEnds({ lo, hi }: { readonly lo: number; readonly hi: number }) {
  const store = useStore();
  const [wrong, setWrong] = useState('');
  const set = (text: string) => {
    const scale = readScale(text);
    setWrong(scale ? '' : 'the smaller number first');
    if (scale) showLook(store, { scale });
  };
  return (
    <span>
      <input
        type="number"
        step="any"
        aria-label="black"
        value={lo}
        onChange={({ currentTarget }) => set(`${Number(currentTarget.value)},${hi}`)}
      />{' '}
      <input
        type="number"
        step="any"
        aria-label="white"
        value={hi}
        onChange={({ currentTarget }) => set(`${lo},${Number(currentTarget.value)}`)}
      />{' '}
      <output>{wrong}</output>
    </span>
  );
}
