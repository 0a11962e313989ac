import type { Conv2dGeometry } from '../core/geometry.js';
import { withNumbers } from '../core/values.js';
import type { Conv2dLayer } from '../layers/conv.js';
import type { LinearLayer } from '../layers/matrix.js';
import { gemm } from './conv2d/gemm.js';
import { pointwise } from './conv2d/pointwise.js';
import { roundUp } from './conv2d/taps.js';
import { type FusedBand, fuseRun, GATE_BYTES } from './fused.js';
import type { Portions } from './operators/portions.js';
import { type Room, take } from './operators/room.js';
import type { ConvStep, ConvWeight, Step } from './steps.js';
import type { EngineMemory } from './wasm/memory.js';

/**
 * A linear layer over many vectors, as the product of matrices that it is: y [N, M] = x [N, K] · weightᵀ + bias. Rows of x are
 * packed as the kernels of a convolution are, rows of the weight as its pixels, once, so that neither x nor y is turned.
 * Each number is summed in the one order: the bits are those of the 1×1 convolution over a row of N pixels.
 */

/** Rows that are packed take about this many bytes, so that they stay in the second-level cache. */
const BLOCK_BYTES = 512 * 1024;
/** Rows packed at a time, at least and at most. */
const [FEWEST, MOST] = [32, 512];
/** Multiply-accumulates of one portion, about: a fifth of a millisecond. */
const PORTION_MACS = 8e6;
/** Columns side by side, and rows. */
const [PANEL, ROWS] = [8, 4];
/** Sums of a tile, and of each four rows their totals in float64. */
const SUMS = 128;
const TOTALS = 256;

/** A linear layer over many vectors: plain data, addresses. */
export interface VectorTask {
  readonly N: number;
  readonly K: number;
  readonly M: number;
  readonly x: number;
  readonly y: number;
  /** Panels of 8 rows of the weight, each [K, 8]. */
  readonly packed: number;
  readonly bias: number;
  /** What is done to y, portion by portion. */
  readonly fused: readonly FusedBand[];
}

/** A step whose vectors are the pixels of one row. */
export type RowStep = ConvStep & { readonly layer: LinearLayer | Conv2dLayer };

/** Whether vectors are computed as the pixels of one row. */
export function isRowOfVectors(step: Step): step is RowStep {
  return step.kind === 'conv' && step.computed !== step.geometry;
}

/** Whether a step is computed here: as many vectors, where the planner chose the multiplication. */
export function isVectorStep(step: Step): step is RowStep {
  return isRowOfVectors(step) && (step.algorithm === gemm || step.algorithm === pointwise);
}

/** Bytes of the packed weight and of the bias. */
export function vectorConstants({ computed: { C: K, M } }: ConvStep): number[] {
  return [roundUp(M, PANEL) * K * 4, roundUp(M, PANEL) * 4];
}

/** Rows and columns of a portion: as even as can be. */
function sidesOf({ N, K, M }: Pick<VectorTask, 'N' | 'K' | 'M'>): { readonly tall: number; readonly wide: number } {
  const most = Math.min(MOST, Math.max(FEWEST, Math.floor(BLOCK_BYTES / (K * 4))));
  const tall = roundUp(Math.ceil(N / Math.ceil(N / most)), ROWS);
  const columns = Math.max(PANEL, PORTION_MACS / (tall * K));
  return { tall, wide: roundUp(Math.ceil(M / Math.ceil(M / columns)), PANEL) };
}

function partsOf(size: Pick<VectorTask, 'N' | 'K' | 'M'>) {
  const { tall } = sidesOf(size);
  return { rows: Math.max(tall, PANEL) * size.K * 4, scratch: SUMS + (tall / ROWS) * TOTALS, gate: GATE_BYTES };
}

/** What a layer over vectors needs of a room, copies of vectors that lie elsewhere included. */
export function vectorRoomBytes({ computed: { C: K, W: N, M } }: ConvStep): number {
  const { rows, scratch, gate } = partsOf({ N, K, M });
  return rows + scratch + gate + N * K * 4 + N * M * 4 + 5 * 64;
}

/** Copies weight [M, K] and bias to where a run finds them. room: of `vectorRoomBytes` */
export function packVectors(
  { heap, routines }: EngineMemory,
  { at }: Readonly<Room>,
  { C: K, M }: Conv2dGeometry,
  [packed, biases]: readonly number[],
  weight: ConvWeight,
  bias: Float32Array | null,
): void {
  const { f32 } = heap;
  f32.fill(0, biases / 4, biases / 4 + roundUp(M, PANEL));
  if (bias) f32.set(bias, biases / 4);
  withNumbers(M * K, (numbers) => {
    weight.loadInto(numbers);
    for (let m = 0; m < M; m += PANEL) {
      const to = packed + m * K * 4;
      const rows = Math.min(PANEL, M - m);
      if (rows < PANEL) f32.fill(0, to / 4, to / 4 + K * PANEL);
      f32.set(numbers.subarray(m * K, (m + rows) * K), at / 4);
      routines.transposePlane(at, K * 4, to, PANEL * 4, K, rows);
    }
  });
}

/** Says where everything lies: copies x to the room where it lies elsewhere, and finds a place for such a y. */
export function placeVectors(
  memory: EngineMemory,
  room: Room,
  { C: K, W: N, M }: Conv2dGeometry,
  [packed, bias]: readonly number[],
  [x, y]: readonly [Float32Array, Float32Array],
  fused: readonly FusedBand[],
): VectorTask {
  const [from, to] = [x, y].map((data) => {
    const at = memory.addressOf(data);
    return at === -1 ? take(room, data.byteLength) : at;
  });
  if (memory.addressOf(x) === -1) memory.heap.f32.set(x, from / 4);
  return { N, K, M, x: from, y: to, packed, bias, fused };
}

/** Some rows by some columns at a time. room: what is left of `vectorRoomBytes`, of this thread alone */
export function vectorPortions(memory: EngineMemory, given: Readonly<Room>, task: VectorTask): Portions {
  const { N, K, M, x, y, packed, bias, fused } = task;
  const { routines } = memory;
  const room = { ...given };
  const parts = partsOf(task);
  const [rows, scratch, gate] = [parts.rows, parts.scratch, parts.gate].map((bytes) => take(room, bytes));
  const { tall, wide } = sidesOf(task);
  const across = Math.ceil(M / wide);
  let there = -1;
  return {
    count: Math.ceil(N / tall) * across,
    run(index) {
      const [row, column] = [Math.floor(index / across) * tall, (index % across) * wide];
      const [high, count] = [Math.min(tall, N - row), Math.min(wide, M - column)];
      if (there !== row) routines.packWeights(x + row * K * 4, high, K, rows);
      there = row;
      const at = (row * M + column) * 4;
      routines.gemmRows(rows, packed + column * K * 4, K, high, count, bias + column * 4, y + at, M * 4, scratch);
      if (fused.length === 0) return;
      if (count === M) fuseRun(memory, fused, y + at, high * M, at, gate);
      else for (let r = 0; r < high; r++) fuseRun(memory, fused, y + at + r * M * 4, count, at + r * M * 4, gate);
    },
  };
}
