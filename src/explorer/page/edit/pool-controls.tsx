import type { Layer } from '../../../layers/index.js';
import type { PoolLayer } from '../../../layers/pool.js';
import { NumberSlider } from './number-slider.js';
import { type PoolKind, poolOf, withSide, withStride } from './pools.js';

interface PoolProps {
  readonly layer: Layer;
  readonly original: Layer;
  readonly onSet: (layer: Layer) => void;
}

const KINDS: readonly (readonly [kind: PoolKind, words: string])[] = [
  ['max_pool', 'largest'],
  ['avg_pool', 'mean'],
  ['gauss_pool', 'gauss'],
];
const MOST_SIDE = 8;

/** Another pooling, or none. */
export function PoolControls({ layer, original, onSet }: PoolProps) {
  const pool = isPool(layer) ? layer : null;
  const before = pool ?? (isPool(original) ? original : null);
  return (
    <>
      <label class="slider">
        <span>pooling</span>
        <select
          value={pool?.kind ?? 'identity'}
          onChange={({ currentTarget }) => {
            const { value } = currentTarget;
            onSet(value === 'identity' ? { kind: 'identity' } : poolOf(value as PoolKind, before));
          }}
        >
          <option value="identity">none</option>
          {KINDS.map(([kind, words]) => (
            <option key={kind} value={kind}>
              {words}
            </option>
          ))}
        </select>
        <output />
      </label>
      {pool && (
        <>
          <NumberSlider
            label="window"
            value={pool.kernelSize[0]}
            min={1}
            max={MOST_SIDE}
            onSet={(side) => onSet(withSide(pool, side))}
          />
          <NumberSlider
            label="stride"
            value={pool.stride[0]}
            min={1}
            max={MOST_SIDE}
            onSet={(side) => onSet(withStride(pool, side))}
          />
        </>
      )}
    </>
  );
}

function isPool(layer: Layer): layer is PoolLayer {
  return layer.kind === 'max_pool' || layer.kind === 'avg_pool' || layer.kind === 'gauss_pool';
}
