import { groupDigits } from './format.js';

/** NaN among the scores of one item: with one there is no best class, for the softmax of all is NaN. */
export interface NanScores {
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
