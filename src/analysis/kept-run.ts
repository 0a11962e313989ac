import { CnnvizError } from '../core/errors.js';
import { plural } from '../core/geometry.js';
import type { Value, ValueFault, ValueInfo } from '../core/values.js';
import type { PlanOptions } from '../engine/choose.js';
import { type Breathe, finish } from '../engine/execute.js';
import { type EngineInput, numbersOf } from '../engine/input.js';
import type { OneRun } from '../engine/one-run.js';
import { type Plan, planModel } from '../engine/plan.js';
import { Session } from '../engine/session.js';
import { RunTimer, type StepTimes, timedOpening } from '../engine/step-times.js';
import type { ConvStep } from '../engine/steps.js';
import type { ThreadTeam } from '../engine/threads/shared-work.js';
import { evaluate } from '../layers/evaluate.js';
import { type BoundInput, inferShapes, type ShapedModel } from '../layers/infer.js';
import type { Model } from '../layers/model.js';
import type { KeptRun } from './explain/explanation.js';
import { sidesThatFit } from './prepare/fitting-sides.js';
import { ValueWatch } from './value-watch.js';

/** What can be run: its model follows from its input. Files and threads are not its concern. */
export interface Runnable<B extends Bound = Bound> {
  /** Arrays given for some of its inputs, by name. */
  readonly fed: ReadonlyMap<string, Value>;
  /** The names of its other inputs: an image is fed to the first. */
  readonly open: readonly string[];
  /**
   * The graph for an input of this type and shape, N included. `x`: its numbers, which a kernel may be cut from; null where
   * only shapes are asked for and there is no image.
   * @throws CnnvizError when weights do not fit
   */
  bind(input: ValueInfo, x: EngineInput | Value | null): B;
  /** An error of its layers, told in the words the subject was given in. */
  retell(error: unknown): unknown;
}

/** A subject as the graph that it is for one input. */
export interface Bound {
  readonly model: Model;
  /** What binding the weights had to say. */
  readonly notes: readonly string[];
  /**
   * Values that are computed each in a session of its own, one after another, so that working memory is that of one
   * branch; null: all values in one.
   */
  readonly branches: readonly string[] | null;
  /**
   * The graph again, with the numbers in it that only values computed from this input tell (a bias at a percentile of its
   * map); null where there are none. Shapes stay as they are. `compute` runs the graph as it is up to one value, of the
   * branch of this number.
   */
  readonly settle: ((compute: (value: string, branch: number) => Promise<Value>) => Promise<Bound>) | null;
}

/** A bound subject with the shapes of all its values. */
export interface Shaped<B extends Bound = Bound> {
  readonly bound: B;
  readonly shaped: ShapedModel;
  /** Of the model's inputs. */
  readonly inputs: ReadonlyMap<string, BoundInput>;
}

/** What a subject is fed: type and shape, N included, and the numbers; both null when arrays were named for all inputs. */
export interface Fed {
  readonly info: ValueInfo | null;
  readonly x: EngineInput | Value | null;
}

/**
 * The shapes of a subject for one input; nothing is computed, weights are not read. Layers of a network that do not take
 * the input, or that nobody computes here, are left out of its shaped model: whoever needs one is refused with the reason.
 */
export function shapeOf<B extends Bound>(subject: Runnable<B>, { info, x }: Fed): Shaped<B> {
  const { fed, open } = subject;
  const first = info ?? fed.values().next().value ?? { dtype: 'float32', shape: [] };
  const inputs = new Map<string, BoundInput>();
  for (const [name, value] of fed) inputs.set(name, { dtype: value.dtype, shape: value.shape, value });
  if (info && open.length > 0) inputs.set(open[0], { dtype: info.dtype, shape: info.shape, value: null });
  const told = (error: unknown) => withMultiples(subject.retell(error), subject, inputs, { info, x });
  try {
    const bound = subject.bind(first, x);
    const isWhole = bound.branches === null && bound.settle === null;
    const shaped = inferShapes(bound.model, inputs, evaluate, isWhole ? [] : null, told);
    const notes = leftOutNotes(shaped);
    return { bound: notes.length === 0 ? bound : { ...bound, notes: [...bound.notes, ...notes] }, shaped, inputs };
  } catch (error) {
    throw told(error);
  }
}

