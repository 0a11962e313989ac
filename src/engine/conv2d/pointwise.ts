import type { BandAlgorithm } from './algorithm.js';
import { gemm, gemmCost, gemmPackedBytes, gemmWorkspaceBytes, packGemm, runGemm } from './gemm.js';
import { bandOfRows } from './taps.js';

/**
 * 1×1 kernels: a plain matrix product of weights [M, C] and pixels [C, H·W]. Wide bands, for there is no border to read
 * twice.
 */
export const pointwise: BandAlgorithm = {
  kind: 'banded',
  name: 'pointwise',
  source: 'Lin, Chen, Yan 2013, arxiv.org/abs/1312.4400; summed as in engine/conv2d/order.ts',
  ordered: true,
  tolerance: gemm.tolerance,
  rejects: (g) => (g.kH === 1 && g.kW === 1 ? null : `needs a 1×1 kernel, here ${g.kW}×${g.kH}`),
  band: (g, parts) => bandOfRows(g, parts, 2 ** 21),
  packedBytes: gemmPackedBytes,
  workspaceBytes: gemmWorkspaceBytes,
  cost: (g) => gemmCost(g) * 0.95,
  pack: packGemm,
  run: runGemm,
};
