import { type Check, law } from '../../core/check.js';
import { formatNumber } from '../../core/format.js';
import { type Tensor, tensor } from '../../core/tensor.js';
import type { Law, Layers } from './layers.js';

const SIZES = [2, 3, 5, 8];
const CONSTANT = 0.3;
/** Averages are sums of float32 weights: this is a few units in their last place. */
const ROUNDING = 1e-6;

type Pool = (layers: Layers, x: Tensor, kernelSize: number, stride: number) => Tensor;

const POOLS: readonly (readonly [kind: string, pool: Pool, exact: boolean])[] = [
  ['max', ({ maxPool2d }, x, kernelSize, stride) => maxPool2d(x, { kernelSize, stride }), true],
  ['mean', ({ avgPool2d }, x, kernelSize, stride) => avgPool2d(x, { kernelSize, stride }), false],
  [
    'weighted by distance (gauss)',
    ({ gaussPool2d }, x, kernelSize, stride) => gaussPool2d(x, { kernelSize, stride }),
    false,
  ],
];

/** P1: a map of one value stays that value whatever the pool; the weights of a mean sum to 1. */
export const constantMapLaw: Law = (layers) =>
  POOLS.flatMap(([kind, pool, exact]) => [
    constantStays(layers, kind, pool, exact),
    ...(exact ? [] : [weightsSum(layers, kind, pool)]),
  ]);

function constantStays(layers: Layers, kind: string, pool: Pool, exact: boolean): Check {
  const value = Math.fround(CONSTANT);
  const map = tensor(new Float32Array(16 * 16).fill(value), [16, 16]);
  let largest = 0;
  for (const size of SIZES) {
    for (const pooled of pool(layers, map, size, Math.min(size, 2)).data) {
      largest = Math.max(largest, Math.abs(pooled - value));
    }
  }
  return law(
    `${kind}: a map of ${CONSTANT} everywhere stays as it is (windows of ${SIZES.join(', ')})`,
    exact ? 'exactly' : `within ${formatNumber(ROUNDING)}`,
    largest === 0 ? 'exactly' : `largest change ${formatNumber(largest, 2)}`,
    exact ? largest === 0 : largest <= ROUNDING,
  );
}

/** The weight of a place in the window is what the pool makes of a 1 there and 0 elsewhere. */
function weightsSum(layers: Layers, kind: string, pool: Pool): Check {
  const sums = SIZES.map((size) => {
    let sum = 0;
    for (let place = 0; place < size * size; place++) {
      const map = tensor(new Float32Array(size * size), [size, size]);
      map.data[place] = 1;
      sum += pool(layers, map, size, 1).data[0];
    }
    return sum;
  });
  const largest = Math.max(...sums.map((sum) => Math.abs(sum - 1)));
  return law(
    `${kind}: the weights of a window sum to 1 (windows of ${SIZES.join(', ')})`,
    `1 within ${formatNumber(ROUNDING)}`,
    largest === 0 ? 'exactly 1' : `1 within ${formatNumber(largest, 2)}`,
    largest <= ROUNDING,
  );
}
