import type { Conv2dGeometry } from '../../core/geometry.js';
import { conv2dMacs } from '../../core/geometry.js';
import type { Conv2dAlgorithm, Conv2dTask } from './algorithm.js';
import { CHUNK, RUN } from './order.js';
import { paddedSize } from './padding.js';

/**
 * Row by row: one output row is a sum of shifted input rows, one per tap, three taps a pass.
 * x [C, pH, pW] padded   weight [M, C/groups, kH, kW]   bias [M] or null   y [M, oH, oW]
 * workspace: total [oW] float64, run [oW] float32, chunk [oW] float32, taps [C/groups·kH·kW] int32: the offset of each
 * tap from the window's first pixel. Working on whole rows keeps every access in order and the loops free of tests.
 * Source: the definition; summation as in order.ts.
 */
function runDirect({ geometry: g, x, weight, bias, y, workspace, rowFirst, rowEnd }: Conv2dTask): void {
  const [pH, pW] = paddedSize(g);
  const perGroup = g.C / g.groups;
  const mapsPerGroup = g.M / g.groups;
  const K = perGroup * g.kH * g.kW;
  const total = new Float64Array(workspace, 0, g.oW);
  const run = new Float32Array(workspace, g.oW * 8, g.oW);
  const chunk = new Float32Array(workspace, g.oW * 12, g.oW);
  const taps = new Int32Array(workspace, g.oW * 16, K);
  let tap = 0;
  for (let c = 0; c < perGroup; c++) {
    for (let u = 0; u < g.kH; u++) {
      for (let v = 0; v < g.kW; v++) taps[tap++] = (c * pH + u * g.dH) * pW + v * g.dW;
    }
  }
  for (let m = 0; m < g.M; m++) {
    const plane = Math.floor(m / mapsPerGroup) * perGroup * pH * pW;
    for (let i = rowFirst; i < rowEnd; i++) {
      const corner = plane + i * g.sH * pW;
      const to = (m * g.oH + i) * g.oW;
      const start = bias === null ? 0 : bias[m];
      sumChunk(x, weight, taps, m * K, 0, Math.min(CHUNK, K), corner, g.sW, chunk, run);
      if (K <= CHUNK) {
        for (let j = 0; j < g.oW; j++) y[to + j] = start + chunk[j];
        continue;
      }
      for (let j = 0; j < g.oW; j++) total[j] = start + chunk[j];
      for (let first = CHUNK; first < K; first += CHUNK) {
        sumChunk(x, weight, taps, m * K, first, Math.min(first + CHUNK, K), corner, g.sW, chunk, run);
        for (let j = 0; j < g.oW; j++) total[j] += chunk[j];
      }
      for (let j = 0; j < g.oW; j++) y[to + j] = total[j];
    }
  }
}

/** chunk[j] = Σ of the runs of taps first…end−1, for every pixel j of one output row; `run` is scratch. */
function sumChunk(
  x: Float32Array,
  weight: Float32Array,
  taps: Int32Array,
  weights: number,
  first: number,
  end: number,
  corner: number,
  stride: number,
  chunk: Float32Array,
  run: Float32Array,
): void {
  sumRun(x, weight, taps, weights, first, Math.min(first + RUN, end), corner, stride, chunk);
  for (let at = first + RUN; at < end; at += RUN) {
    sumRun(x, weight, taps, weights, at, Math.min(at + RUN, end), corner, stride, run);
    for (let j = 0; j < chunk.length; j++) chunk[j] += run[j];
  }
}

/** sums[j] = Σ taps first…end−1 of x·w in float32, in order, for every pixel j of one output row. */
function sumRun(
  x: Float32Array,
  weight: Float32Array,
  taps: Int32Array,
  weights: number,
  first: number,
  end: number,
  corner: number,
  stride: number,
  sums: Float32Array,
): void {
  sums.fill(0);
  let t = first;
  for (; t + 3 <= end; t += 3) {
    const w = weights + t;
    const p = corner + taps[t];
    const q = corner + taps[t + 1];
    const r = corner + taps[t + 2];
    addThree(x, weight[w], weight[w + 1], weight[w + 2], p, q, r, stride, sums);
  }
  for (; t < end; t++) addOne(x, weight[weights + t], corner + taps[t], stride, sums);
}

/**
 * sums[j] += a·x[p + j·stride], then b·x[q + …], then c·x[r + …]. Small functions of their own: a process that convolves
 * one photograph spends half its life before the compiler has caught up, and these are compiled first.
 */
function addThree(
  x: Float32Array,
  a: number,
  b: number,
  c: number,
  p: number,
  q: number,
  r: number,
  stride: number,
  sums: Float32Array,
): void {
  let atP = p;
  let atQ = q;
  let atR = r;
  for (let j = 0; j < sums.length; j++) {
    const two = Math.fround(Math.fround(sums[j] + Math.fround(a * x[atP])) + Math.fround(b * x[atQ]));
    sums[j] = Math.fround(two + Math.fround(c * x[atR]));
    atP += stride;
    atQ += stride;
    atR += stride;
  }
}

function addOne(x: Float32Array, a: number, p: number, stride: number, sums: Float32Array): void {
  let at = p;
  for (let j = 0; j < sums.length; j++) {
    sums[j] += Math.fround(a * x[at]);
    at += stride;
  }
}

export const direct: Conv2dAlgorithm = {
  name: 'direct',
  source: 'definition, summed as in engine/conv2d/order.ts',
  input: 'padded',
  ordered: true,
  tolerance: {
    ofTerms: 1e-6,
    reason: 'float32 runs of 32 taps and chunks of 256, float64 beyond: 6e-7 at worst measured',
  },
  rejects: () => null,
  workspaceBytes: (g: Conv2dGeometry) => g.oW * 16 + (g.C / g.groups) * g.kH * g.kW * 4,
  cost: (g: Conv2dGeometry) => conv2dMacs(g),
  run: runDirect,
};
