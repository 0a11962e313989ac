import type { ProfileTimes } from '../core/profile.js';
import type { Value } from '../core/values.js';
import type { EngineInput } from './input.js';
import type { Plan } from './plan.js';
import type { Session, StepWatch } from './session.js';
import type { Step } from './steps.js';

/** Keeps what steps took. The clock is its own: the engine has none. */
export interface StepTimes {
  /** Milliseconds since some moment. */
  now(): number;
  /** A step was computed once; `macs`: as much of it as was. */
  add(plan: Plan, step: Step, ms: number, macs: number): void;
  /** Memory was taken and weights were packed. */
  addPacking(ms: number): void;
  /** Adds what another process took. */
  addAll(times: ProfileTimes): void;
  /** The same for one of several networks. */
  of(part: string): StepTimes;
}

let own: StepTimes | null = null;

/** From now on the runs of this process are timed; null: nothing is. A process runs one command, which may ask for that. */
export function timeRuns(times: StepTimes | null): void {
  own = times;
}

/** What keeps the times of this process's runs. */
export function timesOfProcess(): StepTimes | null {
  return own;
}

/**
 * Times one run of a session: what passes between two steps is the later one's, but for what other watches and pauses take.
 * Nothing that is computed depends on it.
 */
export class RunTimer implements StepWatch {
  readonly #times: StepTimes;
  readonly #session: Session;
  readonly #watch: StepWatch | null;
  #since: number;

  /** To be made right before the run. */
  constructor(times: StepTimes, session: Session, watch: StepWatch | null = null) {
    this.#times = times;
    this.#session = session;
    this.#watch = watch;
    this.#since = times.now();
  }

  saw(step: Step, outputs: readonly Value[], read: (name: string) => EngineInput | Value): void {
    const { plan, taken } = this.#session;
    this.#times.add(plan, taken.get(step.outputs[0]) ?? step, this.#times.now() - this.#since, step.macs);
    this.#watch?.saw(step, outputs, read);
    this.#since = this.#times.now();
  }

  packed(): void {
    const now = this.#times.now();
    this.#times.addPacking(now - this.#since);
    this.#since = now;
  }

  /** Pauses of the run: they are nobody's time. */
  pausing(breathe: (done: number) => Promise<void> | undefined): (done: number) => Promise<void> {
    return async (done) => {
      const start = this.#times.now();
      await breathe(done);
      this.#since += this.#times.now() - start;
    };
  }
}

/** Opens a session; what that takes is packing. */
export function timedOpening(times: StepTimes | null, open: () => Session): Session {
  if (times === null) return open();
  const start = times.now();
  const session = open();
  times.addPacking(times.now() - start);
  return session;
}
