import { type Conv2dGeometry, conv2dMacs } from '../../core/geometry.js';
import type { BandAlgorithm, BandShape, BandTask, PackTask } from './algorithm.js';
import { direct } from './direct.js';
import { bandOfRows, roundUp, tapCount, writeTaps } from './taps.js';

/** What it costs before the first product; small convolutions are not worth it. */
const SETUP_NS = 3000;
/** Gathered pixels of about this many bytes stay in the second-level cache while all maps are computed from them. */
const BLOCK_BYTES = 384 * 1024;
/** Pixels in a block, at least and at most. */
const [FEWEST, MOST] = [24, 384];
const BAND_BYTES = 2 ** 20;
const SCRATCH = 512;

function largestBlock(K: number): number {
  return Math.min(MOST, Math.max(FEWEST, Math.floor(BLOCK_BYTES / (K * 4))));
}

/** Pixels in a block: as even as can be, a multiple of 8. */
function blockOf(pixels: number, K: number): number {
  return roundUp(Math.ceil(pixels / Math.ceil(pixels / largestBlock(K))), 8);
}

function weightBytes({ M, ...shape }: BandShape): number {
  return roundUp(M, 4) * tapCount(shape) * 4;
}

/** Output pixels follow one another as their inputs do: 1×1 kernels over rows without gaps. */
function isPlain({ kH, kW, sH, sW, rowFloats, oW }: BandShape): boolean {
  return kH === 1 && kW === 1 && sH === 1 && sW === 1 && rowFloats === oW;
}

/** packed: weights in panels; if pixels are gathered, the offset of each tap and of each output pixel's first input. */
export function packGemm({ heap, routines, shape, weight, packed }: PackTask): void {
  const K = tapCount(shape);
  routines.packWeights(weight, shape.M, K, packed);
  if (isPlain(shape)) return;
  const taps = packed + weightBytes(shape);
  writeTaps(heap, shape, taps);
  let at = taps / 4 + K;
  for (let i = 0; i < shape.oH; i++) {
    for (let j = 0; j < shape.oW; j++) heap.i32[at++] = (i * shape.sH * shape.rowFloats + j) * 4;
  }
}

export function gemmPackedBytes(shape: BandShape): number {
  return weightBytes(shape) + (isPlain(shape) ? 0 : (tapCount(shape) + shape.oH * shape.oW) * 4);
}

/** workspace: scratch, gathered pixels [block, K] */
export function gemmWorkspaceBytes(shape: BandShape): number {
  const K = tapCount(shape);
  // not blockOf: the last band of an image has fewer pixels, and may have larger blocks
  return SCRATCH + roundUp(Math.min(largestBlock(K), shape.oH * shape.oW), 8) * K * 4;
}

export function runGemm({ routines, shape, x, packed, bias, y, workspace }: BandTask): void {
  const { M, oH, oW, yPlane, planeFloats } = shape;
  const K = tapCount(shape);
  const taps = packed + weightBytes(shape);
  const pixels = taps + K * 4;
  const block = blockOf(oH * oW, K);
  const gathered = workspace + SCRATCH;
  for (let n = 0; n < oH * oW; n += block) {
    const count = Math.min(block, oH * oW - n);
    if (isPlain(shape)) routines.packPlanes(x + n * 4, planeFloats * 4, K, count, gathered);
    else routines.packPixels(x, taps, K, pixels + n * 4, count, gathered);
    routines.gemmPanels(packed, gathered, K, M, count, bias, y + n * 4, yPlane * 4, workspace);
  }
}

/** Pixels in a block as the choice counts them; what another algorithm computed keeps its bits. */
const COUNTED = 192;

/** 40 GFLOP/s in the tiles of 4 maps × 8 pixels, plus gathering; large weights are read anew for each block of pixels. */
export function gemmCost(g: Conv2dGeometry): number {
  const M = g.M / g.groups;
  const K = (g.C / g.groups) * g.kH * g.kW;
  const pixels = g.oH * g.oW;
  const multiply = (conv2dMacs(g) * 2 * (roundUp(M, 4) / M) * (roundUp(pixels, 8) / pixels)) / 40;
  const gather = g.N * g.groups * K * pixels * 0.22;
  const weights = M * K * 4 > 2 ** 19 ? (g.N * g.groups * Math.ceil(pixels / COUNTED) * M * K * 4) / 20 : 0;
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
