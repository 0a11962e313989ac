import type { Conv2dGeometry } from '../core/geometry.js';
import { sizeOf, type Tensor, tensor } from '../core/tensor.js';
import { newNumbers, toFloat32, type Value, type ValueInfo } from '../core/values.js';
import { forwardOf } from '../layers/index.js';
import type { BandedStep } from './banded-steps.js';
import { isWholeImage, mayRoundWhole, orderedStep } from './choose.js';
import { paddedSize, padInput } from './conv2d/padding.js';
import { runElementwise } from './elementwise.js';
import { type Fused, type FusedBand, fuseArray, fuseInPortions } from './fused.js';
import type { Home } from './home.js';
import { type EngineInput, itemOf, numbersOf } from './input.js';
import { type BandedConv, type Lane, type PackedConv, packConv } from './lane.js';
import { inverseWindowNorms, normaliseResponses } from './ncc.js';
import { turn } from './operators/copies.js';
import { poolPlanes } from './operators/pools.js';
import type { Room } from './operators/room.js';
import type { Plan } from './plan.js';
import { runBand } from './run-band.js';
import { eachPart, layOut } from './session-layout.js';
import { closeWork, nextTicket, shareBands, sharedInput, sharedOutput, type ThreadTeam } from './shared-bands.js';
import type { ConvStep, OperatorStep, PoolStep, Step } from './steps.js';
import type { ValuePlaces } from './value-places.js';
import { aligned, type EngineMemory, type RoutineKind, returnMemory, takeMemory } from './wasm/memory.js';

/** About this many multiply-accumulates pass between two breaths: a few hundredths of a second. */
const MACS_PER_BREATH = 4e8;

/** A convolution ready to run; `shared`: where its input and output lie when threads share it. */
interface ReadyConv {
  readonly conv: PackedConv & BandedConv;
  readonly shared: { readonly x: number; readonly y: number } | null;
}

export interface SessionOptions {
  readonly kind?: RoutineKind;
  /** Threads that may help; the result never depends on them. */
  readonly team?: ThreadTeam | null;
  /** Room in a memory that other threads have sessions of the same plan in; else one of its own. */
  readonly home?: Home | null;
}

/** Told of each step as it is done; `read` gives a value while it lies in its buffer, so not beyond the call. */
export interface StepWatch {
  saw(step: Step, outputs: readonly Value[], read: (name: string) => EngineInput | Value): void;
}

