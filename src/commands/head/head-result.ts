import type { ClassMetrics, Evaluation, FeatureOrigin, LearningPoint, TrainingSettings } from '../../core/head.js';
import { log } from '../../core/math.js';

/** An image that was left out, and why. */
export interface LeftOut {
  readonly path: string;
  readonly error: { readonly code: string; readonly message: string; readonly fix: string | null };
}

/** Which numbers were learned from, or predicted with. */
export interface FeatureFacts {
  readonly origin: FeatureOrigin;
  /** D: numbers an image gives. */
  readonly features: number;
  /** The cut layer's output for one image, N included. */
  readonly shape: readonly number[];
  readonly preprocess: string;
  readonly computed: number;
  readonly cached: number;
}

/** What became of `head train`. */
export interface HeadTrainingResult {
  readonly images: string;
  /** Classes with the images that were used. */
  readonly classes: readonly { readonly name: string; readonly images: number }[];
  readonly features: FeatureFacts;
  readonly settings: TrainingSettings;
  readonly training: number;
  readonly heldOut: number;
  /** Their names, in the order of the images. */
  readonly heldOutImages: readonly string[];
  readonly curve: readonly LearningPoint[];
  /** The iteration whose parameters were kept. */
  readonly best: number;
  readonly end: 'converged' | 'no lower' | 'iterations' | 'patience';
  readonly constantFeatures: number;
  /** On the held-out images; on those learned from when none are held out. */
  readonly evaluation: Evaluation;
  readonly trainingRight: number;
  /** The frozen weights' hash, before and after. */
  readonly weightsSha256: { readonly before: string; readonly after: string };
  readonly headSha256: string;
  readonly outputs: readonly { readonly path: string; readonly bytes: number }[];
  readonly failed: readonly LeftOut[];
  readonly notes: readonly string[];
}

/** The likeliest classes of one image, best first. */
export interface Prediction {
  readonly path: string;
  readonly top: readonly { readonly index: number; readonly label: string; readonly probability: number }[];
}

/** What became of `head eval`. */
export interface HeadEvaluationResult {
  readonly head: string;
  readonly images: string;
  readonly evaluation: Evaluation;
  /** Classes the head knows of which there is no image. */
  readonly missing: readonly string[];
  /** Classes of images the head does not know: left out. */
  readonly unknown: readonly { readonly name: string; readonly images: number }[];
  readonly wrong: readonly {
    readonly path: string;
    readonly label: string;
    readonly said: string;
    readonly probability: number;
  }[];
  readonly failed: readonly LeftOut[];
  readonly notes: readonly string[];
  readonly outputs: readonly { readonly path: string; readonly bytes: number }[];
}

/**
 * How often a classifier is right. probabilities [n, K]; the class said is the likeliest, of equals the first.
 * @param labels [n], 0 … K − 1
 * Source of precision, recall and F1: sklearn.metrics.precision_recall_fscore_support
 */
export function evaluateClasses(
  probabilities: Float64Array,
  labels: ArrayLike<number>,
  classes: readonly string[],
): Evaluation {
  const K = classes.length;
  const confusion = classes.map(() => new Array<number>(K).fill(0));
  let [right, loss] = [0, 0];
  for (let row = 0; row < labels.length; row++) {
    const said = likeliest(probabilities.subarray(row * K, (row + 1) * K));
    confusion[labels[row]][said]++;
    if (said === labels[row]) right++;
    loss -= log(probabilities[row * K + labels[row]]);
  }
  return {
    images: labels.length,
    right,
    accuracy: right / labels.length,
    logLoss: loss / labels.length,
    perClass: classes.map((name, k) => metricsOf(name, k, confusion)),
    confusion,
  };
}

/** The index of the largest value, of equals the first. */
export function likeliest(values: Float64Array): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k] > values[best]) best = k;
  return best;
}

function metricsOf(name: string, k: number, confusion: readonly (readonly number[])[]): ClassMetrics {
  const images = confusion[k].reduce((sum, count) => sum + count, 0);
  const said = confusion.reduce((sum, row) => sum + row[k], 0);
  const right = confusion[k][k];
  return {
    name,
    precision: said === 0 ? null : right / said,
    recall: images === 0 ? null : right / images,
    f1: images + said === 0 ? null : (2 * right) / (images + said),
    images,
  };
}
