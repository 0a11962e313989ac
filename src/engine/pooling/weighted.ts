import type { Axis } from '../../core/geometry.js';
import { type AvgPoolLayer, type GaussPoolLayer, meanWeights } from '../../layers/pool.js';
import type { BandShape } from '../conv2d/algorithm.js';
import { bandOfRows, roundUp, tapCount, writeTaps } from '../conv2d/taps.js';
import type { PoolAlgorithm } from './max.js';

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
