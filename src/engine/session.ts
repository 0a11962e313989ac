import { sizeOf, type Tensor, tensor } from '../core/tensor.js';
import { activate } from './activations.js';
import { type Bands, bandAt, borderColumns } from './bands.js';
import type { BandAlgorithm } from './conv2d/algorithm.js';
import { paddedSize, padInput } from './conv2d/padding.js';
import { type EngineInput, itemOf, numbersOf } from './input.js';
import { inverseWindowNorms, normaliseResponses } from './ncc.js';
import type { ActivationStep, ConvStep, Plan, Step } from './plan.js';
import { pool } from './pooling/index.js';
import { aligned, type EngineMemory, type RoutineKind, returnMemory, takeMemory } from './wasm/memory.js';

/** About this many multiply-accumulates pass between two breaths: a few hundredths of a second. */
const MACS_PER_BREATH = 4e8;

/** A convolution with its weights packed in the engine's memory. */
interface PackedConv {
  readonly step: ConvStep;
  readonly algorithm: BandAlgorithm;
  readonly bands: Bands;
  /** Addresses. Packed weights of group 0, those of the next follow `packedBytes` later. */
  readonly packed: number;
  readonly packedBytes: number;
  readonly bias: number;
  readonly edges: number;
}

/** Addresses of one thread's own memory: the parts every band needs. */
interface Lane {
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

/**
 * A plan with its weights in place, for any number of inputs of its shape, one after another. All memory is taken here;
 * none during a run.
 */
export class Session {
  readonly plan: Plan;
  readonly #memory: EngineMemory;
  readonly #convs = new Map<Step, PackedConv>();
  readonly #lane: Lane;

  constructor(plan: Plan, kind: RoutineKind = 'wasm') {
    this.plan = plan;
    const convs = plan.steps.filter((step): step is BandedStep => 'bands' in step && step.bands !== null);
    const lane = laneBytes(convs);
    const needs = [...convs.flatMap(constantBytes), ...Object.values(lane)];
    this.#memory = takeMemory(
      needs.reduce((sum, bytes) => sum + aligned(bytes), 0),
      kind,
    );
    const memory = this.#memory;
    for (const step of convs) {
      const [packed, bias, edges] = constantBytes(step).map((bytes) => memory.allocate(bytes));
      const packedBytes = aligned(step.bands.bytes.packed);
      this.#convs.set(step, { step, algorithm: step.algorithm, bands: step.bands, packed, packedBytes, bias, edges });
    }
    this.#lane = Object.fromEntries(
      Object.entries(lane).map(([part, bytes]) => [part, memory.allocate(bytes)]),
    ) as unknown as Lane;
    for (const conv of this.#convs.values()) pack(memory, conv, this.#lane);
  }

