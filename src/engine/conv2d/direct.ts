import { type Conv2dGeometry, conv2dMacs } from '../../core/geometry.js';
import type { BandAlgorithm, BandShape, BandTask, PackTask } from './algorithm.js';
import { CHUNK } from './order.js';
import { bandOfRows, roundUp, tapCount, writeTaps } from './taps.js';

/** packed: weights [M, K] float32, then the offset of each tap [K] int32. */
export function packDirect({ heap, shape, weight, packed }: PackTask): void {
  const size = shape.M * tapCount(shape);
  heap.f32.copyWithin(packed / 4, weight / 4, weight / 4 + size);
  writeTaps(heap, shape, packed + size * 4);
}

/** One map of one channel by the routine for planes, which reads each row of the input once: a quarter less time. */
export function runDirect({ routines, shape, x, packed, bias, y, workspace }: BandTask): void {
  const { C, M, kW, oH, oW, yPlane, sH, rowFloats } = shape;
  const K = tapCount(shape);
  const taps = packed + M * K * 4;
  const [plane, step] = [yPlane * 4, sH * rowFloats * 4];
  if (C === 1 && M === 1 && K <= CHUNK) {
    routines.depthwisePlanes(x, 0, 1, 1, packed, 0, taps, K, kW, bias, y, plane, oH, oW, step, workspace);
  } else routines.directRows(x, taps, K, packed, bias, M, y, plane, oH, oW, step, workspace);
}

export const DIRECT_SCRATCH = 640;

export function directPackedBytes(shape: BandShape): number {
  return (shape.M + 1) * tapCount(shape) * 4;
}

/** Pairs of maps run at about 30 GFLOP/s, a single one at 24; tiles that stick out of a narrow row are lost work. */
function cost(g: Conv2dGeometry): number {
  const M = g.M / g.groups;
  const pairs = (M - (M % 2)) / M;
  const perMac = (share: number, tile: number, gflops: number) =>
    (share * 2 * Math.max(1, roundUp(g.oW, tile) / g.oW)) / gflops;
  return conv2dMacs(g) * (perMac(pairs, 16, 30) + perMac(1 - pairs, 24, 24));
}

export const direct: BandAlgorithm = {
  kind: 'banded',
  name: 'direct',
  source: 'definition, summed as in engine/conv2d/order.ts',
  ordered: true,
  tolerance: {
    ofTerms: 1e-6,
    at: 'output',
    reason: 'float32 runs of 32 taps and chunks of 256, float64 beyond: 6e-7 at worst measured',
  },
  rejects: () => null,
  band: bandOfRows,
  packedBytes: directPackedBytes,
  workspaceBytes: () => DIRECT_SCRATCH,
  cost,
  pack: packDirect,
  run: runDirect,
};