/** An error of sides that do not fit together; where multiples of 32 would, they are what to do about it. */
function withMultiples(
  error: unknown,
  { bind, open }: Runnable,
  inputs: ReadonlyMap<string, BoundInput>,
  { info, x }: Fed,
): unknown {
  if (!(error instanceof CnnvizError) || error.code !== 'shape' || info?.shape.length !== 4 || open.length === 0) {
    return error;
  }
  const [N, C, H, W] = info.shape;
  const found = sidesThatFit([H, W], (height, width) => {
    const input = { dtype: info.dtype, shape: [N, C, height, width] };
    try {
      inferShapes(bind(input, null).model, new Map(inputs).set(open[0], { ...input, value: null }), evaluate);
      return true;
    } catch (other) {
      if (other instanceof CnnvizError) return false;
      throw other;
    }
  });
  if (found === null) return error;
  const { multiple, height, width } = found;
  const isArray = x !== null && 'dtype' in x;
  const size = isArray ? `such as ${width}×${height}` : `--resize ${height},${width}`;
  const { code, message, scope } = error;
  return new CnnvizError(code, `${message}; the input is ${W}×${H}`, {
    fix: `sides that are multiples of ${multiple}${isArray ? ', ' : ': '}${size}`,
    cause: error,
    scope,
  });
}

/** What is to be said of a network of which only a part can be computed. */
function leftOutNotes({ model, whole, refused }: ShapedModel): string[] {
  const [first] = refused.values();
  if (!first) return [];
  const left = whole.nodes.length - model.nodes.length;
  return [`${left} of ${plural(whole.nodes.length, 'layer')} cannot be computed: ${first.message}`];
}

/** A subject planned for inputs of one shape. */
export interface Planned<B extends Bound = Bound> extends Shaped<B> {
  readonly kept: readonly string[];
  /** Null while numbers of the graph are to be found, and where there are several branches. */
  readonly plan: Plan | null;
}

/** Plans what is to be kept of a subject. */
export function planRun<B extends Bound>(shape: Shaped<B>, keep: readonly string[], options: PlanOptions): Planned<B> {
  const { bound, inputs } = shape;
  const kept = [...new Set(keep)];
  const isWhole = bound.branches === null && bound.settle === null;
  return { ...shape, kept, plan: isWhole ? planModel(bound.model, inputs, options, kept) : null };
}

/** What a run finds around it. */
export interface RunDoors {
  readonly breathe: Breathe;
  /** Threads that may help; no result depends on them. */
  readonly team: ThreadTeam | null;
  /** Look for NaN, infinities and explosions in every layer. */
  readonly watch: boolean;
  /** Keeps what each layer took; null: nothing is timed. */
  readonly times?: StepTimes | null;
  /** What sessions do with their weights that are opened for one run. Null: they keep them. */
  readonly once?: OneRun | null;
  /** Arrays that kept values are written to, where these are no other value under a new shape. Default: new ones. */
  readonly out?: ReadonlyMap<string, Float32Array> | undefined;
}

/** A finished run of a subject: what was kept of it, and what went wrong among its numbers. */
export interface SubjectRun<B extends Bound = Bound> extends KeptRun, Shaped<B> {
  readonly faults: readonly ValueFault[];
  /** Convolutions computed otherwise than planned, by the value they made. */
  readonly taken: ReadonlyMap<string, ConvStep>;
}

/**
 * Runs a plan of one session on one input.
 * @param engine a session of that plan that is at hand; without it one is opened, and closed
 */
export async function runPlanned<B extends Bound>(
  subject: Runnable<B>,
  { bound, shaped, inputs, plan }: Planned<B> & { readonly plan: Plan },
  { x }: Fed,
  doors: RunDoors,
  engine?: Session,
): Promise<SubjectRun<B>> {
  const feed = feedsOf(subject, x);
  const { values, faults, taken } = await runOnce(plan, feed, doors, engine);
  return { bound, shaped, inputs, plan, read: readerOf(shaped, feed, values), faults, taken };
}

/**
 * Runs a subject once: finds what its graph lacks, then computes branch by branch, or all in one.
 * @param keep the values to hand out
 */
