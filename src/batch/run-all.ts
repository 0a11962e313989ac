import { CnnvizError } from '../core/errors.js';
import type { Breathe } from '../engine/execute.js';
import type { Input } from '../io/inputs.js';

/** What became of one input: a result or the error that stopped it. */
export type Outcome<R> =
  | { readonly input: Input; readonly result: R; readonly error: null }
  | { readonly input: Input; readonly result: null; readonly error: CnnvizError };

interface BatchEvents<R> {
  /** Called in the order of the inputs, whatever finished first. */
  readonly outcome: (outcome: Outcome<R>) => void;
  /** How much is done, in inputs; a share of an input counts. */
  readonly progress: (done: number, failed: number) => void;
}

/** What is done to each input: `runInput` with the work of a command. */
export type RunOne<R> = (input: Input, breathe: Breathe) => Promise<R>;

/**
 * Runs a job on every input, `jobs` of them in flight. A bad input costs only itself; an output that cannot be
 * written ends the batch, for the next would fail alike. A fault of the command, and an error that is not a CnnvizError
 * (a fault of the program), are thrown.
 */
export async function runAll<R>(
  inputs: readonly Input[],
  run: RunOne<R>,
  jobs: number,
  events: BatchEvents<R>,
): Promise<Outcome<R>[]> {
  const outcomes: (Outcome<R> | undefined)[] = new Array(inputs.length).fill(undefined);
  const shares = new Float64Array(inputs.length);
  let next = 0;
  let reported = 0;
  let failed = 0;
  let stopped = false;
  const tell = () =>
    events.progress(
      shares.reduce((sum, share) => sum + share, 0),
      failed,
    );

  const runOne = async (index: number): Promise<Outcome<R>> => {
    const input = inputs[index];
    const breathe = async (done: number): Promise<void> => {
      shares[index] = done;
      tell();
      await new Promise<void>((resolve) => setImmediate(resolve));
    };
    try {
      return { input, result: await run(input, breathe), error: null };
    } catch (error) {
      if (!(error instanceof CnnvizError) || error.scope === 'command') throw error;
      if (error.code === 'output') stopped = true;
      failed++;
      return { input, result: null, error };
    }
  };

  const lane = async (): Promise<void> => {
    while (next < inputs.length && !stopped) {
      const index = next++;
      outcomes[index] = await runOne(index);
      shares[index] = 1;
      tell();
      for (let ready = outcomes[reported]; ready !== undefined; ready = outcomes[reported]) {
        events.outcome(ready);
        reported++;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, inputs.length) }, lane));
  return outcomes.filter((outcome) => outcome !== undefined);
}
