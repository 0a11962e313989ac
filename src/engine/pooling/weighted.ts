import type { Axis } from '../../core/geometry.js';
import type { AvgPoolLayer, GaussPoolLayer, Pair } from '../../core/layers.js';
import { exp } from '../../core/math.js';
import type { BandShape } from '../conv2d/algorithm.js';
import { bandOfRows, roundUp, tapCount, writeTaps } from '../conv2d/taps.js';
import type { PoolAlgorithm } from './max.js';

/** All weights 1: the plain mean. */
function flatWeights(kernel: number): Float64Array {
  return new Float64Array(kernel).fill(1);
}

/** exp(−d²/2σ²) at distance d from the window's centre, along one axis; the 2-D weight is the product of two. */
function gaussWeights(kernel: number, sigma: number): Float64Array {
  const centre = (kernel - 1) / 2;
  return Float64Array.from({ length: kernel }, (_, k) => exp(-((k - centre) * (k - centre)) / (2 * sigma * sigma)));
}

/** σ unless given: a quarter of the window's side. */
export function defaultSigma([kH, kW]: Pair): Pair {
  return [kH / 4, kW / 4];
}

/** The weights of a window of a mean pool, along each axis, and what each output divides its sum by. */
export function meanWeights(layer: AvgPoolLayer | GaussPoolLayer, [rows, columns]: readonly [Axis, Axis]) {
  const along = (axis: Axis, a: 0 | 1) =>
    layer.kind === 'gauss_pool' ? gaussWeights(axis.kernel, layer.sigma[a]) : flatWeights(axis.kernel);
  const [down, across] = [along(rows, 0), along(columns, 1)];
  const fixed = layer.kind === 'avg_pool' ? layer.divisorOverride : null;
  const divisorOf = (i: number, j: number): number =>
    fixed ?? weightWithin(rows, columns, down, across, i, j, layer.countIncludePad);
  return { down, across, divisorOf };
}

/**
 * Weighted mean pooling: sums in float64, rounded once. A window that reaches beyond the padding (ceil_mode) does not
 * count the cells beyond, as in torch. packed: taps i32, weights f64, the divisor of every output f64.
 * Source: torch.nn.AvgPool2d; Gaussian weights: design notes in ARCHITECTURE.md
 */
export function meanPool(layer: AvgPoolLayer | GaussPoolLayer, [rows, columns]: readonly [Axis, Axis]): PoolAlgorithm {
  const { down, across, divisorOf } = meanWeights(layer, [rows, columns]);
  const parts = (shape: BandShape) => {
    const weights = roundUp(tapCount(shape) * 4, 16);
    const divisors = weights + roundUp(tapCount(shape) * 8, 16);
    return { weights, divisors, bytes: divisors + (rows.out * columns.out + 4) * 8 };
  };
  return {
    fill: 0,
    band: bandOfRows,
    packedBytes: (shape) => parts(shape).bytes,
    workspaceBytes: () => 0,
    pack({ heap, shape, packed }) {
      const { weights, divisors } = parts(shape);
      writeTaps(heap, shape, packed);
      let at = (packed + weights) / 8;
      for (const u of down) for (const v of across) heap.f64[at++] = u * v;
      at = (packed + divisors) / 8;
      for (let i = 0; i < rows.out; i++) {
        for (let j = 0; j < columns.out; j++) {
          heap.f64[at++] = divisorOf(i, j);
        }
      }
    },
    run({ routines, shape, firstRow, x, packed, y }) {
      const { oH, oW, sH, rowFloats } = shape;
      const { weights, divisors } = parts(shape);
      const divisorsOfBand = packed + divisors + firstRow * oW * 8;
      const step = sH * rowFloats * 4;
      routines.meanPoolRows(x, packed, packed + weights, tapCount(shape), divisorsOfBand, y, oH, oW, step);
    },
  };
}

/** What output (i, j) is made with: the weight of each cell of its window [kH, kW], and what their sum is divided by. */
export function meanWindow(
  layer: AvgPoolLayer | GaussPoolLayer,
  [rows, columns]: readonly [Axis, Axis],
  i: number,
  j: number,
): { readonly weights: Float64Array; readonly divisor: number } {
  const { down, across, divisorOf } = meanWeights(layer, [rows, columns]);
  const weights = new Float64Array(down.length * across.length);
  for (let u = 0, at = 0; u < down.length; u++) for (const v of across) weights[at++] = down[u] * v;
  return { weights, divisor: divisorOf(i, j) };
}

/** The weights of the cells that count for output (i, j): those of the input, or of input and padding. */
function weightWithin(
  rows: Axis,
  columns: Axis,
  down: Float64Array,
  across: Float64Array,
  i: number,
  j: number,
  withPadding: boolean,
): number {
  let sum = 0;
  for (let u = 0; u < rows.kernel; u++) {
    if (!counts(rows, i * rows.stride - rows.padBefore + u, withPadding)) continue;
    for (let v = 0; v < columns.kernel; v++) {
      if (counts(columns, j * columns.stride - columns.padBefore + v, withPadding)) sum += down[u] * across[v];
    }
  }
  return sum;
}

function counts({ size, padAfter }: Axis, at: number, withPadding: boolean): boolean {
  return withPadding ? at < size + padAfter : at >= 0 && at < size;
}