/** The numbers of a value that is added to a step's maps. */
type AddedOf = (name: string) => Float32Array;

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
  readonly #options: Omit<SessionOptions, 'home'>;
  readonly #home: Home | null;
  readonly #team: ThreadTeam | null;
  readonly #convs = new Map<Step, ReadyConv>();
  /** Steps whose weights are whole and whose algorithm rounds; see `mayRoundWhole`. */
  readonly #ordered = new Map<ConvStep, OrderedConv>();
  readonly #wholeSteps: number[] = [];
  /** What the last image of a step was computed by, where it was not the plan's choice. */
  readonly #taken = new Map<string, ConvStep>();
  readonly #places: ValuePlaces;
  /** Constants that operators read. */
  readonly #constants = new Map<string, Value>();
  /** For what layers need beside their values while they are computed. */
  readonly #room: Readonly<Room>;
  /** One for each thread; the first is our own. */
  readonly #lanes: readonly Lane[];

  constructor(plan: Plan, options: SessionOptions = {}) {
    const { kind = 'wasm', team = null, home = null } = options;
    this.plan = plan;
    this.#options = { kind, team };
    this.#home = home;
    const layout = layOut(plan, kind === 'wasm' ? team : null);
    this.#team = layout.lanes.length > 1 ? team : null;
    this.#memory = home?.memory ?? takeMemory(layout.constantBytes + layout.ownBytes, kind);
    const memory = this.#memory;
    const constants = home?.constants ?? memory.allocate(layout.constantBytes);
    const own = home?.own ?? memory.allocate(layout.ownBytes);
    this.#places = layout.places.from(memory, own);
    this.#room = { at: own + layout.room.at, left: layout.room.left };
    this.#lanes = layout.lanes.map((one) => eachPart(one, (at) => own + at));
    const isPacked = home !== null && home.wholeSteps !== null;
    for (const { name, at } of layout.read) {
      const { dtype, shape, data } = plan.shaped.known(name)!;
      const copy = newNumbers(dtype, data.length, { buffer: memory.heap.u8.buffer, byteOffset: constants + at });
      if (!isPacked) copy.set(data);
      this.#constants.set(name, { dtype, shape, data: copy });
    }
    layout.banded.forEach(({ step, conv: banded, constants: parts, shared }, s) => {
      const [packed, bias, edges] = parts.map((at) => constants + at);
      const packedBytes = banded.packs === 1 ? 0 : aligned(banded.bands.bytes.packed);
      const conv = { ...banded, packed, packedBytes, bias, edges };
      if (isPacked ? home.wholeSteps!.includes(s) : this.#pack(step, conv)) {
        this.#ordered.set(step as ConvStep, { step: orderedStep(step as ConvStep), session: null });
        this.#wholeSteps.push(s);
      }
      this.#convs.set(step, { conv, shared: shared && { x: own + shared.x, y: own + shared.y } });
    });
  }

  /** Puts a step's constants into the memory. Whether whole images need another session for it. */
  #pack(step: BandedStep, conv: PackedConv): boolean {
    if (step.kind === 'pool') {
      packConv(this.#memory, conv, null, null, this.#lanes[0]);
      return false;
    }
    const bias = step.layer.kind === 'ncc' ? null : step.bias;
    const weight = packConv(this.#memory, conv, step.weight, bias, this.#lanes[0]);
    return weight !== null && mayRoundWhole(step, weight);
  }

  /** Which of the steps in bands have another session for whole images: for other sessions in the same home. */
  get wholeSteps(): readonly number[] {
    return this.#wholeSteps;
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
        const added = (name: string) => toFloat32(asValue(read(name), step.infos[0]).data);
        const convolved =
          step.computed === step.geometry
            ? this.#convolve({ step, fused: step.fused }, step.geometry, x, y, added)
            : this.#linear(step, x, y, added);
        for (const done of convolved) yield (macsBefore + done) / total;
        macsBefore += step.macs;
      }
      watch?.saw(step, outputs, read);
    }
    // a constant as it was known: what lies in the memory is gone with it
    const { infos, known } = this.plan.shaped;
    const made = (name: string) => values.get(name) ?? inputs.get(name) ?? known(name)!;
    return new Map(kept.map((name) => [name, asValue(made(name), infos.get(name)!)]));
  }

  /** Where a step writes a value: its place, or an array of its own when it is handed out. */
  #output(name: string, info: ValueInfo, values: Map<string, Value>, out?: ReadonlyMap<string, Float32Array>): Value {
    const { dtype, shape } = info;
    const source = this.#places.aliasOf.get(name);
    const data = source
      ? values.get(source)!.data
      : (out?.get(name) ?? newNumbers(dtype, sizeOf(shape), this.#places.of(name)));
    const value = { dtype, shape, data };
    values.set(name, value);
    return value;
  }

  #operate(step: OperatorStep, read: (name: string) => EngineInput | Value, outputs: Value[]): void {
    const { memory, run } = forwardOf(step.layer)!;
    const inputs = step.inputs.map((name) =>
      name === null ? null : asValue(read(name), this.plan.shaped.infos.get(name)!),
    );
    if (memory === 'alias' && this.#places.aliasOf.has(step.outputs[0]) && outputs.length === 1) return;
    if (runElementwise(this.#memory, this.#room, step.layer, inputs, outputs)) return;
    run(step.layer, inputs, outputs);
  }

  *#pool(step: PoolStep, x: EngineInput | Value, y: Value): Generator<number> {
    const planes = { data: numbersOf(x), shape: step.inShape };
    const [from, to] = [planes.data, y.data].map((data) => this.#memory.addressOf(data));
    const isInside = from !== -1 && to !== -1 && y.data instanceof Float32Array;
    if (isInside && poolPlanes(this.#memory, this.#room, step.layer, step.axes, step.windows.C, from, to)) return;
    const isFloat = y.data instanceof Float32Array;
    const maps = isFloat ? (y.data as Float32Array) : new Float32Array(y.data.length);
    yield* this.#runBands(this.#convs.get(step)!, planes, maps, [], 0);
    if (!isFloat) y.data.set(maps);
  }

  /** The steps, by the value they made, that the last run computed otherwise than planned: whole numbers, in order. */
  get taken(): ReadonlyMap<string, ConvStep> {
    return new Map(this.#taken);
  }

  /** Gives the memory back, unless it is a home's. The session cannot run again. */
  close(): void {
    for (const { session } of this.#ordered.values()) session?.close();
    if (this.#home === null) returnMemory(this.#memory);
  }

  /** A batch of vectors [N, K] as one row of N pixels with K channels; yields the multiply-accumulates done so far. */
  *#linear(step: ConvStep, input: EngineInput, y: Float32Array, added: AddedOf): Generator<number> {
    const { C: K, W: N, M } = step.computed;
    const ready = this.#convs.get(step);
    const isInside = ready?.conv.isInside ?? false;
    const { buffer } = this.#memory.heap.u8;
    const row = isInside ? new Float32Array(buffer, this.#room.at, K * N) : new Float32Array(K * N);
    const after = this.#room.at + aligned(K * N * 4);
    const maps = isInside ? new Float32Array(buffer, after, M * N) : new Float32Array(M * N);
    turn(this.#memory, numbersOf(input), N, K, row);
    yield* this.#convolve({ step, fused: [] }, step.computed, { data: row, shape: [1, K, 1, N] }, maps, added);
    turn(this.#memory, maps, M, N, y);
    this.#fuseWhole(step, y, added);
  }

  /** Does what is fused to a step to all of its values. */
  #fuseWhole(step: ConvStep, y: Float32Array, added: AddedOf): void {
    const memory = this.#memory;
    const at = memory.addressOf(y);
    const bands = at === -1 ? null : this.#fusedBands(step.fused, added, 0);
    if (bands === null) for (const one of step.fused) fuseArray(one, y, added);
    else fuseInPortions(memory, bands, at, y.length, this.#lanes[0].gate);
  }

  /** One convolution, image by image; yields the multiply-accumulates done so far. */
  *#convolve(
    { step, fused }: { readonly step: ConvStep; readonly fused: readonly Fused[] },
    g: Conv2dGeometry,
    input: EngineInput,
    y: Float32Array,
    added: AddedOf,
  ): Generator<number> {
    const { algorithm, layer } = step;
    const outSize = g.M * g.oH * g.oW;
    const macs = step.macs / g.N;
    for (let n = 0; n < g.N; n++) {
      const item = itemOf(input, [g.N, g.C, g.H, g.W], n);
      const maps = y.subarray(n * outSize, (n + 1) * outSize);
      const ordered = this.#orderedFor(step, item);
      const inBands = ordered || layer.kind === 'ncc' ? null : this.#fusedBands(fused, added, n * outSize * 4);
      if (algorithm.kind === 'whole') {
        const bias = layer.kind === 'ncc' ? null : step.bias;
        algorithm.run({ geometry: g, x: numbersOf(item), weight: step.weight.load(), bias, y: maps });
      } else {
        const convolved = ordered ?? { session: this, step };
        const bands = convolved.session.#runBands(
          convolved.session.#convs.get(convolved.step)!,
          item,
          maps,
          inBands ?? [],
          macs,
        );
        for (const share of bands) yield (n + share) * macs;
      }
      if (layer.kind === 'ncc') {
        const [pH, pW] = paddedSize(g);
        const padded = new Float32Array(g.C * pH * pW);
        padInput(g, numbersOf(item), padded);
        normaliseResponses(maps, inverseWindowNorms(g, padded), step.bias);
      }
      if (inBands === null || algorithm.kind === 'whole') {
        const addedTo = (name: string) => added(name).subarray(n * outSize, (n + 1) * outSize);
        for (const one of fused) fuseArray(one, maps, addedTo);
      }
      yield (n + 1) * macs;
    }
  }

  /** What is fused to a step's bands, or null where an addend lies beyond the engine's memory. `from`: bytes to the image. */
  #fusedBands(fused: readonly Fused[], added: AddedOf, from: number): FusedBand[] | null {
    const bands = fused.map((one): FusedBand => {
      if (one.kind !== 'add') return { kind: one.kind, of: one.of, parameters: one.parameters };
      const address = this.#memory.addressOf(added(one.value));
      return { kind: 'add', address: address === -1 ? -1 : address + from };
    });
    return bands.some((one) => one.kind === 'add' && one.address === -1) ? null : bands;
  }

  /** Where whole numbers stay exact only in the one order: the session that computes them so; null: as planned. */
  #orderedFor(step: ConvStep, item: EngineInput): { readonly session: Session; readonly step: ConvStep } | null {
    const ordered = this.#ordered.get(step);
    const [value] = step.outputs;
    if (!ordered || !isWholeImage(item)) {
      this.#taken.delete(value);
      return null;
    }
    this.#taken.set(value, ordered.step);
    ordered.session ??= new Session({ ...this.plan, steps: [ordered.step], kept: step.outputs }, this.#options);
    return { session: ordered.session, step: ordered.step };
  }

  /** All bands of one image, alone or with the team; yields the share done. */
  *#runBands(
    { conv, shared }: ReadyConv,
    input: EngineInput,
    y: Float32Array,
    fused: readonly FusedBand[],
    macs: number,
  ): Generator<number> {
    const memory = this.#memory;
    const { count } = conv.bands;
    if (!shared) {
      yield* this.#everyBand(conv, input, y, fused, macs, sequence(count));
      return;
    }
    const work = shareBands(memory, conv, input, shared, y, fused, this.#lanes);
    this.#team!.start(memory, work);
    const tickets = sequence(count, () => nextTicket(memory));
    yield* this.#everyBand(conv, sharedInput(memory, work), sharedOutput(memory, work), fused, macs, tickets);
    closeWork(memory, work.serial);
    if (memory.addressOf(y) === -1) y.set(sharedOutput(memory, work));
  }

  *#everyBand(
    conv: PackedConv,
    input: EngineInput,
    y: Float32Array,
    fused: readonly FusedBand[],
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
