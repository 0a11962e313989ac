import type { Conv2dGeometry } from '../core/geometry.js';
import { sizeOf } from '../core/tensor.js';
import type { ActivationLayer } from '../layers/activation.js';
import { type Bands, bandAt, borderColumns } from './bands.js';
import { activateInMemory } from './elementwise.js';
import type { EngineInput } from './input.js';
import type { PoolAlgorithm } from './pooling.js';
import type { Heap } from './routines/heap.js';
import type { ConvWeight } from './steps.js';
import { aligned, type EngineMemory } from './wasm/memory.js';

/** A convolution with its weights packed in the engine's memory. */
export interface PackedConv {
  readonly geometry: Conv2dGeometry;
  readonly algorithm: PoolAlgorithm;
  readonly bands: Bands;
  /** Addresses. Packed weights of group 0, those of the next follow `packedBytes` later. */
  readonly packed: number;
  readonly packedBytes: number;
  readonly bias: number;
  readonly edges: number;
}

/** A convolution that runs in bands. */
export interface BandedConv {
  readonly geometry: Conv2dGeometry;
  readonly algorithm: PoolAlgorithm;
  readonly bands: Bands;
  /** Packed weights: one for each group, or one for all (pools). */
  readonly packs: number;
}

/** An activation applied to a band while it is in the cache. */
export type Activation = Pick<ActivationLayer, 'name' | 'parameters'>;

/** Addresses of one thread's own memory: the parts every band needs. */
export interface Lane {
  readonly workspace: number;
  readonly x: number;
  readonly line: number;
  readonly rowTable: number;
  /** Rows of the input as they came: floats, and bytes before they are floats. */
  readonly staging: number;
  readonly bytes: number;
  readonly tables: number;
  readonly y: number;
}

/** Bytes of packed weights, bias and border columns. */
export function constantBytes({ geometry: g, bands, packs }: BandedConv): number[] {
  return [aligned(bands.bytes.packed) * packs, g.M * 4, (bands.left + bands.right) * 4];
}

/** The most any step needs of each part. Weights wait in `staging` before they are packed. */
export function laneBytes(steps: readonly BandedConv[]): Lane {
  const most = (of: (step: BandedConv) => number) => steps.reduce((max, step) => Math.max(max, of(step)), 0);
  const rowsRead = ({ geometry: g, bands }: BandedConv) =>
    g.paddingMode === 'circular' ? g.H : Math.min(g.H, bands.shape.rows);
  return {
    workspace: most(({ bands }) => bands.bytes.workspace),
    x: most(({ bands }) => bands.bytes.x),
    line: most(({ bands }) => bands.bytes.line),
    rowTable: most(({ bands }) => bands.shape.rows * 4),
    staging: most((step) => {
      const { geometry: g } = step;
      const weight = packsInPlace(step) ? 0 : (g.M / g.groups) * (g.C / g.groups) * g.kH * g.kW * 4;
      return Math.max(g.C * rowsRead(step) * g.W * 4, weight);
    }),
    bytes: most((step) => step.geometry.C * rowsRead(step) * step.geometry.W),
    tables: most(({ geometry: g }) => g.C * 1024),
    y: most(({ bands }) => bands.bytes.y),
  };
}

/** Whether the weights can be read straight to where they stay: half the memory of a large linear layer. */
function packsInPlace({ algorithm, packs }: BandedConv): boolean {
  return algorithm.packsAsGiven === true && packs === 1;
}

/**
 * Copies a layer's weights, bias and border columns to where a run finds them; a pool has neither weight nor bias.
 * @returns the weights, where they were read to be copied
 */
export function packConv(
  memory: EngineMemory,
  conv: PackedConv,
  weight: ConvWeight | null,
  bias: Float32Array | null,
  lane: Lane,
): Float32Array | null {
  const { heap, routines } = memory;
  const { geometry: g, bands } = conv;
  if (bias) heap.f32.set(bias, conv.bias / 4);
  else heap.f32.fill(0, conv.bias / 4, conv.bias / 4 + g.M);
  heap.i32.set(borderColumns(g, bands), conv.edges / 4);
  const { workspace } = lane;
  const { shape } = bands;
  if (weight && packsInPlace({ ...conv, packs: g.groups })) {
    weight.loadInto(heap.f32.subarray(conv.packed / 4, conv.packed / 4 + sizeOf(weight.shape)));
    conv.algorithm.pack({ heap, routines, shape, weight: conv.packed, packed: conv.packed, workspace });
    return null;
  }
  const numbers = weight?.load() ?? null;
  const size = (numbers?.length ?? 0) / g.groups;
  for (let group = 0; group < (numbers ? g.groups : 1); group++) {
    if (numbers) heap.f32.set(numbers.subarray(group * size, (group + 1) * size), lane.staging / 4);
    const packed = conv.packed + group * conv.packedBytes;
    conv.algorithm.pack({ heap, routines, shape, weight: lane.staging, packed, workspace });
  }
  return numbers;
}

