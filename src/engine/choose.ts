import { CnnvizError } from '../core/errors.js';
import type { Conv2dGeometry } from '../core/geometry.js';
import type { ConvWeight } from './conv-weight.js';
import type { Conv2dAlgorithm } from './conv2d/algorithm.js';
import { CONV2D_ALGORITHMS } from './conv2d/index.js';

export interface PlanOptions {
  /** Only algorithms that follow the one order of summation. */
  readonly exact: boolean;
  /** Take this algorithm or say why it cannot be taken; null: the cheapest. */
  readonly algorithm: string | null;
}

/** One algorithm's chances with a geometry. */
export interface Candidate {
  readonly algorithm: Conv2dAlgorithm;
  /** Why it is out of the question, or null. */
  readonly rejected: string | null;
  /** Estimated milliseconds on a common machine; null when rejected. */
  readonly estimateMs: number | null;
}

/** What the planner knows of every algorithm, in the order of the list. Shapes and weights alone decide. */
export function weighAlgorithms(geometry: Conv2dGeometry, weight: ConvWeight, exact: boolean): Candidate[] {
  let numbers: Float32Array | null = null;
  const load = () => {
    numbers ??= weight.load();
    return numbers;
  };
  return CONV2D_ALGORITHMS.map((algorithm) => {
    const rounds = exact && !algorithm.ordered ? 'rounds otherwise than the one order of summation (--exact)' : null;
    const rejected = rounds ?? algorithm.rejects(geometry, load);
    return { algorithm, rejected, estimateMs: rejected === null ? algorithm.cost(geometry) / 1e6 : null };
  });
}

/** The cheapest algorithm for these shapes, or the one asked for. */
export function chooseAlgorithm(
  geometry: Conv2dGeometry,
  weight: ConvWeight,
  { exact, algorithm }: PlanOptions,
): Conv2dAlgorithm {
  const candidates = weighAlgorithms(geometry, weight, exact);
  if (algorithm !== null) {
    const wanted = candidates.find((one) => one.algorithm.name === algorithm);
    if (wanted?.rejected === null) return wanted.algorithm;
    throw new CnnvizError(
      'unsupported',
      `algorithm ${algorithm}: ${wanted?.rejected ?? 'there is none of that name'}`,
      { fix: `algorithms: ${CONV2D_ALGORITHMS.map(({ name }) => name).join(', ')}` },
    );
  }
  return candidates
    .filter(({ rejected }) => rejected === null)
    .reduce((best, one) => (one.estimateMs! < best.estimateMs! ? one : best)).algorithm;
}
