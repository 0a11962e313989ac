import type { BandAlgorithm } from '../conv2d/algorithm.js';
import { bandOfRows, tapCount, writeTaps } from '../conv2d/taps.js';

/** What a pool has of an algorithm: it works on bands, plane by plane, as a convolution of groups of one channel. */
export type PoolAlgorithm = Pick<
  BandAlgorithm,
  'band' | 'packedBytes' | 'workspaceBytes' | 'packsAsGiven' | 'pack' | 'run' | 'fill'
>;

/** Padding counts as −∞; a NaN in the window is the result. Source: torch.nn.MaxPool2d */
export const maxPool: PoolAlgorithm = {
  fill: Number.NEGATIVE_INFINITY,
  band: bandOfRows,
  packedBytes: (shape) => tapCount(shape) * 4,
  workspaceBytes: () => 0,
  pack: ({ heap, shape, packed }) => writeTaps(heap, shape, packed),
  run({ routines, shape, x, packed, y }) {
    const { oH, oW, sH, rowFloats } = shape;
    routines.maxPoolRows(x, packed, tapCount(shape), y, oH, oW, sH * rowFloats * 4);
  },
};
