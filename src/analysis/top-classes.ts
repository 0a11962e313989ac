import { exp } from '../core/math.js';
import type { ClassScore } from '../core/network-result.js';

/** What a network's last layer gives: scores before a softmax, probabilities, or their logarithms. */
export type ScoreKind = 'logits' | 'probabilities' | 'log-probabilities';

/**
 * The `count` best classes, best first, of equals the first. Probabilities are the softmax of logits.
 * @param labels class names in order; "class 7" stands for a missing one
 */
export function topClasses(
  scores: Float32Array,
  count: number,
  kind: ScoreKind,
  labels: readonly string[] | null,
): ClassScore[] {
  const probabilities = toProbabilities(scores, kind);
  return [...scores.keys()]
    .filter((index) => !Number.isNaN(scores[index]))
    .sort((a, b) => scores[b] - scores[a] || a - b)
    .slice(0, count)
    .map((index) => ({
      index,
      label: labels?.[index] ?? `class ${index}`,
      score: scores[index],
      probability: probabilities[index],
    }));
}

function toProbabilities(scores: Float32Array, kind: ScoreKind): Float64Array {
  if (kind === 'probabilities') return Float64Array.from(scores);
  if (kind === 'log-probabilities') return Float64Array.from(scores, (score) => exp(score));
  return probabilitiesOf(scores);
}

/** The softmax of all scores. */
export function probabilitiesOf(scores: Float32Array): Float64Array {
  const most = scores.reduce((max, score) => Math.max(max, score), Number.NEGATIVE_INFINITY);
  const powers = Float64Array.from(scores, (score) => exp(score - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
