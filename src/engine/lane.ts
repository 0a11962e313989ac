import type { Conv2dGeometry } from '../core/geometry.js';
import type { ActivationLayer, Conv2dLayer, NccLayer } from '../core/layers.js';
import { activate } from './activations.js';
import { type Bands, bandAt, borderColumns } from './bands.js';
import type { BandAlgorithm } from './conv2d/algorithm.js';
import type { EngineInput } from './input.js';
import { aligned, type EngineMemory } from './wasm/memory.js';

/** A convolution with its weights packed in the engine's memory. */
export interface PackedConv {
  readonly geometry: Conv2dGeometry;
  readonly algorithm: BandAlgorithm;
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
  readonly bands: Bands;
}

/** An activation applied to a band while it is in the cache. */
export type Activation = Pick<ActivationLayer, 'name' | 'parameter'>;

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
export function constantBytes({ geometry: g, bands }: BandedConv): number[] {
  return [aligned(bands.bytes.packed) * g.groups, g.M * 4, (bands.left + bands.right) * 4];
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
      return Math.max(g.C * rowsRead(step) * g.W * 4, (g.M / g.groups) * (g.C / g.groups) * g.kH * g.kW * 4);
    }),
    bytes: most((step) => step.geometry.C * rowsRead(step) * step.geometry.W),
    tables: most(({ geometry: g }) => g.C * 1024),
    y: most(({ bands }) => bands.bytes.y),
  };
}

/** Copies a layer's weights, bias and border columns to where a run finds them. */
export function packConv(memory: EngineMemory, conv: PackedConv, layer: Conv2dLayer | NccLayer, lane: Lane): void {
  const { heap, routines } = memory;
  const g = conv.geometry;
  const bias = layer.kind === 'ncc' ? null : layer.bias;
  if (bias) heap.f32.set(bias, conv.bias / 4);
  else heap.f32.fill(0, conv.bias / 4, conv.bias / 4 + g.M);
  heap.i32.set(borderColumns(g, conv.bands), conv.edges / 4);
  const size = layer.weight.data.length / g.groups;
  for (let group = 0; group < g.groups; group++) {
    heap.f32.set(layer.weight.data.subarray(group * size, (group + 1) * size), lane.staging / 4);
    const packed = conv.packed + group * conv.packedBytes;
    const { workspace } = lane;
    conv.algorithm.pack({ heap, routines, shape: conv.bands.shape, weight: lane.staging, packed, workspace });
  }
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
  if ('bytes' in input) {
    heap.f32.set(input.tables, lane.tables / 4);
    heap.u8.set(input.bytes.subarray(from * g.W * g.C, end * g.W * g.C), lane.bytes);
    routines.bytesToPlanes(lane.bytes, lane.staging, plane * 4, g.C, plane, lane.tables);
  } else {
    for (let c = 0; c < g.C; c++) {
      const start = (c * g.H + from) * g.W;
      heap.f32.set(input.data.subarray(start, start + plane), lane.staging / 4 + c * plane);
    }
  }
  const { planeFloats, phaseFloats, rows, M, C } = shape;
  const cells = shape.oH * g.oW;
  for (let group = 0; group < g.groups; group++) {
    routines.padBand(
      lane.staging + group * C * plane * 4,
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
    );
    algorithm.run({
      heap,
      routines,
      shape,
      x: lane.x,
      packed: conv.packed + group * conv.packedBytes,
      bias: conv.bias + group * M * 4,
      y: lane.y,
      workspace: lane.workspace,
    });
    for (let m = 0; m < M; m++) {
      const start = lane.y / 4 + m * shape.yPlane;
      const values = heap.f32.subarray(start, start + cells);
      if (fused) activate(fused.name, fused.parameter, values, values);
      y.set(values, ((group * M + m) * g.oH + first) * g.oW);
    }
  }
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
