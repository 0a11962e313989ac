import { atPlace } from '../core/errors.js';
import type { Conv2dGeometry } from '../core/geometry.js';
import { type Tensor, tensor } from '../core/tensor.js';
import { newNumbers, toFloat32, type Value } from '../core/values.js';
import { forwardOf } from '../layers/index.js';
import { isWholeImage, mayRoundWhole, orderedStep } from './choose.js';
import { layerPortions } from './elementwise.js';
import { type Fused, type FusedBand, fuseArray, fuseRun, placeFused } from './fused.js';
import { type Home, type Packing, packAlone } from './home.js';
import { asImages, asValue, type EngineInput, itemOf, numbersOf } from './input.js';
import { packConv } from './lane.js';
import { normaliseMaps } from './ncc.js';
import type { OneRun } from './one-run.js';
import { turn } from './operators/copies.js';
import { poolPortions } from './operators/pools.js';
import { multiplyWhole } from './operators/whole.js';
import type { Plan } from './plan.js';
import { eachPart, layOut } from './session-layout.js';
import type { ConvStep, OperatorStep, PoolStep, Step } from './steps.js';
import { type Crew, type ReadyConv, runBands, runPortions } from './threads/crew.js';
import { layerTask, type PortionTask } from './threads/shared-portions.js';
import type { ThreadTeam } from './threads/shared-work.js';
import type { ValuePlaces } from './value-places.js';
import { packVectors, placeVectors, vectorPortions } from './vectors.js';
import { aligned, type EngineMemory, type RoutineKind, returnMemory, takeMemory } from './wasm/memory.js';

export interface SessionOptions {
  readonly kind?: RoutineKind;
  /** Threads that may help; the result never depends on them. */
  readonly team?: ThreadTeam | null;
  /** Room in a memory that other threads have sessions of the same plan in; else one of its own. */
  readonly home?: Home | null;
  /**
   * There will be one run: weights are packed during it, each right before its step, where those of the step before were. A
   * page of memory that nobody has touched costs more than to pack what it holds. Not in a home. Null: they are kept.
   */
  readonly once?: OneRun | null;
}

/** Told of each step as it is done; `read` gives a value while it lies in its buffer, so not beyond the call. */
export interface StepWatch {
  saw(step: Step, outputs: readonly Value[], read: (name: string) => EngineInput | Value): void;
  /** A step's weights have just been packed. */
  packed?(): void;
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
  readonly #options: Pick<SessionOptions, 'kind' | 'team'>;
  readonly #once: OneRun | null;
  readonly #home: Home | null;
  readonly #convs = new Map<Step, ReadyConv>();
  /** Addresses of the packed weight and of the bias of linear layers over many vectors. */
  readonly #vectors = new Map<Step, readonly number[]>();
  /** The steps that threads share. */
  readonly #shared: ReadonlySet<Step>;
  /** Steps whose weights are whole and whose algorithm rounds; see `mayRoundWhole`. */
  readonly #ordered = new Map<ConvStep, OrderedConv>();
  /** What the last image of a step was computed by, where it was not the plan's choice. */
  readonly #taken = new Map<string, ConvStep>();
  readonly #places: ValuePlaces;
  /** Constants that operators read. */
  readonly #constants = new Map<string, Value>();
  readonly #crew: Crew;

  constructor(plan: Plan, options: SessionOptions = {}) {
    const { kind = 'wasm', team = null, home = null, once = null } = options;
    this.plan = plan;
    this.#options = { kind, team };
    this.#once = once;
    this.#home = home;
    const layout = layOut(plan, kind === 'wasm' ? team : null, once);
    this.#shared = layout.shared;
    this.#memory = home?.memory ?? takeMemory(layout.constantBytes + layout.ownBytes, kind);
    const memory = this.#memory;
    const constants = home?.constants ?? memory.allocate(layout.constantBytes);
    const own = home?.own ?? memory.allocate(layout.ownBytes);
    this.#places = layout.places.from(memory, own);
    const rooms = layout.rooms.map(({ at, left }) => ({ at: own + at, left }));
    const lanes = layout.lanes.map((one) => eachPart(one, (at) => own + at));
    this.#crew = { memory, team, rooms, lanes };
    for (const { name, at } of layout.read) {
      const { dtype, shape, data } = plan.shaped.known(name)!;
      const copy = newNumbers(dtype, data.length, { buffer: memory.heap.u8.buffer, byteOffset: constants + at });
      this.#constants.set(name, { dtype, shape, data: copy });
    }
    for (const { step, constants: parts } of layout.vectors) {
      const places = parts.map((at) => constants + at);
      this.#vectors.set(step, places);
    }
    for (const { step, conv: banded, constants: parts, shared } of layout.banded) {
      const [packed, bias, edges] = parts.map((at) => constants + at);
      const packedBytes = banded.packs === 1 ? 0 : aligned(banded.bands.bytes.packed);
      const conv = { ...banded, packed, packedBytes, bias, edges };
      this.#convs.set(step, { conv, shared: shared && { x: own + shared.x, y: own + shared.y } });
    }
    if (once) this.#copyConstants();
    else this.#packAll(home?.packing ?? packAlone);
  }