export async function runSubject<B extends Bound>(
  subject: Runnable<B>,
  planned: Planned<B>,
  fed: Fed,
  options: PlanOptions,
  doors: RunDoors,
): Promise<SubjectRun<B>> {
  const { plan } = planned;
  if (plan) return runPlanned(subject, { ...planned, plan }, fed, doors);
  const { inputs, kept } = planned;
  const feed = feedsOf(subject, fed.x);
  const groups = groupsOf(planned.bound, kept);
  const share = (index: number): RunDoors => ({
    ...doors,
    breathe: (done) => doors.breathe((index + done) / groups.length),
  });
  const compute = async (value: string, branch: number): Promise<Value> => {
    const alone = planModel(planned.bound.model, inputs, options, [value]);
    return (await runOnce(alone, feed, { ...share(branch), watch: false })).values.get(value)!;
  };
  const bound = ((await planned.bound.settle?.(compute)) as B | undefined) ?? planned.bound;
  const values = new Map<string, Value>();
  const taken = new Map<string, ConvStep>();
  const faults: ValueFault[] = [];
  const plans: Plan[] = [];
  for (const [index, group] of groups.entries()) {
    const own = planModel(bound.model, inputs, options, group);
    const found = await runOnce(own, feed, share(index));
    plans.push(own);
    for (const [name, value] of found.values) values.set(name, value);
    for (const [name, step] of found.taken) taken.set(name, step);
    faults.push(...found.faults);
  }
  const [{ model, shaped }] = plans;
  const whole: Plan = {
    model,
    shaped,
    steps: plans.flatMap(({ steps }) => steps),
    kept,
    macs: plans.reduce((sum, { macs }) => sum + macs, 0),
  };
  return { bound, shaped, inputs, plan: whole, read: readerOf(shaped, feed, values), faults, taken };
}

/** The values to keep, those of one branch together. */
function groupsOf({ branches, model }: Bound, kept: readonly string[]): readonly (readonly string[])[] {
  if (branches === null) return [kept];
  const groups = branches.map((branch) => {
    const made = new Set<string>([branch]);
    for (const { inputs, outputs } of [...model.nodes].reverse()) {
      if (outputs.some((name) => made.has(name))) for (const name of inputs) if (name !== null) made.add(name);
    }
    return kept.filter((name) => made.has(name));
  });
  return groups.filter((group) => group.length > 0);
}

interface Ran {
  readonly values: ReadonlyMap<string, Value>;
  readonly faults: readonly ValueFault[];
  readonly taken: ReadonlyMap<string, ConvStep>;
}

async function runOnce(
  plan: Plan,
  feed: ReadonlyMap<string, EngineInput | Value>,
  { breathe, team, watch, times = null, once = null, out }: RunDoors,
  engine?: Session,
): Promise<Ran> {
  const session = engine ?? timedOpening(times, () => new Session(plan, { team, once }));
  const watcher = watch ? new ValueWatch(plan) : null;
  const timer = times && new RunTimer(times, session, watcher);
  try {
    const looked = session.runAll(feed, out, timer ?? watcher ?? undefined);
    const values = await finish(looked, timer ? timer.pausing(breathe) : breathe);
    return { values, faults: watcher?.faults ?? [], taken: session.taken };
  } finally {
    if (!engine) session.close();
  }
}

/** The model's inputs: named arrays, and the source for the open one. */
function feedsOf(
  { fed, open }: Pick<Runnable, 'fed' | 'open'>,
  x: EngineInput | Value | null,
): ReadonlyMap<string, EngineInput | Value> {
  const inputs = new Map<string, EngineInput | Value>(fed);
  if (x && open.length > 0) inputs.set(open[0], x);
  return inputs;
}

/** Gives kept values, inputs and constants by name. */
function readerOf(
  { infos, known }: ShapedModel,
  feed: ReadonlyMap<string, EngineInput | Value>,
  kept: ReadonlyMap<string, Value>,
): KeptRun['read'] {
  const numbers = new Map<string, Value>();
  return (name) => {
    const value = kept.get(name) ?? numbers.get(name);
    if (value) return value;
    const input = feed.get(name);
    const made: Value = input ? { ...infos.get(name)!, data: dataOf(input) } : known(name)!;
    numbers.set(name, made);
    return made;
  };
}

function dataOf(input: EngineInput | Value): Value['data'] {
  return 'bytes' in input ? numbersOf(input) : input.data;
}