/** Output rows of one band, for all groups: pads, convolves, activates and copies them to y [M, oH, oW]. */
export function runBand(
  { heap, routines }: EngineMemory,
  conv: PackedConv,
  lane: Lane,
  input: EngineInput,
  y: Float32Array,
  fused: Activation | null,
  index: number,
): void {
  const { bands, algorithm } = conv;
  const g = conv.geometry;
  const { first, shape, sources } = bandAt(g, bands, index);
  const [from, end] = rowsOf(sources);
  const plane = (end - from) * g.W;
  heap.i32.set(
    sources.map((row) => (row < 0 ? -1 : row - from)),
    lane.rowTable / 4,
  );
  const isBytes = 'bytes' in input;
  if (isBytes) {
    heap.f32.set(input.tables, lane.tables / 4);
    heap.u8.set(input.bytes.subarray(from * g.W * g.C, end * g.W * g.C), lane.bytes);
    routines.bytesToPlanes(lane.bytes, lane.staging, plane * 4, g.C, plane, lane.tables);
  }
  const { planeFloats, phaseFloats, rows, M, C } = shape;
  const cells = shape.oH * g.oW;
  const isWhole = bands.left + bands.right === 0 && g.sW === 1 && phaseFloats === g.W && isRun(sources, from);
  for (let group = 0; group < g.groups; group++) {
    if (!isBytes && isWhole) stage(heap, lane.x, planeFloats, g, input.data, group * C, from, end);
    else if (!isBytes) stage(heap, lane.staging, plane, g, input.data, group * C, from, end);
    if (isBytes || !isWhole) {
      routines.padBand(
        isBytes ? lane.staging + group * C * plane * 4 : lane.staging,
        plane * 4,
        g.W * 4,
        g.W,
        lane.x,
        planeFloats * 4,
        C,
        rows,
        lane.rowTable,
        bands.left,
        bands.right,
        conv.edges,
        g.sW,
        phaseFloats,
        lane.line,
        algorithm.fill ?? 0,
      );
    }
    algorithm.run({
      heap,
      routines,
      shape,
      firstRow: first,
      x: lane.x,
      packed: conv.packed + group * conv.packedBytes,
      bias: conv.bias + group * M * 4,
      y: lane.y,
      workspace: lane.workspace,
    });
    for (let m = 0; m < M; m++) {
      const start = lane.y / 4 + m * shape.yPlane;
      const values = heap.f32.subarray(start, start + cells);
      if (fused) activateInMemory(routines, fused.name, fused.parameters, start * 4, cells);
      y.set(values, ((group * M + m) * g.oH + first) * g.oW);
    }
  }
}

/** Copies rows from … end−1 of the group's channels, from `channel` on, to `address`, planes `planeFloats` apart. */
function stage(
  heap: Heap,
  address: number,
  planeFloats: number,
  g: Conv2dGeometry,
  x: Float32Array,
  channel: number,
  from: number,
  end: number,
): void {
  const C = g.C / g.groups;
  const rows = (end - from) * g.W;
  const start = (channel * g.H + from) * g.W;
  if (end - from === g.H && planeFloats === rows) {
    heap.f32.set(x.subarray(start, start + C * rows), address / 4);
    return;
  }
  for (let c = 0; c < C; c++) {
    const at = start + c * g.H * g.W;
    heap.f32.set(x.subarray(at, at + rows), address / 4 + c * planeFloats);
  }
}

/** Whether the sources are first, first + 1, … : nothing is padded and nothing mirrored. */
function isRun(sources: readonly number[], first: number): boolean {
  return sources.every((row, i) => row === first + i);
}

/** First and end of the source rows a band reads. */
function rowsOf(sources: readonly number[]): [number, number] {
  let [first, last] = [Number.POSITIVE_INFINITY, -1];
  for (const row of sources) {
    if (row < 0) continue;
    first = Math.min(first, row);
    last = Math.max(last, row);
  }
  return last < 0 ? [0, 0] : [first, last + 1];
}
