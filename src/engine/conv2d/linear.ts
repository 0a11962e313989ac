import type { BandAlgorithm, BandShape, BandTask, PackTask } from './algorithm.js';
import { direct } from './direct.js';
import { roundUp, tapCount, writeTaps } from './taps.js';

const SCRATCH = 128;

function weightBytes(shape: BandShape): number {
  return roundUp(shape.M * tapCount(shape) * 4, 16);
}

/** packed: weights [M, K] as they are, then the offset of each tap. */
function pack({ heap, shape, weight, packed }: PackTask): void {
  const size = shape.M * tapCount(shape);
  if (weight !== packed) heap.f32.copyWithin(packed / 4, weight / 4, weight / 4 + size);
  writeTaps(heap, shape, packed + weightBytes(shape));
}

function run({ routines, shape, x, packed, bias, y, workspace }: BandTask): void {
  const K = tapCount(shape);
  const gathered = workspace + SCRATCH;
  routines.gatherTaps(x, packed + weightBytes(shape), K, gathered);
  routines.linearRows(packed, gathered, bias, shape.M, K, y, shape.yPlane * 4, workspace);
}

/** One output a map, as in a linear layer: a product of a matrix and a vector, bound by how fast weights can be read. */
export const linear: BandAlgorithm = {
  kind: 'banded',
  packsAsGiven: true,
  name: 'linear',
  source: 'definition: pytorch.org/docs, torch.nn.Linear; summed as in engine/conv2d/order.ts',
  ordered: true,
  tolerance: direct.tolerance,
  rejects: (g) => (g.oH * g.oW === 1 ? null : `needs an output of 1×1, here ${g.oW}×${g.oH}`),
  band: (g) => ({ oH: 1, rows: (g.kH - 1) * g.dH + 1, columns: (g.kW - 1) * g.dW + 1 }),
  packedBytes: (shape) => weightBytes(shape) + tapCount(shape) * 4,
  workspaceBytes: (shape) => SCRATCH + tapCount(shape) * 4 + 64,
  cost: (g) => (g.N * g.M * (g.C / g.groups) * g.kH * g.kW * 4) / 15,
  pack,
  run,
};
