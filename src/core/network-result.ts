import type { ValueFacts } from './facts.js';
import type { NanScores } from './nan-scores.js';
import type { InputFacts, OutputFile } from './result.js';
import type { ValueFault } from './value-fault.js';

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
