import type { DenseLayer, HeadParameters } from '../../core/head.js';
import { softmaxRow } from './objective.js';
import { standardize } from './standardize.js';

/** Scores before the softmax: x [n, D] → [n, K], sums in float64. A row depends on nothing but itself. */
export function headScores({ mean, std, hidden, output }: HeadParameters, x: Float32Array): Float64Array {
  const D = mean.length;
  const K = output.bias.length;
  const scores = new Float64Array((x.length / D) * K);
  const features = new Float32Array(D);
  for (let row = 0; row * D < x.length; row++) {
    standardize(x, D, Int32Array.of(row), { mean, std }, features);
    const units = hidden ? dense(hidden, features).map((value) => Math.max(value, 0)) : features;
    scores.set(dense(output, units), row * K);
  }
  return scores;
}

/** The probability of each class for each row of features: x [n, D] → [n, K]. */
export function headProbabilities(parameters: HeadParameters, x: Float32Array): Float64Array {
  const z = headScores(parameters, x);
  const K = parameters.output.bias.length;
  for (let at = 0; at < z.length; at += K) softmaxRow(z, at, K, 0);
  return z;
}

/** W·x + b of one row. */
function dense({ weight, bias }: DenseLayer, x: Float32Array | Float64Array): Float64Array {
  const D = x.length;
  const out = new Float64Array(bias.length);
  for (let k = 0; k < out.length; k++) {
    let sum = 0;
    for (let d = 0; d < D; d++) sum += weight[k * D + d] * x[d];
    out[k] = sum + bias[k];
  }
  return out;
}
