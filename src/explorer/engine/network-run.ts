import type { KeptRun } from '../../analysis/explain/explanation.js';
import type { SubjectRun } from '../../analysis/kept-run.js';
import { ValueWatch } from '../../analysis/value-watch.js';
import { CnnvizError } from '../../core/errors.js';
import { sizeOf } from '../../core/tensor.js';
import { type Numbers, newNumbers, type Value, type ValueFault } from '../../core/values.js';
import { finishSync } from '../../engine/execute.js';
import type { EngineInput } from '../../engine/input.js';
import { numbersOf } from '../../engine/input.js';
import type { Plan } from '../../engine/plan.js';
import type { ConvStep } from '../../engine/steps.js';
import { evaluate } from '../../layers/evaluate.js';
import { type BoundInput, inferShapes, type ShapedModel } from '../../layers/infer.js';
import type { Model } from '../../layers/model.js';
import { type ReadBytes, unpackModel } from '../pack.js';
import type { PackedNetwork } from '../page-data.js';
import type { Edit } from '../protocol.js';
import { type EditedModel, ModelEditor } from './edited-model.js';
import type { FedInput } from './fed-image.js';
import type { SessionPool } from './session-pool.js';
import { type ComputedUnit, cutUnits, type Unit } from './units.js';

/** A value as a run left it. */
interface Made {
  readonly value: Value;
  /** Another one for other numbers. */
  readonly stamp: number;
  /** An array of the same length that nobody reads: the next run writes there. */
  readonly spare: Numbers | null;
}

/** What was computed of a unit: of which unit, from what, and what went wrong. */
interface Computed {
  readonly unit: Unit;
  readonly from: readonly number[];
  readonly faults: readonly ValueFault[];
  readonly taken: ReadonlyMap<string, ConvStep>;
}

/** A model with its shapes and units, for inputs of one shape. */
interface Graph extends EditedModel {
  readonly edits: readonly Edit[];
  readonly input: string;
  readonly shaped: ShapedModel;
  readonly units: readonly Unit[];
  readonly plan: Plan;
}

/** Everything a run of one network left, for whoever looks at it; it holds until the next run. */
export interface NetworkRun extends KeptRun {
  readonly fed: FedInput;
  readonly shaped: ShapedModel;
  readonly silenced: ReadonlyMap<string, string>;
  readonly faults: readonly ValueFault[];
  /** Of each layer that is shown: another text for other numbers, or another shape. */
  readonly stamps: ReadonlyMap<string, string>;
  /** Layers that were computed in it. */
  readonly computed: number;
  readonly subject: SubjectRun;
}

/** One clock for all networks of a page. */
let clock = 0;

/** Runs one network again and again: whatever a change does not reach stays as it was. */
export class NetworkRunner {
  readonly network: PackedNetwork;
  readonly base: Model;
  readonly #editor: ModelEditor;
  readonly #pool: SessionPool;
  #graph: Graph | null = null;
  #made: ReadonlyMap<string, Made> = new Map();
  #computed: ReadonlyMap<string, Computed> = new Map();
  #last: FedInput | null = null;
  #inputStamp = 0;

  constructor(network: PackedNetwork, read: ReadBytes, pool: SessionPool) {
    this.network = network;
    this.base = unpackModel(network.model, read);
    this.#editor = new ModelEditor(this.base);
    this.#pool = pool;
  }

