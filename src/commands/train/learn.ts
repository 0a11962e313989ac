import { CnnvizError } from '../../core/errors.js';
import { randomSource } from '../../core/random.js';
import { rateAt, type Schedule } from '../../engine/training/network/schedule.js';
import type { Training } from '../../engine/training/network/trainer.js';

/** How long and how fast is learnt. Plain data. */
export interface Pace {
  readonly epochs: number;
  readonly batch: number;
  readonly lr: number;
  readonly schedule: Schedule;
  readonly seed: number;
  /** Epochs without a smaller held-out loss before it ends; 0: all epochs. */
  readonly patience: number;
}

/** What one epoch came to. */
export interface Epoch {
  readonly epoch: number;
  /** Means over the epoch's images, each before the step it was part of. */
  readonly loss: number;
  readonly accuracy: number;
  readonly heldOut: { readonly loss: number; readonly accuracy: number } | null;
}

/** Where a training stands: all that its next step depends on, besides the numbers. Plain JSON. */
export interface Position {
  /** Steps done in all. */
  readonly step: number;
  /** Epochs done. */
  readonly history: readonly Epoch[];
  /** Of the epoch that was begun: steps done, and sums over their images. */
  readonly begun: { readonly steps: number; readonly loss: number; readonly right: number; readonly images: number };
  /** The epoch with the smallest held-out loss, from 1; 0: none yet. */
  readonly best: { readonly epoch: number; readonly loss: number };
}

/** Weights and running statistics by name. */
export type Numbers = ReadonlyMap<string, Float32Array>;

/** A training with its numbers as it stands, to be gone on with. */
export interface Standing {
  readonly position: Position;
  /** Those of the best epoch; null: none yet. */
  readonly best: Numbers | null;
}

export interface Learnt extends Standing {
  readonly end: 'epochs' | 'patience' | 'interrupted';
}

/** A step: its epoch, and how right the network was on its images before it. */
export interface LearntStep {
  readonly epoch: number;
  readonly loss: number;
  readonly right: number;
  readonly images: number;
}

/** What is told on the way. */
export interface LearningEvents {
  readonly step: (done: number, total: number, facts: LearntStep) => Promise<void>;
  readonly epoch: (facts: Epoch) => Promise<void>;
  /** Keeps what is needed to go on. */
  readonly save: (standing: Standing) => Promise<void>;
  /** Whether to end after this step. */
  readonly isInterrupted: () => boolean;
}

/** Images to learn from and to measure on, by number. */
export interface Parts {
  readonly labels: Int32Array;
  readonly training: Int32Array;
  readonly heldOut: Int32Array;
}

const BEGINNING: Position = {
  step: 0,
  history: [],
  begun: { steps: 0, loss: 0, right: 0, images: 0 },
  best: { epoch: 0, loss: Number.POSITIVE_INFINITY },
};
/** Long epochs are kept in between. */
const STEPS_PER_SAVE = 1000;

/**
 * Learns epoch by epoch. The same numbers, parts and pace give the same bits, whether gone on from a standing or not.
 * @throws CnnvizError 'usage' when the loss is no number any more
 */
export async function learn(
  training: Training,
  { labels, training: all, heldOut }: Parts,
  pace: Pace,
  from: Standing | null,
  events: LearningEvents,
): Promise<Learnt> {
  const perEpoch = stepsPerEpoch({ training: all }, pace);
  const steps = perEpoch * pace.epochs;
  let position = from?.position ?? BEGINNING;
  let best = from?.best ?? null;
  const isOver = () =>
    pace.patience > 0 && heldOut.length > 0 && position.history.length - position.best.epoch >= pace.patience;
  while (position.history.length < pace.epochs && !(position.begun.steps === 0 && isOver())) {
    const epoch = position.history.length + 1;
    const order = shuffled(all, pace.seed, `order.${epoch}`);
    for (let n = position.begun.steps; n < perEpoch; n++) {
      const some = order.subarray(n * pace.batch, (n + 1) * pace.batch);
      const rate = rateAt(pace.schedule, pace.lr, { step: position.step, steps, stepsPerEpoch: perEpoch });
      const { loss, said } = training.step(some, { step: position.step + 1, epoch, rate });
      if (!Number.isFinite(loss)) throw diverged('loss', loss, position.step + 1, pace.lr);
      const { begun } = position;
      const right = countRight(some, said, labels);
      position = {
        ...position,
        step: position.step + 1,
        begun: {
          steps: n + 1,
          loss: begun.loss + loss * some.length,
          right: begun.right + right,
          images: begun.images + some.length,
        },
      };
      await events.step(position.step, steps, { epoch, loss, right, images: some.length });
      if (events.isInterrupted()) {
        await events.save({ position, best });
        return { position, best, end: 'interrupted' };
      }
      if (position.step % STEPS_PER_SAVE === 0) await events.save({ position, best });
    }
    const { begun } = position;
    const judged = heldOut.length > 0 ? training.evaluate(heldOut) : null;
    if (judged && !Number.isFinite(judged.loss)) throw diverged('held-out loss', judged.loss, position.step, pace.lr);
    const facts = {
      epoch,
      loss: begun.loss / begun.images,
      accuracy: begun.right / begun.images,
      heldOut: judged && { loss: judged.loss, accuracy: countRight(heldOut, judged.said, labels) / heldOut.length },
    };
    const isBest = judged === null || judged.loss < position.best.loss;
    if (isBest) best = copyOf(training.numbers);
    position = {
      step: position.step,
      history: [...position.history, facts],
      begun: BEGINNING.begun,
      best: isBest ? { epoch, loss: judged?.loss ?? 0 } : position.best,
    };
    await events.epoch(facts);
    await events.save({ position, best });
  }
  for (const [name, values] of best ?? training.numbers) {
    if (!values.every(Number.isFinite)) throw diverged(name, Number.NaN, position.step, pace.lr);
  }
  return { position, best, end: position.history.length < pace.epochs ? 'patience' : 'epochs' };
}

export function stepsPerEpoch({ training }: Pick<Parts, 'training'>, { batch }: Pick<Pace, 'batch'>): number {
  return Math.ceil(training.length / batch);
}

function diverged(what: string, value: number, step: number, rate: number): CnnvizError {
  const became = Number.isNaN(value) ? 'NaN' : 'infinite';
  return new CnnvizError('usage', `${what} became ${became} at step ${step}`, {
    fix: `try --lr ${Number((rate / 10).toPrecision(3))}`,
    scope: 'command',
  });
}

export function copyOf(numbers: Numbers): Numbers {
  return new Map([...numbers].map(([name, values]) => [name, values.slice()]));
}

/** How many of some images were taken for what they are. */
export function countRight(images: Int32Array, said: Int32Array, labels: Int32Array): number {
  let right = 0;
  for (let i = 0; i < images.length; i++) if (said[i] === labels[images[i]]) right++;
  return right;
}

/** Source: Fisher and Yates; Knuth, volume 2, 3.4.2 P */
function shuffled(items: Int32Array, seed: number, name: string): Int32Array {
  const { next } = randomSource(seed, name);
  const out = items.slice();
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor((next() / 2 ** 32) * (i + 1));
    const one = out[i];
    out[i] = out[j];
    out[j] = one;
  }
  return out;
}