  /** Puts all constants into the memory: those that operators read, then those of steps. */
  #packAll(packing: Packing): void {
    const steps = [...this.#vectors.keys(), ...this.#convs.keys()];
    const pack = (part: number): boolean => (part === 0 ? this.#copyConstants() : this.#pack(steps[part - 1]));
    const mayRound = packing(1 + steps.length, pack);
    for (const [s, step] of steps.entries()) if (mayRound[s + 1]) this.#mayRound(step as ConvStep);
  }

  /** Puts what operators read into the memory. */
  #copyConstants(): false {
    const { known } = this.plan.shaped;
    for (const [name, { data }] of this.#constants) data.set(known(name)!.data);
    return false;
  }

  /** Puts a step's constants into the memory, if it has any. @returns whether whole images need another session for it */
  #pack(step: Step): boolean {
    const [lane] = this.#crew.lanes;
    const places = this.#vectors.get(step);
    if (places) {
      const { computed, weight, bias } = step as ConvStep;
      packVectors(this.#memory, this.#crew.rooms[0], computed, places, weight, bias);
      return false;
    }
    const ready = this.#convs.get(step);
    if (!ready || this.#once?.rowsAtOnce(step)) return false;
    const [weight, bias] = step.kind === 'conv' ? [step.weight, step.bias] : [null, null];
    const packed = packConv(this.#memory, ready.conv, weight, step.layer.kind === 'ncc' ? null : bias, lane);
    return packed !== null && mayRoundWhole(step as ConvStep, packed);
  }

  #mayRound(step: ConvStep): void {
    if (!this.#ordered.has(step)) this.#ordered.set(step, { step: orderedStep(step), session: null });
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
      if (this.#once) {
        if (this.#pack(step)) this.#mayRound(step as ConvStep);
        watch?.packed?.();
      }
      const outputs = step.outputs.map((name) => this.#places.value(name, values, out));
      for (const [i, value] of outputs.entries()) values.set(step.outputs[i], value);
      if (step.kind === 'operator') yield* this.#operate(step, read, outputs);
      else if (step.kind === 'pool') yield* this.#pool(step, read(step.inputs[0]!), outputs[0]);
      else {
        const x = asImages(read(step.inputs[0]!), step.geometry);
        const y = outputs[0].data as Float32Array;
        const added = (name: string) => toFloat32(asValue(read(name), step.infos[0]).data);
        for (const done of this.#compute(step, x, y, added)) yield (macsBefore + done) / total;
        macsBefore += step.macs;
      }
      watch?.saw(step, outputs, read);
    }
    // a constant as it was known: what lies in the memory is gone with it
    const { infos, known } = this.plan.shaped;
    const made = (name: string) => values.get(name) ?? inputs.get(name) ?? known(name)!;
    return new Map(kept.map((name) => [name, asValue(made(name), infos.get(name)!)]));
  }

  *#operate(step: OperatorStep, read: (name: string) => EngineInput | Value, outputs: Value[]): Generator<number> {
    const { run, rowWork, whole } = forwardOf(step.layer)!;
    const inputs = step.inputs.map((name) =>
      name === null ? null : asValue(read(name), this.plan.shaped.infos.get(name)!),
    );
    if (step.outputs.every(this.#places.isAlias)) return;
    const products = whole?.work(step.layer, inputs, outputs);
    if (products && multiplyWhole(this.#memory, this.#crew.rooms[0], products)) return;
    const [x] = inputs;
    const areFloats = x?.data instanceof Float32Array && outputs[0].data instanceof Float32Array;
    const work = areFloats ? rowWork?.(step.layer, inputs) : null;
    const portions = work ? layerPortions(this.#memory, this.#crew.rooms[0], work, inputs, outputs) : null;
    if (portions)
      yield* runPortions(
        this.#crew,
        portions,
        this.#task(step, () => layerTask(this.#memory, work!, inputs, outputs)),
      );
    else {
      try {
        run(step.layer, inputs, outputs);
      } catch (error) {
        throw atPlace(step.name, error);
      }
    }
  }

  *#pool(step: PoolStep, x: EngineInput | Value, y: Value): Generator<number> {
    const { layer, axes, windows } = step;
    const planes = { data: numbersOf(x), shape: step.inShape };
    const [from, to] = [planes.data, y.data].map((data) => this.#memory.addressOf(data));
    const isFloat = y.data instanceof Float32Array;
    if (from !== -1 && to !== -1 && isFloat) {
      const portions = poolPortions(this.#memory, this.#crew.rooms[0], layer, axes, windows.C, from, to);
      const task: PortionTask = { kind: 'pool', layer, axes, planes: windows.C, from, to };
      if (portions)
        return yield* runPortions(
          this.#crew,
          portions,
          this.#task(step, () => task),
        );
    }
    const maps = isFloat ? (y.data as Float32Array) : new Float32Array(y.data.length);
    yield* runBands(this.#crew, this.#convs.get(step)!, planes, maps, [], 0);
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

  /** A step's work as other threads can join in; null: they are not to, or cannot. */
  #task(step: Step, task: () => PortionTask | null): PortionTask | null {
    return this.#shared.has(step) ? task() : null;
  }

  /** A convolution or a linear layer; yields the multiply-accumulates done so far. */
  #compute(step: ConvStep, x: EngineInput, y: Float32Array, added: AddedOf): Generator<number> {
    const places = this.#vectors.get(step);
    if (places) return this.#multiply(step, places, numbersOf(x), y, added);
    if (step.computed === step.geometry) {
      return this.#convolve({ step, fused: step.fused }, step.geometry, x, y, added);
    }
    return this.#linear(step, x, y, added);
  }

  /** A linear layer over many vectors. `places`: of its weight and bias */
  *#multiply(
    step: ConvStep,
    places: readonly number[],
    x: Float32Array,
    y: Float32Array,
    added: AddedOf,
  ): Generator<number> {
    const memory = this.#memory;
    const room = { ...this.#crew.rooms[0] };
    const fused = this.#fusedBands(step.fused, added, 0);
    const vectors = placeVectors(memory, room, step.computed, places, [x, y], fused ?? []);
    const portions = vectorPortions(memory, room, vectors);
    for (const share of runPortions(
      this.#crew,
      portions,
      this.#task(step, () => ({ kind: 'vectors', vectors })),
      step.macs,
    )) {
      yield share * step.macs;
    }
    if (memory.addressOf(y) === -1) y.set(memory.heap.f32.subarray(vectors.y / 4, vectors.y / 4 + y.length));
    if (fused === null) for (const one of step.fused) fuseArray(one, y, added);
    yield step.macs;
  }

  /** A batch of vectors [N, K] as one row of N pixels with K channels; yields the multiply-accumulates done so far. */
  *#linear(step: ConvStep, input: EngineInput, y: Float32Array, added: AddedOf): Generator<number> {
    const { C: K, W: N, M } = step.computed;
    const ready = this.#convs.get(step);
    const isInside = ready?.conv.isInside ?? false;
    const { buffer } = this.#memory.heap.u8;
    const [{ at }] = this.#crew.rooms;
    const row = isInside ? new Float32Array(buffer, at, K * N) : new Float32Array(K * N);
    const after = at + aligned(K * N * 4);
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
    else fuseRun(memory, bands, at, y.length, 0, this.#crew.lanes[0].gate);
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
      const inParts = this.#once?.rowsAtOnce(step);
      const inBands =
        ordered || inParts || layer.kind === 'ncc' ? null : this.#fusedBands(fused, added, n * outSize * 4);
      if (algorithm.kind === 'whole') {
        const bias = layer.kind === 'ncc' ? null : step.bias;
        algorithm.run({ geometry: g, x: numbersOf(item), weight: step.weight.load(), bias, y: maps });
      } else if (inParts) {
        const parts = this.#once!.runInParts(this.#crew, this.#convs.get(step)!, step, item, maps);
        for (const share of parts) yield (n + share) * macs;
      } else {
        const convolved = ordered ?? { session: this, step };
        const bands = runBands(
          convolved.session.#crew,
          convolved.session.#convs.get(convolved.step)!,
          item,
          maps,
          inBands ?? [],
          macs,
        );
        for (const share of bands) yield (n + share) * macs;
      }
      if (layer.kind === 'ncc') normaliseMaps(g, numbersOf(item), maps, step.bias);
      if (inBands === null || algorithm.kind === 'whole') {
        const addedTo = (name: string) => added(name).subarray(n * outSize, (n + 1) * outSize);
        for (const one of fused) fuseArray(one, maps, addedTo);
      }
      yield (n + 1) * macs;
    }
  }

  /** What is fused to a step's bands, or null where an addend lies beyond the engine's memory. `from`: bytes to the image. */
  #fusedBands(fused: readonly Fused[], added: AddedOf, from: number): FusedBand[] | null {
    return placeFused(fused, (one) => {
      if (one.kind === 'pair') return this.#memory.addressOf(this.#constants.get(one.value)!.data);
      const address = this.#memory.addressOf(added(one.value));
      return address === -1 ? -1 : address + from;
    });
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
}
