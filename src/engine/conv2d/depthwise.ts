import type { BandAlgorithm } from './algorithm.js';
import { DIRECT_SCRATCH, direct, directPackedBytes, packDirect, runDirect } from './direct.js';
import { bandOfRows } from './taps.js';

/** One whole plane at a time, when it fits the cache. */
const PLANE_BYTES = 2 ** 20;

/**
 * A group of its own for each channel: plane after plane is padded and convolved while it is in the cache, without a
 * padded copy of the whole input.
 */
export const depthwise: BandAlgorithm = {
  kind: 'banded',
  name: 'depthwise',
  source: 'Howard et al. 2017, arxiv.org/abs/1704.04861; summed as in engine/conv2d/order.ts',
  ordered: true,
  tolerance: direct.tolerance,
  rejects: (g) =>
    g.groups === 1 || g.groups !== g.C ? `needs one group for each channel, here ${g.groups} for ${g.C}` : null,
  band: (g, parts) => bandOfRows(g, parts, PLANE_BYTES),
  packedBytes: directPackedBytes,
  workspaceBytes: () => DIRECT_SCRATCH,
  cost: (g) => direct.cost(g) * 0.95,
  pack: packDirect,
  run: runDirect,
};
