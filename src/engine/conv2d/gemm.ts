import { type Conv2dGeometry, conv2dMacs } from '../../core/geometry.js';
import type { BandAlgorithm, BandShape, BandTask, PackTask } from './algorithm.js';
import { direct } from './direct.js';
import { CHUNK } from './order.js';
import { bandOfRows, roundUp, tapCount, writeTaps } from './taps.js';

/** What it costs before the first product; small convolutions are not worth it. */
const SETUP_NS = 3000;
/** Output pixels multiplied at a time: their gathered input and totals stay in the second-level cache. */
const BLOCK = 192;
const BAND_BYTES = 2 ** 20;

/** Pixels in a block: as even as can be, a multiple of 8. */
function blockOf(pixels: number): number {
  return roundUp(Math.ceil(pixels / Math.ceil(pixels / BLOCK)), 8);
}

function weightBytes({ M, ...shape }: BandShape): number {
  return roundUp(M, 4) * tapCount(shape) * 4;
}

/** packed: weights in panels, the offset of each tap, the offset of each output pixel's first input. */
export function packGemm({ heap, routines, shape, weight, packed }: PackTask): void {
  const K = tapCount(shape);
  routines.packWeights(weight, shape.M, K, packed);
  const taps = packed + weightBytes(shape);
  writeTaps(heap, shape, taps);
  let at = taps / 4 + K;
  for (let i = 0; i < shape.oH; i++) {
    for (let j = 0; j < shape.oW; j++) heap.i32[at++] = (i * shape.sH * shape.rowFloats + j) * 4;
  }
}

export function gemmPackedBytes(shape: BandShape): number {
  return weightBytes(shape) + (tapCount(shape) + shape.oH * shape.oW) * 4;
}

/** workspace: one tile, gathered pixels [CHUNK, block], totals [M, block] float64. */
export function gemmWorkspaceBytes(shape: BandShape): number {
  // not blockOf: the last band of an image has fewer pixels, and may have larger blocks
  const block = Math.min(BLOCK, roundUp(shape.oH * shape.oW, 8));
  const K = tapCount(shape);
  return 128 + Math.min(CHUNK, K) * block * 4 + (K > CHUNK ? shape.M * block * 8 : 0);
}

export function runGemm({ routines, shape, x, packed, bias, y, workspace }: BandTask): void {
  const { M, oH, oW, yPlane } = shape;
  const K = tapCount(shape);
  const taps = packed + weightBytes(shape);
  const pixels = taps + K * 4;
  const block = blockOf(oH * oW);
  const gathered = workspace + 128;
  const totals = gathered + Math.min(CHUNK, K) * block * 4;
  for (let n = 0; n < oH * oW; n += block) {
    const count = Math.min(block, oH * oW - n);
    for (let k = 0; k < K; k += CHUNK) {
      const kc = Math.min(CHUNK, K - k);
      const a = packed + roundUp(M, 4) * k * 4;
      const isFirst = k === 0 ? 1 : 0;
      const isLast = k + kc === K ? 1 : 0;
      routines.packPixels(x, taps + k * 4, kc, pixels + n * 4, count, gathered);
      routines.gemmChunk(a, gathered, kc, M, count, isFirst, isLast, bias, totals, y + n * 4, yPlane * 4, workspace);
    }
  }
}

/** 40 GFLOP/s in the tiles of 4 maps × 8 pixels, plus gathering; large weights are read anew for each block of pixels. */
export function gemmCost(g: Conv2dGeometry): number {
  const M = g.M / g.groups;
  const K = (g.C / g.groups) * g.kH * g.kW;
  const pixels = g.oH * g.oW;
  const multiply = (conv2dMacs(g) * 2 * (roundUp(M, 4) / M) * (roundUp(pixels, 8) / pixels)) / 40;
  const gather = g.N * g.groups * K * pixels * 0.22;
  const weights = M * K * 4 > 2 ** 19 ? (g.N * g.groups * Math.ceil(pixels / BLOCK) * M * K * 4) / 20 : 0;
  const write = g.N * g.M * pixels * 0.15;
  return SETUP_NS + multiply + gather + weights + write;
}

export const gemm: BandAlgorithm = {
  kind: 'banded',
  name: 'gemm',
  source: 'Chellapilla, Puri, Simard 2006; Goto, van de Geijn 2008; summed as in engine/conv2d/order.ts',
  ordered: true,
  tolerance: direct.tolerance,
  rejects: () => null,
  band: (g, parts) => bandOfRows(g, parts, BAND_BYTES),
  packedBytes: gemmPackedBytes,
  workspaceBytes: gemmWorkspaceBytes,
  cost: gemmCost,
  pack: packGemm,
  run: runGemm,
};
