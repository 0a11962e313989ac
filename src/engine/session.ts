import type { Conv2dGeometry } from '../core/geometry.js';
import { sizeOf, type Tensor, tensor } from '../core/tensor.js';
import { newNumbers, toFloat32, type Value, type ValueInfo } from '../core/values.js';
import { activate } from '../layers/activation.js';
import { forwardOf } from '../layers/index.js';
import { type Bands, planBands } from './bands.js';
import { type BufferPlan, planBuffers } from './buffers.js';
import { isWholeImage, mayRoundWhole, orderedStep } from './choose.js';
import type { BandAlgorithm } from './conv2d/algorithm.js';
import { paddedSize, padInput } from './conv2d/padding.js';
import { ELEMENTWISE_BYTES, isElementwise, runElementwise } from './elementwise.js';
import { type EngineInput, itemOf, numbersOf } from './input.js';
import {
  type Activation,
  type BandedConv,
  constantBytes,
  type Lane,
  laneBytes,
  type PackedConv,
  packConv,
  runBand,
} from './lane.js';
import { inverseWindowNorms, normaliseResponses } from './ncc.js';
import type { Plan } from './plan.js';
import { closeWork, nextTicket, shareBands, sharedInput, sharedOutput, type ThreadTeam } from './shared-bands.js';
import type { ConvStep, OperatorStep, PoolStep, Step } from './steps.js';
import { aligned, type EngineMemory, type RoutineKind, returnMemory, takeMemory } from './wasm/memory.js';

/** About this many multiply-accumulates pass between two breaths: a few hundredths of a second. */
const MACS_PER_BREATH = 4e8;
/** A convolution is shared between threads from this estimate on, in nanoseconds: when they run already, or not yet. */
const WORTH_SHARING = { running: 2e6, asleep: 2e8 };
/** Short work is cut into a piece for each thread, long work into several, so that a busy core costs little. */
const LONG_WORK = 1e7;
const PIECES = 4;

type BandedStep = (ConvStep & { readonly bands: Bands; readonly algorithm: BandAlgorithm }) | PoolStep;

/** A convolution ready to run; `shared`: where its input and output lie when threads share it. */
interface ReadyConv {
  readonly conv: PackedConv;
  readonly shared: { readonly x: number; readonly y: number } | null;
}

export interface SessionOptions {
  readonly kind?: RoutineKind;
  /** Threads that may help; the result never depends on them. */
  readonly team?: ThreadTeam | null;
}

/** Told of each step as it is done; `read` gives a value while it lies in its buffer, so not beyond the call. */
export interface StepWatch {
  saw(step: Step, outputs: readonly Value[], read: (name: string) => EngineInput | Value): void;
}

/** A convolution that whole numbers take in the one order, with a session of its own once there are any. */
interface OrderedConv {
  readonly step: ConvStep;
  session: Session | null;
}

/**
 * A plan with its weights in place, for any number of inputs of its shape, one after another. All memory is taken here;
 * none during a run, but for the first whole numbers that a step may not round.
 */
export class Session {
  readonly plan: Plan;
  readonly #memory: EngineMemory;
  readonly #options: SessionOptions;
  readonly #team: ThreadTeam | null;
  readonly #convs = new Map<Step, ReadyConv>();
  /** Steps whose weights are whole and whose algorithm rounds; see `mayRoundWhole`. */
  readonly #ordered = new Map<ConvStep, OrderedConv>();
  /** What the last image of a step was computed by, where it was not the plan's choice. */
  readonly #taken = new Map<string, ConvStep>();
  readonly #buffers: BufferPlan;
  readonly #blocks: readonly ArrayBuffer[];
  /** Constants that operators read. */
  readonly #constants = new Map<string, Value>();
  /** Where layers that work number by number do; null where there are none. */
  readonly #elements: number | null;
  /** One for each thread; the first is our own. */
  readonly #lanes: Lane[] = [];