  /** Computes the plan's output [N, M, oH, oW] into `out`; yields the share done, 0 … 1, every now and then. */
  *run(input: EngineInput, out?: Float32Array): Generator<number, Tensor> {
    const { steps, macs, outShape } = this.plan;
    let x = input;
    let macsBefore = 0;
    for (let s = 0; s < steps.length; s++) {
      const step = steps[s];
      const fused = 'geometry' in step ? fusedActivation(steps[s + 1]) : null;
      if (fused) s++;
      const isLast = s === steps.length - 1;
      const y = isLast && out ? out : new Float32Array(sizeOf(step.outShape));
      if ('geometry' in step) {
        for (const done of this.#convolve(step, x, y, fused)) yield (macsBefore + done) / macs;
        macsBefore += step.macs;
      } else if (step.layer.kind === 'activation') {
        activate(step.layer.name, step.layer.parameter, numbersOf(x), y);
      } else if ('axes' in step) {
        pool(step.layer, step.axes, step.inShape[0] * step.inShape[1], numbersOf(x), y);
      }
      x = { data: y, shape: step.outShape };
    }
    return tensor(numbersOf(x), outShape);
  }

  /** Gives the memory back. The session cannot run again. */
  close(): void {
    returnMemory(this.#memory);
  }

  /** One convolution, image by image; yields the multiply-accumulates done so far. */
  *#convolve(step: ConvStep, input: EngineInput, y: Float32Array, fused: ActivationStep | null): Generator<number> {
    const { geometry: g, algorithm, layer } = step;
    const outSize = g.M * g.oH * g.oW;
    for (let n = 0; n < g.N; n++) {
      const item = itemOf(input, step.inShape, n);
      const maps = y.subarray(n * outSize, (n + 1) * outSize);
      const before = (n * step.macs) / g.N;
      if (algorithm.kind === 'whole') {
        const bias = layer.kind === 'ncc' ? null : layer.bias;
        algorithm.run({ geometry: g, x: numbersOf(item), weight: layer.weight.data, bias, y: maps });
      } else {
        yield* this.#runBands(this.#convs.get(step)!, item, maps, layer.kind === 'ncc' ? null : fused, before);
      }
      if (layer.kind === 'ncc') {
        const [pH, pW] = paddedSize(g);
        const padded = new Float32Array(g.C * pH * pW);
        padInput(g, numbersOf(item), padded);
        normaliseResponses(maps, inverseWindowNorms(g, padded), layer.bias);
      }
      if (fused && (layer.kind === 'ncc' || algorithm.kind === 'whole')) {
        activate(fused.layer.name, fused.layer.parameter, maps, maps);
      }
      yield before + step.macs / g.N;
    }
  }

  *#runBands(
    conv: PackedConv,
    input: EngineInput,
    y: Float32Array,
    fused: ActivationStep | null,
    macsBefore: number,
  ): Generator<number> {
    const { geometry: g, macs } = conv.step;
    if ('tables' in input) this.#memory.heap.f32.set(input.tables, this.#lane.tables / 4);
    let sinceBreath = 0;
    for (let index = 0; index < conv.bands.count; index++) {
      runBand(this.#memory, conv, this.#lane, input, y, fused, index);
      sinceBreath += macs / g.N / conv.bands.count;
      if (sinceBreath >= MACS_PER_BREATH) {
        sinceBreath = 0;
        yield macsBefore + ((index + 1) / conv.bands.count) * (macs / g.N);
      }
    }
  }
}

type BandedStep = ConvStep & { readonly bands: Bands; readonly algorithm: BandAlgorithm };

/** An activation that can be applied to a band while it is in the cache. */
function fusedActivation(next: Step | undefined): ActivationStep | null {
  return next && next.layer.kind === 'activation' ? (next as ActivationStep) : null;
}

/** Bytes of packed weights, bias and border columns. */
function constantBytes({ geometry: g, bands }: BandedStep): number[] {
  return [aligned(bands.bytes.packed) * g.groups, g.M * 4, (bands.left + bands.right) * 4];
}

/** The most any step needs of each part. Weights wait in `staging` before they are packed. */
function laneBytes(steps: readonly BandedStep[]): Lane {
  const most = (of: (step: BandedStep) => number) => steps.reduce((max, step) => Math.max(max, of(step)), 0);
  const rowsRead = ({ geometry: g, bands }: BandedStep) =>
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

function pack(memory: EngineMemory, conv: PackedConv, lane: Lane): void {
  const { heap, routines } = memory;
  const { geometry: g, layer } = conv.step;
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
function runBand(
  { heap, routines }: EngineMemory,
  conv: PackedConv,
  lane: Lane,
  input: EngineInput,
  y: Float32Array,
  fused: ActivationStep | null,
  index: number,
): void {
  const { bands, algorithm } = conv;
  const { geometry: g } = conv.step;
  const { first, shape, sources } = bandAt(g, bands, index);
  const [from, end] = rowsOf(sources);
  const plane = (end - from) * g.W;
  heap.i32.set(
    sources.map((row) => (row < 0 ? -1 : row - from)),
    lane.rowTable / 4,
  );
  if ('bytes' in input) {
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
      if (fused) activate(fused.layer.name, fused.layer.parameter, values, values);
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
