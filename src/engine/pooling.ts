import { type Axis, type Conv2dGeometry, strideWithin } from '../core/geometry.js';
import { type AvgPoolLayer, type GaussPoolLayer, meanWeights, type PoolLayer } from '../layers/pool.js';
import type { BandAlgorithm, BandShape } from './conv2d/algorithm.js';
import { bandOfRows, roundUp, tapCount, writeTaps } from './conv2d/taps.js';

/** What a pool has of an algorithm: it works on bands, plane by plane, as a convolution of groups of one channel. */
export type PoolAlgorithm = Pick<
  BandAlgorithm,
  'band' | 'packedBytes' | 'workspaceBytes' | 'packsAsGiven' | 'pack' | 'run' | 'fill' | 'spills' | 'groupsAtOnce'
>;

/** Padding counts as −∞; a NaN in the window is the result. Source: torch.nn.MaxPool2d */
export const maxPool: PoolAlgorithm = {
  fill: Number.NEGATIVE_INFINITY,
  spills: true,
  band: bandOfRows,
  packedBytes: (shape) => tapCount(shape) * 4,
  workspaceBytes: () => 0,
  pack: ({ heap, shape, packed }) => writeTaps(heap, shape, packed),
  run({ routines, shape, x, packed, y }) {
    const { oH, oW, sH, rowFloats } = shape;
    routines.maxPoolRows(x, packed, tapCount(shape), y, oH, oW, sH * rowFloats * 4);
  },
};

/**
 * Weighted mean pooling: sums in float64, rounded once. A window that reaches beyond the padding (ceil_mode) does not
 * count the cells beyond, as in torch. packed: taps i32, weights f64, the divisor of every output f64.
 * Source: torch.nn.AvgPool2d; Gaussian weights: design notes in ARCHITECTURE.md
 */
function meanPool(layer: AvgPoolLayer | GaussPoolLayer, [rows, columns]: readonly [Axis, Axis]): PoolAlgorithm {
  const { down, across, divisorOf } = meanWeights(layer, [rows, columns]);
  const parts = (shape: BandShape) => {
    const weights = roundUp(tapCount(shape) * 4, 16);
    const divisors = weights + roundUp(tapCount(shape) * 8, 16);
    return { weights, divisors, bytes: divisors + (rows.out * columns.out + 4) * 8 };
  };
  return {
    fill: 0,
    spills: true,
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

export function poolAlgorithm(layer: PoolLayer, axes: readonly [Axis, Axis]): PoolAlgorithm {
  return layer.kind === 'max_pool' ? maxPool : meanPool(layer, axes);
}

/** A pool's windows as those of a depthwise convolution of N·C planes: what bands are cut by. */
export function poolGeometry([rows, columns]: readonly [Axis, Axis], planes: number): Conv2dGeometry {
  return {
    N: 1,
    C: planes,
    H: rows.size,
    W: columns.size,
    M: planes,
    groups: planes,
    kH: rows.kernel,
    kW: columns.kernel,
    sH: strideWithin(rows.stride, rows.size, rows.padBefore, rows.padAfter),
    sW: strideWithin(columns.stride, columns.size, columns.padBefore, columns.padAfter),
    dH: rows.dilation,
    dW: columns.dilation,
    pads: [rows.padBefore, columns.padBefore, rows.padAfter, columns.padAfter],
    paddingMode: 'zeros',
    oH: rows.out,
    oW: columns.out,
  };
}
