import {
  type Bound,
  type Fed,
  type Planned,
  planRun,
  type RunDoors,
  runPlanned,
  runSubject,
  type Shaped,
  type SubjectRun,
  shapeOf,
} from '../analysis/kept-run.js';
import type { Breathe } from '../engine/execute.js';
import type { HomeBytes, Homes } from '../engine/home.js';
import { ONE_RUN } from '../engine/one-run.js';
import type { Plan } from '../engine/plan.js';
import { Session } from '../engine/session.js';
import { layOut } from '../engine/session-layout.js';
import { type StepTimes, timedOpening, timesOfProcess } from '../engine/step-times.js';
import type { Subject } from './subject.js';
import { threadTeam } from './threads.js';

/** What a run is given by whoever runs it. */
export interface RunContext {
  readonly breathe: Breathe;
  /** Threads that may work within one input; no result depends on it. */
  readonly threads: number;
  /** Nothing else will be run: weights need not be kept. Default: no. */
  readonly once?: boolean;
  /** Who has room for sessions, where several threads run one plan; else each has a memory of its own. */
  readonly homes?: Homes | null;
  /** Look for NaN, infinities and explosions in every layer. Default: yes. */
  readonly watch?: boolean;
  /** Keeps what each layer took. Default: the process's own profile, if it has one. */
  readonly times?: StepTimes | null;
  /** Arrays that kept values are written to. Default: new ones. */
  readonly out?: ReadonlyMap<string, Float32Array> | undefined;
}

/** What is to be kept of a run, beside whatever the one who chose it wants to know later. */
export interface Choice {
  readonly keep: readonly string[];
}

/** Chooses among the values of a subject whose shapes are known. */
export type Choose<B extends Bound, C extends Choice> = (shape: Shaped<B>) => C;

export function doorsOf({ breathe, threads, watch = true, times = timesOfProcess(), out }: RunContext): RunDoors {
  return { breathe, team: threadTeam(threads), watch, times, once: ONE_RUN, out };
}

/** A subject planned for one shape, with what was chosen of it. */
export interface ChosenPlan<B extends Bound, C extends Choice> extends Planned<B> {
  readonly chosen: C;
}

/**
 * Runs of one subject on many inputs: a plan for each shape, made once. Weights are large, so one plan at a time has them
 * packed, the one that ran last, and all runs queue up.
 */
export class Runs<B extends Bound, C extends Choice> {
  readonly #subject: Subject<B>;
  readonly #choose: Choose<B, C>;
  #last: { readonly key: string | null; readonly plan: ChosenPlan<B, C> } | null = null;
  #packed: { readonly session: Session; readonly id: number } | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(subject: Subject<B>, choose: Choose<B, C>) {
    this.#subject = subject;
    this.#choose = choose;
  }

  /** The plan for an input; the same for all of its type and shape, unless the subject depends on its numbers. */
  for(source: Fed): ChosenPlan<B, C> {
    const { info } = source;
    const key = info && JSON.stringify([info.dtype, info.shape]);
    if (this.#last?.key === key && this.#last.plan.plan !== null) return this.#last.plan;
    const shape = shapeOf(this.#subject, source);
    const chosen = this.#choose(shape);
    const plan = { ...planRun(shape, chosen.keep, this.#subject.options), chosen };
    this.#last = { key, plan };
    return plan;
  }

  /** One input. `ready` is asked once the plan is known, before weights are packed; it may refuse. */
  async run<S extends Fed>(
    source: S,
    context: RunContext,
    ready?: (plan: ChosenPlan<B, C>) => Promise<void>,
  ): Promise<SubjectRun<B> & { readonly chosen: C; readonly source: S; readonly engineMs: number }> {
    // no pause before this: another image's shape would take its place
    const planned = this.for(source);
    await ready?.(planned);
    const turn = this.#queue.then(() => this.#turn(planned, source, context));
    this.#queue = turn.catch(() => {});
    return { ...(await turn), chosen: planned.chosen, source };
  }

  /** Nothing else runs meanwhile: memory may change hands. */
  async #turn(
    planned: Planned<B>,
    source: Fed,
    context: RunContext,
  ): Promise<SubjectRun<B> & { readonly engineMs: number }> {
    const { plan } = planned;
    const doors = doorsOf(context);
    const engine = plan && (await this.#engine(plan, source, doors, context));
    const start = performance.now();
    try {
      const done =
        plan && engine
          ? await runPlanned(this.#subject, { ...planned, plan }, source, doors, engine)
          : await runSubject(this.#subject, planned, source, this.#subject.options, doors);
      return { ...done, engineMs: performance.now() - start };
    } finally {
      if (engine) context.homes?.rest();
    }
  }

  async #engine(
    plan: Plan,
    { info }: Fed,
    { team, times = null }: RunDoors,
    { homes = null, once = false }: RunContext,
  ): Promise<Session> {
    const key = JSON.stringify(info && [info.dtype, info.shape]);
    const entered = homes && (await homes.enter(key, bytesOfPlan(plan)));
    const id = entered?.id ?? 0;
    if (this.#packed?.session.plan === plan && this.#packed.id === id) return this.#packed.session;
    this.#packed?.session.close();
    this.#packed = null;
    try {
      const session = timedOpening(
        times,
        () => new Session(plan, entered ? { home: entered.home } : { team, once: once ? ONE_RUN : null }),
      );
      this.#packed = { session, id };
      return session;
    } catch (error) {
      homes?.leave();
      throw error;
    }
  }
}

function bytesOfPlan(plan: Plan): HomeBytes {
  const { constantBytes, ownBytes, vectors, banded } = layOut(plan, null);
  return { constants: constantBytes, own: ownBytes, parts: 1 + vectors.length + banded.length };
}
