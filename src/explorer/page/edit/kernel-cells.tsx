import { useState } from 'preact/hooks';
import { formatNumber } from '../../../core/text.js';
import { withEdit, withoutConstant } from '../../edits.js';
import type { PackedLayer } from '../../page-data.js';
import type { KernelGreys } from '../../protocol.js';
import { setEdits } from '../actions.js';
import { Refused } from '../parts/refused.js';
import { useSignal, useStore } from '../use-signal.js';
import { signTint } from '../why/tint.js';
import { NumberSlider } from './number-slider.js';
import { resizeKernels } from './resize-kernels.js';
import { useKernels } from './use-kernels.js';

/** Larger kernels have too many cells to be typed. */
const MOST_SIDE = 11;

/** The kernel of the chosen map as cells that can be changed, and its bias. */
export function KernelCells({ layer }: { readonly layer: PackedLayer }) {
  const store = useStore();
  const { channel, edits } = useSignal(store.state);
  const [reads, setReads] = useState(0);
  const { kernels, refusal } = useKernels(layer.name);
  if (!kernels) return <Refused refusal={refusal} />;
  const [maps, channels, height, width] = kernels.shape;
  const map = Math.min(channel, maps - 1);
  const read = Math.min(reads, channels - 1);
  const isChanged = edits.some(
    (edit) =>
      (edit.kind === 'weight' || edit.kind === 'kernel') &&
      (edit.constant === kernels.constant || edit.constant === kernels.biasConstant),
  );
  const resize = (side: number) => {
    const edit = {
      kind: 'kernel',
      constant: kernels.constant,
      ...resizeKernels(kernels.data, kernels.shape, side),
    } as const;
    setEdits(store, withEdit(store.state.peek().edits, edit));
  };
  const reset = () => {
    const without = withoutConstant(edits, kernels.constant);
    setEdits(store, kernels.biasConstant === null ? without : withoutConstant(without, kernels.biasConstant), 'step');
  };
  return (
    <fieldset class="settings">
      <legend>
        kernel of map {map}
        {channels > 1 && ' for channel '}
        {channels > 1 && (
          <input
            type="number"
            aria-label="channel that is read"
            min={0}
            max={channels - 1}
            value={read}
            onChange={({ currentTarget }) => setReads(Math.max(0, Math.round(Number(currentTarget.value))))}
          />
        )}
      </legend>
      {height <= MOST_SIDE && width <= MOST_SIDE ? (
        <Cells kernels={kernels} map={map} read={read} />
      ) : (
        <p class="faint">
          {height}×{width} weights: too many to be typed
        </p>
      )}
      {store.data.kind === 'layer' && (
        <NumberSlider label="size" value={height} min={1} max={MOST_SIDE} onSet={resize} />
      )}
      <Bias kernels={kernels} map={map} />
      {isChanged && (
        <button type="button" class="small" onClick={reset}>
          Reset kernel and bias
        </button>
      )}
    </fieldset>
  );
}

interface CellsProps {
  readonly kernels: KernelGreys;
  readonly map: number;
  readonly read: number;
}

function Cells({ kernels, map, read }: CellsProps) {
  const store = useStore();
  const [, channels, height, width] = kernels.shape;
  const first = (map * channels + read) * height * width;
  const weights = kernels.data.subarray(first, first + height * width);
  const reach = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  const set = (index: number, text: string) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) return;
    const edit = { kind: 'weight', constant: kernels.constant, index: first + index, value } as const;
    setEdits(store, withEdit(store.state.peek().edits, edit));
  };
  return (
    <div class="scrolls" tabIndex={width > 5 ? 0 : undefined}>
      <table class="numbers cells">
        <caption class="unseen">kernel, one cell a weight</caption>
        <tbody>
          {Array.from({ length: height }, (_, row) => (
            <tr key={row}>
              {Array.from({ length: width }, (_, column) => {
                const index = row * width + column;
                return (
                  <td key={column} style={signTint(weights[index], reach)}>
                    <input
                      type="number"
                      step="any"
                      aria-label={`row ${row}, column ${column}`}
                      value={Number(weights[index].toPrecision(3))}
                      onChange={({ currentTarget }) => set(index, currentTarget.value)}
                    />
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Bias({ kernels, map }: { readonly kernels: KernelGreys; readonly map: number }) {
  const store = useStore();
  const { bias, biasConstant } = kernels;
  if (!bias || biasConstant === null) return null;
  const reach = bias.reduce((most, one) => Math.max(most, Math.abs(one)), 1);
  return (
    <NumberSlider
      label="bias"
      value={bias[map]}
      min={-2 * reach}
      max={2 * reach}
      step="any"
      text={formatNumber(bias[map], 4)}
      onSet={(value) =>
        setEdits(
          store,
          withEdit(store.state.peek().edits, {
            kind: 'weight',
            constant: biasConstant,
            index: map,
            value: Math.round(value * 1000) / 1000,
          }),
        )
      }
    />
  );
}