  /**
   * Computes what edits and input reach, with the bits that a whole run gives. What throws leaves the last run as it was.
   * @throws CnnvizError when an edit or the input does not fit
   */
  run(fed: FedInput, edits: readonly Edit[]): NetworkRun {
    const graph = withSettings(edits, () => this.#graphFor(fed, edits));
    const inputStamp = fed === this.#last ? this.#inputStamp : ++clock;
    const made = new Map<string, Made>();
    const computed = new Map<string, Computed>();
    const [{ name: input }] = graph.shaped.model.inputs;
    const stampOf = (name: string) => (name === input ? inputStamp : (made.get(name)?.stamp ?? 0));
    const read = (name: string): EngineInput | Value =>
      made.get(name)?.value ?? (name === input ? fed.x! : graph.shaped.known(name)!);
    let count = 0;
    for (const unit of graph.units) {
      const [first] = unit.nodes;
      const from = unit.reads.map(stampOf);
      const before = this.#computed.get(first.outputs[0]);
      const outputs = unit.nodes.flatMap((node) => node.outputs);
      if (before?.unit === unit && from.every((stamp, i) => stamp === before.from[i])) {
        computed.set(first.outputs[0], before);
        for (const name of outputs) made.set(name, this.#made.get(name)!);
      } else if (unit.kind === 'passes') {
        const [name] = outputs;
        const info = graph.shaped.infos.get(name)!;
        const source = read(first.inputs[0]!);
        const value = { ...info, data: 'bytes' in source ? numbersOf(source) : source.data };
        made.set(name, { value, stamp: stampOf(first.inputs[0]!), spare: null });
        computed.set(name, { unit, from, faults: [], taken: new Map() });
      } else {
        count += unit.nodes.length;
        computed.set(first.outputs[0], this.#compute(unit, from, read, made));
      }
    }
    this.#graph = graph;
    this.#made = made;
    this.#computed = computed;
    this.#last = fed;
    this.#inputStamp = inputStamp;
    const stamps = new Map(
      this.network.layers.map(({ name, value }): [string, string] => {
        const shown = graph.silenced.get(value) ?? value;
        return [name, `${stampOf(shown)} ${graph.shaped.infos.get(shown)!.shape.join()}`];
      }),
    );
    return runOf(graph, fed, [...computed.values()], read, stamps, count);
  }

  /** Gives back what is packed for it; values stay. */
  close(): void {
    this.#pool.close(this.#graph?.units.filter(isComputed) ?? []);
  }

  #compute(
    unit: ComputedUnit,
    from: readonly number[],
    read: (name: string) => EngineInput | Value,
    made: Map<string, Made>,
  ): Computed {
    const { infos } = unit.plan.shaped;
    const names = unit.nodes.flatMap((node) => node.outputs);
    const out = new Map<string, Float32Array>();
    for (const name of names) {
      const { dtype, shape } = infos.get(name)!;
      const spare = this.#made.get(name)?.spare;
      const size = sizeOf(shape);
      const isFit = spare instanceof Float32Array && spare.length === size;
      if (dtype === 'float32') out.set(name, isFit ? spare : (newNumbers(dtype, size) as Float32Array));
    }
    const watch = new ValueWatch(unit.plan);
    const inputs = new Map(unit.reads.map((name) => [name, read(name)]));
    const values = finishSync(this.#pool.run(unit, inputs, out, watch));
    for (const name of names) {
      const value = values.get(name)!;
      const old = this.#made.get(name);
      const isSame = old !== undefined && areSame(old.value, value);
      made.set(
        name,
        isSame
          ? { ...old, spare: value.data }
          : {
              value,
              stamp: ++clock,
              spare: old && old.value.data.length === value.data.length ? old.value.data : null,
            },
      );
    }
    return { unit, from, faults: watch.faults, taken: this.#pool.taken(unit) };
  }

  #graphFor(fed: FedInput, edits: readonly Edit[]): Graph {
    const info = fed.info!;
    const input = JSON.stringify([info.dtype, info.shape]);
    const last = this.#graph;
    if (last && last.input === input && areEqual(last.edits, edits)) return last;
    const [{ name }] = this.base.inputs;
    const bound = new Map<string, BoundInput>([[name, { ...info, value: null }]]);
    const shapesOf = (model: Model) => inferShapes(model, bound, evaluate);
    const edited = this.#editor.edit(edits, (model) => shapesOf(model).infos);
    const shaped = shapesOf(edited.model);
    const options = { exact: this.network.exact, algorithm: null };
    const units = cutUnits(shaped, options, last?.units ?? []);
    const kept = new Set(units);
    this.#pool.close((last?.units ?? []).filter(isComputed).filter((unit) => !kept.has(unit)));
    this.#pool.reserve(units.filter(isComputed));
    const plans = units.flatMap((unit) => (unit.kind === 'computed' ? [unit.plan] : []));
    const plan: Plan = {
      model: edited.model,
      shaped,
      steps: plans.flatMap(({ steps }) => steps),
      kept: units.flatMap(({ nodes }) => nodes.flatMap(({ outputs }) => outputs)),
      macs: plans.reduce((sum, { macs }) => sum + macs, 0),
    };
    return { ...edited, edits, input, shaped, units, plan };
  }
}

/** @throws CnnvizError 'usage' for a layer whose settings are not those of its kind: an address may say anything */
function withSettings<T>(edits: readonly Edit[], work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const edit = edits.find(({ kind }) => kind === 'layer');
    if (!(cause instanceof TypeError) || edit?.kind !== 'layer') throw cause;
    throw new CnnvizError(
      'usage',
      `${edit.layer}: its settings are not those of a layer of kind ${edit.becomes.kind}`,
      {
        fix: 'take the change back',
        cause,
      },
    );
  }
}

function isComputed(unit: Unit): unit is ComputedUnit {
  return unit.kind === 'computed';
}

function areEqual(one: readonly Edit[], other: readonly Edit[]): boolean {
  return one === other || (one.length === other.length && JSON.stringify(one) === JSON.stringify(other));
}

/** The same numbers, bit by bit. */
function areSame(one: Value, other: Value): boolean {
  const [a, b] = [wordsOf(one.data), wordsOf(other.data)];
  if (one.dtype !== other.dtype || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function wordsOf({ buffer, byteOffset, byteLength }: Numbers): Int32Array | Uint8Array {
  return byteLength % 4 === 0 && byteOffset % 4 === 0
    ? new Int32Array(buffer, byteOffset, byteLength / 4)
    : new Uint8Array(buffer, byteOffset, byteLength);
}

function runOf(
  { shaped, plan, silenced, model }: Graph,
  fed: FedInput,
  computed: readonly Computed[],
  read: (name: string) => EngineInput | Value,
  stamps: NetworkRun['stamps'],
  count: number,
): NetworkRun {
  const numbers = new Map<string, Value>();
  const readValue = (name: string): Value => {
    const value = read(name);
    if (!('bytes' in value) && 'dtype' in value) return value;
    const known = numbers.get(name) ?? { ...shaped.infos.get(name)!, data: numbersOf(value) };
    numbers.set(name, known);
    return known;
  };
  const faults = faultsOf(computed);
  const taken = new Map(computed.flatMap((one) => [...one.taken]));
  const bound = { model, notes: [], branches: null, settle: null };
  const inputs = new Map<string, BoundInput>([[model.inputs[0].name, { ...fed.info!, value: null }]]);
  const subject: SubjectRun = { bound, shaped, inputs, plan, read: readValue, faults, taken };
  return { fed, shaped, plan, read: readValue, silenced, faults, stamps, computed: count, subject };
}

/** The first explosion and the first NaN or infinity, as a watch over the whole run finds them: none after a birth. */
function faultsOf(computed: readonly Computed[]): ValueFault[] {
  const found: ValueFault[] = [];
  for (const { faults } of computed) {
    for (const fault of faults) {
      const isExplosion = fault.cause.startsWith('values explode');
      if (!isExplosion) return [...found, fault];
      if (found.length === 0) found.push(fault);
    }
  }
  return found;
}
