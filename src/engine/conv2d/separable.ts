import type { Conv2dGeometry } from '../../core/geometry.js';
import type { BandAlgorithm, BandShape, BandTask, PackTask } from './algorithm.js';
import { DIRECT_SCRATCH } from './direct.js';
import { bandOfRows, roundUp, tapCount, writeTaps } from './taps.js';

/** Entries may differ from the product by this share of the largest: the rounding of float32 weights. */
const RANK_ONE = 1.2e-7;
/** Smaller kernels stay with algorithms that keep the one order of summation. */
const SMALLEST = 25;
/** Layers of more planes are trained ones, whose kernels are no products: their weights are read once, to be packed. */
const MOST_PLANES = 1024;

/**
 * A kernel [C, kH, kW] as column [kH] times row [C·kW], or null. One column for all channels: then the horizontal
 * pass sums over the channels, and one vertical pass remains.
 */
function factorize(weight: Float32Array, C: number, kH: number, kW: number): [Float64Array, Float64Array] | null {
  const at = (c: number, u: number, v: number) => weight[(c * kH + u) * kW + v];
  let peak = 0;
  let [pc, pu, pv] = [0, 0, 0];
  for (let c = 0; c < C; c++) {
    for (let u = 0; u < kH; u++) {
      for (let v = 0; v < kW; v++) {
        if (Math.abs(at(c, u, v)) > peak) [peak, pc, pu, pv] = [Math.abs(at(c, u, v)), c, u, v];
      }
    }
  }
  if (peak === 0) return null;
  const column = Float64Array.from({ length: kH }, (_, u) => at(pc, u, pv) / at(pc, pu, pv));
  const row = Float64Array.from({ length: C * kW }, (_, i) => at(Math.floor(i / kW), pu, i % kW));
  for (let c = 0; c < C; c++) {
    for (let u = 0; u < kH; u++) {
      for (let v = 0; v < kW; v++) {
        if (Math.abs(at(c, u, v) - column[u] * row[c * kW + v]) > RANK_ONE * peak) return null;
      }
    }
  }
  return [column, row];
}

/**
 * A column of nothing but 0 and ±1 that times the row is the kernel exactly: then both passes add whole numbers in the
 * one order, and what they add is part of the kernel's own Σ|x·w|.
 */
function isExact(kernel: Float32Array, C: number, kH: number, kW: number): boolean {
  const [column, row] = factorize(kernel, C, kH, kW)!;
  return kernel.every((value, t) => {
    const [c, u, v] = [Math.floor(t / (kH * kW)), Math.floor(t / kW) % kH, t % kW];
    return Math.abs(column[u]) <= 1 && Number.isInteger(column[u]) && value === column[u] * row[c * kW + v];
  });
}

/** Where the parts of `packed` and the workspace lie. */
function layout({ M, C, kH, kW }: BandShape) {
  const rowTaps = M * C * kW * 4;
  const columns = rowTaps + C * kW * 4;
  const columnTaps = columns + M * kH * 4;
  const zero = columnTaps + kH * 4;
  return { rowTaps, columns, columnTaps, zero, bytes: zero + 4 };
}

/** packed: rows [M, C·kW], their taps, columns [M, kH], their taps, a zero bias. */
function pack({ heap, shape, weight, packed }: PackTask): void {
  const { M, C, kH, kW, dH, oW } = shape;
  const at = layout(shape);
  const size = tapCount(shape);
  for (let m = 0; m < M; m++) {
    const kernel = heap.f32.subarray(weight / 4 + m * size, weight / 4 + (m + 1) * size);
    const [column, row] = factorize(kernel, C, kH, kW)!;
    heap.f32.set(row, packed / 4 + m * C * kW);
    heap.f32.set(column, (packed + at.columns) / 4 + m * kH);
  }
  writeTaps(heap, { ...shape, kH: 1 }, packed + at.rowTaps);
  for (let u = 0; u < kH; u++) heap.i32[(packed + at.columnTaps) / 4 + u] = u * dH * oW * 4;
  heap.f32[(packed + at.zero) / 4] = 0;
}

/** Horizontal pass over all rows of the band into [rows, oW], then the vertical pass, map by map. */
function run({ routines, shape, x, packed, bias, y, workspace }: BandTask): void {
  const { M, C, kH, kW, sH, oH, oW, rows, rowFloats, yPlane } = shape;
  const at = layout(shape);
  const between = workspace + DIRECT_SCRATCH;
  for (let m = 0; m < M; m++) {
    const row = packed + m * C * kW * 4;
    const column = packed + at.columns + m * kH * 4;
    const zero = packed + at.zero;
    const mapBias = bias + m * 4;
    const to = y + m * yPlane * 4;
    const line = oW * 4;
    routines.directRows(x, packed + at.rowTaps, C * kW, row, zero, 1, between, 0, rows, oW, rowFloats * 4, workspace);
    routines.directRows(between, packed + at.columnTaps, kH, column, mapBias, 1, to, 0, oH, oW, sH * line, workspace);
  }
}

function cost(g: Conv2dGeometry): number {
  const width = Math.max(1, roundUp(g.oW, 24) / g.oW);
  const rows = g.oH * g.sH + g.kH;
  return (g.N * g.M * 2 * width * g.oW * ((g.C / g.groups) * g.kW * rows + g.kH * g.oH)) / 22;
}

export const separable: BandAlgorithm = {
  kind: 'banded',
  name: 'separable',
  source: 'a rank-1 kernel as two one-dimensional passes; each summed as in engine/conv2d/order.ts',
  ordered: false,
  tolerance: { ofTerms: 1.5e-6, at: 'map', reason: 'two passes, each rounded, and factors rounded to float32' },
  rejects(g, weight) {
    if (g.kH === 1 || g.kW === 1) return 'the kernel is one-dimensional already';
    if (g.kH * g.kW < SMALLEST) return `two passes gain too little below ${SMALLEST} cells, here ${g.kW}×${g.kH}`;
    const C = g.C / g.groups;
    const size = C * g.kH * g.kW;
    if (g.M * C > MOST_PLANES) return `rank 1 is looked for in at most ${MOST_PLANES} planes, here ${g.M * C}`;
    const numbers = weight();
    for (let m = 0; m < g.M; m++) {
      if (factorize(numbers.subarray(m * size, (m + 1) * size), C, g.kH, g.kW) === null) {
        return 'the kernel is not a column times a row (rank 1)';
      }
    }
    return null;
  },
  keepsWhole(g, weight) {
    const C = g.C / g.groups;
    const size = C * g.kH * g.kW;
    return Array.from({ length: g.M }, (_, m) => weight.subarray(m * size, (m + 1) * size)).every((kernel) =>
      isExact(kernel, C, g.kH, g.kW),
    );
  },
  band: bandOfRows,
  packedBytes: (shape) => layout(shape).bytes,
  workspaceBytes: ({ rows, oW }) => DIRECT_SCRATCH + rows * oW * 4 + 128,
  cost,
  pack,
  run,
};
