import type { ClassMetrics, Evaluation } from '../core/head.js';
import { log } from '../core/math.js';

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
