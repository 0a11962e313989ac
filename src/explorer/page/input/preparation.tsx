import { plural } from '../../../core/geometry.js';
import { type Fit, fitText, type ImagePreset, type PixelRange } from '../../../core/job.js';
import { reversed } from '../../../core/preset.js';
import { PIXEL_RANGE_NAMES } from '../../preset-check.js';
import { go } from '../actions.js';
import { networkOf } from '../store.js';
import { useSignal, useStore } from '../use-signal.js';
import { normalizeOf, normalizeWords, sidesOf, sidesWords } from './preparation-text.js';

const RANGES: Readonly<Record<PixelRange, string>> = { unit: '0 to 1', 255: '0 to 255', signed: '−1 to 1' };

/** How an image becomes the numbers that the first layer reads; all of it can be changed. */
export function Preparation() {
  const store = useStore();
  const state = useSignal(store.state);
  const ran = useSignal(store.ran);
  const notes = ran?.notes ?? [];
  const own = networkOf(store, state).preset;
  const now = state.preset ?? own;
  const { geometry, preprocess, digit } = now;
  const { fit, ...plain } = geometry;
  const set = (change: Partial<ImagePreset>) => go(store, { preset: { ...now, ...change } });
  return (
    <details>
      <summary>
        {ran?.prepared ?? 'Preparation of the image'}
        {notes.length > 0 && ` · ${plural(notes.length, 'note')}`}
      </summary>
      <div class="settings">
        {notes.map((note) => (
          <p class="faint" key={note}>
            {note}
          </p>
        ))}
        <TextField
          label="resize"
          hint="256: the shorter side; 28×28: height × width; empty: as it is"
          text={sidesWords(geometry.resize)}
          onSet={(text) => {
            const resize = sidesOf(text);
            set({ geometry: typeof resize === 'object' ? { ...geometry, resize } : { ...plain, resize } });
          }}
        />
        <TextField
          label="crop"
          hint="224×224, of the middle; empty: all of it"
          text={sidesWords(geometry.crop)}
          onSet={(text) => {
            const sides = sidesOf(text);
            set({ geometry: { ...plain, crop: typeof sides === 'number' ? [sides, sides] : sides } });
          }}
        />
        {typeof geometry.resize === 'object' && geometry.resize && !geometry.crop && (
          <label class="slider">
            <span>fit</span>
            <select
              value={fit ? fitText(fit) : 'stretch'}
              onChange={({ currentTarget: { value } }) =>
                set({ geometry: value === 'stretch' ? plain : { ...plain, fit: fits(fit)[value] } })
              }
            >
              <option>stretch</option>
              {Object.keys(fits(fit)).map((text) => (
                <option key={text}>{text}</option>
              ))}
            </select>
          </label>
        )}
        <label class="slider">
          <span>pixels</span>
          <select
            value={preprocess.pixels}
            onChange={({ currentTarget }) =>
              set({ preprocess: { ...preprocess, pixels: currentTarget.value as PixelRange } })
            }
          >
            {PIXEL_RANGE_NAMES.map((name) => (
              <option key={name} value={name}>
                {RANGES[name]}
              </option>
            ))}
          </select>
        </label>
        {!preprocess.gray && (
          <label>
            <input
              type="checkbox"
              checked={preprocess.channels === 'bgr'}
              onChange={() => {
                const { channels, ...rgb } = preprocess;
                const normalize = reversed(preprocess.normalize);
                set({ preprocess: { ...rgb, normalize, ...(!channels && { channels: 'bgr' }) } });
              }}
            />{' '}
            BGR: blue is fed first
          </label>
        )}
        <label>
          <input
            type="checkbox"
            checked={preprocess.gray}
            onChange={({ currentTarget: { checked } }) => {
              const { channels, ...rgb } = preprocess;
              set({ preprocess: { ...rgb, gray: checked } });
            }}
          />{' '}
          gray: one channel
        </label>
        <TextField
          label="mean/std"
          hint="0.485,0.456,0.406/0.229,0.224,0.225; empty: none"
          text={normalizeWords(preprocess.normalize)}
          onSet={(text) => set({ preprocess: { ...preprocess, normalize: normalizeOf(text) } })}
        />
        {digit && <p class="faint">a digit: it is fitted into the middle, as MNIST's were</p>}
        {state.preset && (
          <button type="button" class="small" onClick={() => go(store, { preset: null })}>
            As the network says
          </button>
        )}
      </div>
    </details>
  );
}

/** How an image comes to both sides, by the words of --fit; what a preset says is among them. */
function fits(own: Fit | undefined): Readonly<Record<string, Fit>> {
  const all: Fit[] = [{ kind: 'crop' }, { kind: 'letterbox', colour: '#727272' }, ...(own ? [own] : [])];
  return Object.fromEntries(all.map((fit) => [fitText(fit), fit]));
}

interface TextFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly text: string;
  readonly onSet: (text: string) => void;
}

function TextField({ label, hint, text, onSet }: TextFieldProps) {
  return (
    <label class="slider" title={hint}>
      <span>{label}</span>
      <input type="text" value={text} placeholder={hint} onChange={({ currentTarget }) => onSet(currentTarget.value)} />
    </label>
  );
}
