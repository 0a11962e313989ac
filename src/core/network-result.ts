import type { InputFacts, OutputFile, ValueFacts } from './result.js';
import { groupDigits } from './text.js';
import type { ValueFault } from './values.js';

/** What the values of one layer look like, channel by channel. */
export interface LayerFacts extends ValueFacts {
  /** Channels, or units of a layer of vectors. */
  readonly channels: number;
  /** Channels that never fire: zero everywhere behind a ReLU. Null where zero does not mean silence, as before the ReLU. */
  readonly dead: number | null;
  /** Share of values at a limit of the activation (sigmoid, tanh, relu6, clip …); null where there is no limit. */
  readonly saturated: number | null;
  /** Pairs of channels that are nearly the same up to scale: correlation above 0.99. Null for layers of vectors. */
  readonly duplicates: readonly (readonly [number, number])[] | null;
}

/** One layer of a run. */
export interface LayerResult {
  readonly name: string;
  readonly kind: string;
  /** As the network makes it, N included. */
  readonly shape: readonly number[];
  readonly dtype: string;
  /** The convolution algorithm that made it, or null. */
  readonly algorithm: string | null;
  readonly facts: LayerFacts;
}

export interface ClassScore {
  readonly index: number;
  readonly label: string;
  /** As the network gives it. */
  readonly score: number;
  /** Softmax over all classes, 0 … 1. */
  readonly probability: number;
}

/** One class's score and its rank among all; 1 is the best. */
export interface RankedClass extends ClassScore {
  readonly rank: number;
  /** How many classes there are. */
  readonly of: number;
}

/** What became of one input of a network. */
export interface NetworkRunResult {
  readonly input: InputFacts;
  /** How the image became the input, in words. */
  readonly preprocess: string;
  readonly layers: readonly LayerResult[];
  /** The best classes of each item; null when they were not asked for. */
  readonly top: readonly (readonly ClassScore[])[] | null;
  /** How many scores of each item are NaN; with one there is no best class. */
  readonly nanScores: readonly NanScores[];
  /** Whether the classes share 100 %: not behind a sigmoid or a ReLU, where each score stands for itself. */
  readonly scoresShare: boolean;
  readonly outputs: readonly OutputFile[];
  /** Time the engine took; differs from run to run. */
  readonly engineMs: number;
  /** What went unexpectedly besides the faults, though it is no error. */
  readonly warnings: readonly string[];
  /** Where NaN, infinities and explosions were born. */
  readonly faults: readonly ValueFault[];
}

/** NaN among the scores of one item: with one there is no best class, for the softmax of all is NaN. */
interface NanScores {
  readonly nan: number;
  readonly of: number;
}

export function nanScores(scores: Float32Array): NanScores {
  return { nan: scores.reduce((count, score) => count + (Number.isNaN(score) ? 1 : 0), 0), of: scores.length };
}

/** "every score is NaN", "1 of 1,000 scores is NaN" */
export function nanScoreWords({ nan, of }: NanScores): string {
  if (nan === of) return 'every score is NaN';
  return `${groupDigits(nan)} of ${groupDigits(of)} scores ${nan === 1 ? 'is' : 'are'} NaN`;
}
