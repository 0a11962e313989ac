import type { Frame } from '../../cli/frame.js';
import type { Interruption } from '../../cli/signals.js';
import { CnnvizError } from '../../core/errors.js';
import { formatNumber } from '../../core/text.js';
import { TWIN, twinsAmong } from './first-kernels.js';
import { copyOf, learn, type Numbers } from './learn.js';
import type { TrainWords } from './network-file.js';
import { type Prepared, type ReadData, trainingFor } from './prepare-training.js';
import { paceOf } from './train-flags.js';
import { measure, type Trained } from './train-report.js';
import type { TrainableNetwork } from './trained-network.js';

type MeasuredOn = 'test' | 'held out' | 'training';

/** What other seeds came to: other first weights, another order, other images held out. */
export interface OtherSeeds {
  readonly measuredOn: MeasuredOn;
  /** The training's own first. */
  readonly seeds: readonly { readonly seed: number; readonly accuracy: number }[];
  /** Why some came to nothing. */
  readonly failed: readonly string[];
  readonly mean: number;
  readonly lo: number;
  readonly hi: number;
  /**
   * Kernels of the first convolution that have one within a cosine of 0.9 among those of each other seed, and how many had
   * before either learnt; null: there is no convolution.
   */
  readonly twins: {
    readonly layer: string;
    readonly kernels: number;
    readonly after: readonly number[];
    readonly before: readonly number[];
  } | null;
}

/** How right a training is, and on what: the test's images, those held out, or the last epoch's. */
export function accuracyOf({ onTest, onHeldOut, history }: Pick<Trained, 'onTest' | 'onHeldOut' | 'history'>): {
  readonly on: MeasuredOn;
  readonly accuracy: number;
} {
  if (onTest) return { on: 'test', accuracy: onTest.accuracy };
  if (onHeldOut) return { on: 'held out', accuracy: onHeldOut.accuracy };
  return { on: 'training', accuracy: history.at(-1)?.accuracy ?? 0 };
}

/** Trains again with the seeds that follow, from the same data, until that is done or somebody wishes an end. */
export async function trainOtherSeeds(
  network: TrainableNetwork,
  flags: TrainWords,
  read: ReadData,
  own: { readonly prepared: Prepared; readonly result: Trained },
  interruption: Interruption,
  frame: Frame,
): Promise<OtherSeeds> {
  const { training, first } = own.prepared;
  const kernels = training.tape.parameters.find(({ shape }) => shape.length === 4) ?? null;
  const { on, accuracy } = accuracyOf(own.result);
  const seeds = [{ seed: flags.seed, accuracy }];
  const [after, before]: [number[], number[]] = [[], []];
  const count = (numbers: Numbers, others: Numbers) =>
    kernels === null
      ? 0
      : twinsAmong({ shape: kernels.shape, data: numbers.get(kernels.name)! }, others.get(kernels.name)!);
  const failed: string[] = [];
  for (let seed = flags.seed + 1; seed < flags.seed + flags.seeds && !interruption.isWished(); seed++) {
    const one = await trainSeed(network, { ...flags, seed }, read, interruption, frame).catch((error: unknown) => {
      // what the first seed learnt is not lost
      if (!(error instanceof CnnvizError)) throw error;
      failed.push(`seed ${seed}: ${error.message}`);
      return 'failed' as const;
    });
    if (one === null) break;
    if (one === 'failed') continue;
    seeds.push({ seed, accuracy: one.accuracy });
    after.push(count(training.numbers, one.last));
    before.push(count(first, one.first));
    await frame.report(`seed ${seed}  ${on} ${formatNumber(100 * one.accuracy, 4)} % right`, () => seeds.at(-1)!);
  }
  const all = seeds.map((one) => one.accuracy);
  return {
    measuredOn: on,
    seeds,
    failed,
    mean: all.reduce((sum, value) => sum + value, 0) / all.length,
    lo: Math.min(...all),
    hi: Math.max(...all),
    twins: kernels && {
      layer: kernels.name.replace(/\.weight$/, ''),
      kernels: kernels.shape[0],
      after,
      before,
    },
  };
}

/** Null: it was ended before it was done. */
async function trainSeed(
  network: TrainableNetwork,
  flags: TrainWords,
  read: ReadData,
  { isWished }: Interruption,
  frame: Frame,
): Promise<{ readonly accuracy: number; readonly first: Numbers; readonly last: Numbers } | null> {
  const { training, images, first } = trainingFor(network, flags, read, frame.jobs);
  const work = { now: null as ReturnType<Frame['progress']> | null };
  try {
    const learnt = await learn(training, images.parts, paceOf(flags), null, {
      async step(done, total) {
        work.now ??= frame.progress(total, { mayEndEarly: true });
        await work.now.breathe(done);
      },
      epoch: async () => {},
      save: async () => {},
      isInterrupted: isWished,
    });
    if (learnt.end === 'interrupted') return null;
    for (const [name, values] of learnt.best ?? []) training.numbers.get(name)!.set(values);
    const judge = (some: Int32Array) =>
      some.length === 0 ? null : measure(training.evaluate(some), some, images.labels, training.tape.classes);
    const onTest = judge(images.test);
    const onHeldOut = onTest ? null : judge(images.parts.heldOut);
    const { accuracy } = accuracyOf({ onTest, onHeldOut, history: learnt.position.history });
    return { accuracy, first, last: copyOf(training.numbers) };
  } finally {
    work.now?.bar.stop();
    training.close();
  }
}

/** "seeds 1, 2, 3: test 97.9 % right in the mean, 97.5 … 98.2 %" */
export function seedLines({ measuredOn, seeds, mean, lo, hi, twins }: OtherSeeds): string[] {
  if (seeds.length === 1) return [];
  const share = (value: number) => (100 * value).toFixed(2);
  const names = seeds.map(({ seed }) => seed).join(', ');
  const lines = [`seeds ${names}: ${measuredOn} ${share(mean)} % right in the mean, ${share(lo)} … ${share(hi)} %`];
  if (twins) {
    const { layer, kernels, after, before } = twins;
    const others = seeds.slice(1).map(({ seed }) => seed);
    lines.push(
      `  ${layer}: ${after.join(', ')} of ${kernels} kernels have a near twin (cosine from ${TWIN}) with seed ${others.join(', ')}; before training ${before.join(', ')}`,
    );
  }
  return lines;
}
