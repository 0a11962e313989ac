import type { Tensor } from '../core/tensor.js';
import type { Value } from '../core/values.js';
import type { EngineInput } from './input.js';
import type { Plan } from './plan.js';
import { Session, type SessionOptions } from './session.js';
import { RunTimer, type StepTimes, timedOpening } from './step-times.js';

/** Called between portions of work with the share done, 0 … 1; the run goes on when its promise settles. */
export type Breathe = (done: number) => Promise<void> | undefined;

/** Runs the plan in one go, for one input and one output. x must have the plan's input shape. */
export function executeSync(plan: Plan, x: EngineInput, options: SessionOptions = {}): Tensor {
  const session = new Session(plan, options);
  try {
    return runSync(session, x);
  } finally {
    session.close();
  }
}

/** One input through a session in one go. */
export function runSync(session: Session, x: EngineInput, out?: Float32Array): Tensor {
  return finishSync(session.run(x, out));
}

/** All kept values of a session in one go. */
export function runAllSync(
  session: Session,
  inputs: ReadonlyMap<string, EngineInput | Value>,
  times: StepTimes | null = null,
): ReadonlyMap<string, Value> {
  return finishSync(session.runAll(inputs, undefined, times ? new RunTimer(times, session) : undefined));
}

/** Like executeSync, with pauses: the same bits, and the process stays able to answer signals and draw progress. */
export async function execute(
  plan: Plan,
  x: EngineInput,
  breathe: Breathe,
  options: SessionOptions & { readonly times?: StepTimes | null } = {},
): Promise<Tensor> {
  const { times = null } = options;
  const session = timedOpening(times, () => new Session(plan, options));
  const timer = times && new RunTimer(times, session);
  try {
    return await finish(session.run(x, undefined, timer ?? undefined), timer ? timer.pausing(breathe) : breathe);
  } finally {
    session.close();
  }
}

/** Runs portions of work with pauses between them. When a pause throws, nobody is at the work any more. */
export async function finish<T>(portions: Generator<number, T>, breathe: Breathe): Promise<T> {
  try {
    for (;;) {
      const { done, value } = portions.next();
      if (done) return value;
      await breathe(value);
    }
  } finally {
    portions.return(undefined as T);
  }
}

/** The same in one go. */
export function finishSync<T>(portions: Generator<number, T>): T {
  for (;;) {
    const { done, value } = portions.next();
    if (done) return value;
  }
}
