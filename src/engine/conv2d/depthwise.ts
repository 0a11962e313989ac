import { type Conv2dGeometry, conv2dMacs } from '../../core/geometry.js';
import type { BandAlgorithm, BandTask } from './algorithm.js';
import { direct, directPackedBytes, packDirect } from './direct.js';
import { CHUNK } from './order.js';
import { bandOfRows, roundUp, tapCount } from './taps.js';

/** One whole plane at a time, when it fits the cache. */
const PLANE_BYTES = 2 ** 20;
/** Padded planes that are convolved by one call. */
const CALL_BYTES = 2 ** 15;
const SCRATCH = 128;

function run({ routines, shape, groups, x, packed, packedBytes, bias, y, workspace }: BandTask): void {
  const { M, kW, oH, oW, yPlane, planeFloats, rowFloats, sH } = shape;
  const K = tapCount(shape);
  const taps = packed + M * K * 4;
  const [plane, step, yStep] = [planeFloats * 4, sH * rowFloats * 4, yPlane * 4];
  routines.depthwisePlanes(
    x,
    plane,
    groups,
    M,
    packed,
    packedBytes,
    taps,
    K,
    kW,
    bias,
    y,
    yStep,
    oH,
    oW,
    step,
    workspace,
  );
}

/**
 * 28 GFLOP/s; what sticks out of narrow rows is lost work, and each plane takes a moment to begin with. Never more than by
 * the rows of `direct`: what was computed in the one order keeps its bits.
 */
function cost(g: Conv2dGeometry): number {
  const tile = g.oW < 28 || (g.kH === 3 && g.kW === 3) ? 4 : 28;
  const planes = (conv2dMacs(g) * 2 * (roundUp(g.oW, tile) / g.oW)) / 28 + g.N * g.C * 20;
  return Math.min(planes, direct.cost(g) * 0.95);
}

/**
 * A group of its own for each channel: some planes after others are padded and convolved while they are in the cache,
 * without a padded copy of the whole input.
 */
export const depthwise: BandAlgorithm = {
  kind: 'banded',
  name: 'depthwise',
  source: 'Howard et al. 2017, arxiv.org/abs/1704.04861; summed as in engine/conv2d/order.ts',
  ordered: true,
  tolerance: direct.tolerance,
  rejects(g) {
    if (g.groups === 1 || g.groups !== g.C) return `needs one group for each channel, here ${g.groups} for ${g.C}`;
    return g.kH * g.kW > CHUNK ? `needs a kernel of at most ${CHUNK} taps, here ${g.kW}×${g.kH}` : null;
  },
  band: (g, parts) => bandOfRows(g, parts, PLANE_BYTES),
  groupsAtOnce: ({ planeFloats }) => Math.max(1, Math.floor(CALL_BYTES / (planeFloats * 4))),
  packedBytes: directPackedBytes,
  workspaceBytes: () => SCRATCH,
  cost,
  pack: packDirect,
  run,
};