  constructor(plan: Plan, options: SessionOptions = {}) {
    const { kind = 'wasm', team = null } = options;
    this.plan = plan;
    this.#options = options;
    this.#buffers = planBuffers(plan.steps, plan.kept);
    this.#blocks = this.#buffers.bytes.map((bytes) => new ArrayBuffer(bytes));
    for (const name of constantsRead(plan)) this.#constants.set(name, plan.shaped.known(name)!);
    const steps = plan.steps.filter(runsInBands);
    const shared = steps.map((step) => team !== null && kind === 'wasm' && isWorthSharing(step, team));
    this.#team = shared.includes(true) ? team : null;
    const convs = steps.map((step, s) => bandedConv(step, shared[s] ? team!.size : 1));
    const lane = laneBytes(convs);
    const lanes = this.#team?.size ?? 1;
    const sharedBytes = convs.map(({ geometry: g }, s) =>
      shared[s] ? [g.C * g.H * g.W * 4, g.M * g.oH * g.oW * 4] : [0, 0],
    );
    const needs = [
      ...convs.flatMap(constantBytes),
      ...Array.from({ length: lanes }, () => Object.values(lane)).flat(),
      ...sharedBytes.flat(),
      plan.steps.some((step) => step.kind === 'operator' && isElementwise(step.layer)) ? ELEMENTWISE_BYTES : 0,
    ];
    this.#memory = takeMemory(
      needs.reduce((sum, bytes) => sum + aligned(bytes), 0),
      kind,
    );
    const memory = this.#memory;
    this.#elements = needs[needs.length - 1] > 0 ? memory.allocate(ELEMENTWISE_BYTES) : null;
    for (let l = 0; l < lanes; l++) {
      const parts = Object.entries(lane).map(([part, bytes]) => [part, memory.allocate(bytes)]);
      this.#lanes.push(Object.fromEntries(parts) as Lane);
    }
    convs.forEach((banded, s) => {
      const [packed, bias, edges] = constantBytes(banded).map((bytes) => memory.allocate(bytes));
      const packedBytes = banded.packs === 1 ? 0 : aligned(banded.bands.bytes.packed);
      const conv = { ...banded, packed, packedBytes, bias, edges };
      const step = steps[s];
      if (step.kind === 'pool') packConv(memory, conv, null, null, this.#lanes[0]);
      else {
        const bias = step.layer.kind === 'ncc' ? null : step.bias;
        const weight = packConv(memory, conv, step.weight, bias, this.#lanes[0]);
        if (weight && mayRoundWhole(step, weight)) this.#ordered.set(step, { step: orderedStep(step), session: null });
      }
      const [x, y] = sharedBytes[s].map((bytes) => memory.allocate(bytes));
      this.#convs.set(steps[s], { conv, shared: shared[s] ? { x, y } : null });
    });
  }

  /** One input, one output: the first kept value, in `out` when given; yields the share done, 0 … 1, every now and then. */
  *run(input: EngineInput, out?: Float32Array, watch?: StepWatch): Generator<number, Tensor> {
    const { model, kept } = this.plan;
    const [name] = kept;
    const values = yield* this.runAll(new Map([[model.inputs[0].name, input]]), out && new Map([[name, out]]), watch);
    const { data, shape } = values.get(name)!;
    return tensor(toFloat32(data), shape);
  }

  /**
   * Computes the kept values from the model's inputs, by name; yields the share done, 0 … 1, every now and then.
   * @param out arrays to write kept values to, else they get new ones
   * @param watch looks on; it changes nothing
   */
  *runAll(
    inputs: ReadonlyMap<string, EngineInput | Value>,
    out?: ReadonlyMap<string, Float32Array>,
    watch?: StepWatch,
  ): Generator<number, ReadonlyMap<string, Value>> {
    const { steps, macs, kept } = this.plan;
    const values = new Map<string, Value>();
    const read = (name: string): EngineInput | Value =>
      values.get(name) ?? inputs.get(name) ?? this.#constants.get(name)!;
    const total = Math.max(macs, 1);
    let macsBefore = 0;
    for (const step of steps) {
      const outputs = step.outputs.map((name, i) => this.#output(name, step.infos[i], values, out));
      if (step.kind === 'operator') this.#operate(step, read, outputs);
      else if (step.kind === 'pool') yield* this.#pool(step, read(step.inputs[0]!), outputs[0]);
      else {
        const x = asImages(read(step.inputs[0]!), step.geometry);
        const y = outputs[0].data as Float32Array;
        const convolved =
          step.computed === step.geometry
            ? this.#convolve(step, step.geometry, x, y, step.fused)
            : this.#linear(step, x, y, step.fused);
        for (const done of convolved) yield (macsBefore + done) / total;
        macsBefore += step.macs;
      }
      watch?.saw(step, outputs, read);
    }
    return new Map(kept.map((name) => [name, asValue(read(name), this.plan.shaped.infos.get(name)!)]));
  }

  /** Where a step writes a value: its buffer, or an array of its own when it is handed out. */
  #output(name: string, info: ValueInfo, values: Map<string, Value>, out?: ReadonlyMap<string, Float32Array>): Value {
    const { bufferOf, aliasOf } = this.#buffers;
    const { dtype, shape } = info;
    const source = aliasOf.get(name);
    const buffer = bufferOf.get(name) ?? -1;
    const data = source
      ? values.get(source)!.data
      : (out?.get(name) ?? newNumbers(dtype, sizeOf(shape), buffer === -1 ? undefined : this.#blocks[buffer]));
    const value = { dtype, shape, data };
    values.set(name, value);
    return value;
  }

  #operate(step: OperatorStep, read: (name: string) => EngineInput | Value, outputs: Value[]): void {
    const { memory, run } = forwardOf(step.layer)!;
    const inputs = step.inputs.map((name) =>
      name === null ? null : asValue(read(name), this.plan.shaped.infos.get(name)!),
    );
    if (memory === 'alias' && this.#buffers.aliasOf.has(step.outputs[0]) && outputs.length === 1) return;
    if (this.#elements !== null && runElementwise(this.#memory, this.#elements, step.layer, inputs, outputs)) return;
    run(step.layer, inputs, outputs);
  }

  *#pool(step: PoolStep, x: EngineInput | Value, y: Value): Generator<number> {
    const planes = { data: numbersOf(x), shape: step.inShape };
    const isFloat = y.data instanceof Float32Array;
    const maps = isFloat ? (y.data as Float32Array) : new Float32Array(y.data.length);
    yield* this.#runBands(this.#convs.get(step)!, planes, maps, null, 0);
    if (!isFloat) y.data.set(maps);
  }

  /** The steps, by the value they made, that the last run computed otherwise than planned: whole numbers, in order. */
  get taken(): ReadonlyMap<string, ConvStep> {
    return new Map(this.#taken);
  }

  /** Gives the memory back. The session cannot run again. */
  close(): void {
    for (const { session } of this.#ordered.values()) session?.close();
    returnMemory(this.#memory);
  }

  /** A batch of vectors [N, K] as one row of N pixels with K channels; yields the multiply-accumulates done so far. */
  *#linear(step: ConvStep, input: EngineInput, y: Float32Array, fused: Activation | null): Generator<number> {
    const { C: K, W: N, M } = step.computed;
    const row = { data: transpose(numbersOf(input), N, K), shape: [1, K, 1, N] };
    const maps = new Float32Array(y.length);
    yield* this.#convolve(step, step.computed, row, maps, fused);
    y.set(transpose(maps, M, N));
  }

  /** One convolution, image by image; yields the multiply-accumulates done so far. */
  *#convolve(
    step: ConvStep,
    g: Conv2dGeometry,
    input: EngineInput,
    y: Float32Array,
    fused: Activation | null,
  ): Generator<number> {
    const { algorithm, layer } = step;
    const outSize = g.M * g.oH * g.oW;
    const macs = step.macs / g.N;
    for (let n = 0; n < g.N; n++) {
      const item = itemOf(input, [g.N, g.C, g.H, g.W], n);
      const maps = y.subarray(n * outSize, (n + 1) * outSize);
      const inBands = algorithm.kind === 'banded' && layer.kind === 'conv' ? fused : null;
      if (algorithm.kind === 'whole') {
        const bias = layer.kind === 'ncc' ? null : step.bias;
        algorithm.run({ geometry: g, x: numbersOf(item), weight: step.weight.load(), bias, y: maps });
      } else {
        for (const share of this.#bandsOf(step, item, maps, inBands, macs)) yield (n + share) * macs;
      }
      if (layer.kind === 'ncc') {
        const [pH, pW] = paddedSize(g);
        const padded = new Float32Array(g.C * pH * pW);
        padInput(g, numbersOf(item), padded);
        normaliseResponses(maps, inverseWindowNorms(g, padded), step.bias);
      }
      if (fused && !inBands) activate(fused.name, fused.parameters, maps, maps);
      yield (n + 1) * macs;
    }
  }

  /** One image by the planned algorithm, or in the one order where whole numbers stay exact only there. */
  #bandsOf(
    step: ConvStep,
    item: EngineInput,
    maps: Float32Array,
    fused: Activation | null,
    macs: number,
  ): Generator<number> {
    const ordered = this.#ordered.get(step);
    const [value] = step.outputs;
    if (!ordered || !isWholeImage(item)) {
      this.#taken.delete(value);
      return this.#runBands(this.#convs.get(step)!, item, maps, fused, macs);
    }
    this.#taken.set(value, ordered.step);
    ordered.session ??= new Session({ ...this.plan, steps: [ordered.step], kept: step.outputs }, this.#options);
    const { session } = ordered;
    return session.#runBands(session.#convs.get(ordered.step)!, item, maps, fused, macs);
  }

  /** All bands of one image, alone or with the team; yields the share done. */
  *#runBands(
    { conv, shared }: ReadyConv,
    input: EngineInput,
    y: Float32Array,
    fused: Activation | null,
    macs: number,
  ): Generator<number> {
    const memory = this.#memory;
    const { count } = conv.bands;
    if (!shared) {
      yield* this.#everyBand(conv, input, y, fused, macs, sequence(count));
      return;
    }
    const work = shareBands(memory, conv, input, shared, y.length, fused, this.#lanes);
    this.#team!.start(memory, work);
    const tickets = sequence(count, () => nextTicket(memory));
    yield* this.#everyBand(conv, sharedInput(memory, work), sharedOutput(memory, work), fused, macs, tickets);
    closeWork(memory, work.serial);
    y.set(sharedOutput(memory, work));
  }

  *#everyBand(
    conv: PackedConv,
    input: EngineInput,
    y: Float32Array,
    fused: Activation | null,
    macs: number,
    tickets: Iterable<number>,
  ): Generator<number> {
    const { count } = conv.bands;
    let sinceBreath = 0;
    for (const index of tickets) {
      runBand(this.#memory, conv, this.#lanes[0], input, y, fused, index);
      sinceBreath += macs / count;
      if (sinceBreath < MACS_PER_BREATH) continue;
      sinceBreath = 0;
      yield (index + 1) / count;
    }
  }
}

/** What `next` gives, 0, 1, 2 … by default, while it is below count. */
function* sequence(count: number, next = counter()): Generator<number> {
  for (let index = next(); index < count; index = next()) yield index;
}

function counter(): () => number {
  let next = 0;
  return () => next++;
}

function runsInBands(step: Step): step is BandedStep {
  return step.kind === 'pool' || (step.kind === 'conv' && step.bands !== null);
}

function isWorthSharing(step: BandedStep, team: ThreadTeam): boolean {
  if (step.kind === 'pool') return false;
  const { computed: geometry, algorithm } = step;
  const cost = algorithm.cost(geometry) / geometry.N;
  if (cost < (team.isRunning ? WORTH_SHARING.running : WORTH_SHARING.asleep)) return false;
  return planBands(geometry, algorithm, team.size).count > 1;
}

/** A step's windows, algorithm and bands; cut anew when threads share it. */
function bandedConv(step: BandedStep, threads: number): BandedConv {
  if (step.kind === 'pool') return { geometry: step.windows, algorithm: step.algorithm, bands: step.bands, packs: 1 };
  const { computed: geometry, algorithm, bands } = step;
  const packs = geometry.groups;
  if (threads === 1) return { geometry, algorithm, bands, packs };
  const pieces = algorithm.cost(geometry) / geometry.N < LONG_WORK ? threads : threads * PIECES;
  return { geometry, algorithm, bands: planBands(geometry, algorithm, pieces), packs };
}

/** [rows, columns] → [columns, rows] */
function transpose(x: Float32Array, rows: number, columns: number): Float32Array {
  const y = new Float32Array(x.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) y[j * rows + i] = x[i * columns + j];
  }
  return y;
}

/** The constants that operators read; those of convolutions are packed instead. */
function constantsRead({ steps, shaped, kept }: Plan): Set<string> {
  const made = new Set(steps.flatMap(({ outputs }) => outputs));
  const fed = new Set(shaped.model.inputs.map(({ name }) => name));
  const read = steps.flatMap((step) => (step.kind === 'operator' ? step.inputs : []));
  return new Set(
    [...read, ...kept].filter((name): name is string => name !== null && !made.has(name) && !fed.has(name)),
  );
}

/** What a convolution reads, as [N, C, H, W] float32 or an image in bytes. */
function asImages(x: EngineInput | Value, { N, C, H, W }: Conv2dGeometry): EngineInput {
  if ('bytes' in x) return x;
  return { data: toFloat32(x.data), shape: [N, C, H, W] };
}

/** What was fed or computed as a value of its own type. */
function asValue(x: EngineInput | Value, { dtype, shape }: ValueInfo): Value {
  if ('bytes' in x) return { dtype: 'float32', shape, data: numbersOf(x) };
  return { dtype, shape, data: x.data };
}
