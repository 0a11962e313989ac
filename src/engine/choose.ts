import { CnnvizError } from '../core/errors.js';
import type { Conv2dGeometry } from '../core/geometry.js';
import { planBands } from './bands.js';
import type { Conv2dAlgorithm } from './conv2d/algorithm.js';
import { CONV2D_ALGORITHMS } from './conv2d/index.js';
import { type EngineInput, itemOf } from './input.js';
import type { ConvStep, ConvWeight } from './steps.js';

export interface PlanOptions {
  /** Only algorithms that follow the one order of summation. */
  readonly exact: boolean;
  /** Take this algorithm or say why it cannot be taken; null: the cheapest. */
  readonly algorithm: string | null;
  /** Convolutions are joined with their activation alone, for those who follow values layer by layer. Default: no. */
  readonly alone?: boolean;
}

/** One algorithm's chances with a geometry. */
interface Candidate {
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

/** Up to here float32 has every whole number. */
const MOST = 2 ** 24;

/**
 * Whole numbers are exact. Where input, weights and bias are whole and Σ|x·w| + |bias| of an output stays below 2²⁴, every
 * product and every partial sum of the one order of summation (conv2d/order.ts) is a whole number below 2²⁴, so none of
 * its roundings rounds. A transform has no such order, and no bound that could be proved for it stays below a half on a
 * photograph: ‖x‖₂·‖w‖₂ times 3·log₂(n)·u for an FFT (Higham, Accuracy and Stability of Numerical Algorithms, 24.1), 860
 * times the terms for Winograd's F(4×4, 3×3). Rounding its result would only hide the error. So such an image is computed
 * by the cheapest algorithm of the one order; any other keeps the planner's choice and its bits.
 */
function areWhole(numbers: ArrayLike<number>): boolean {
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i];
    if (Math.trunc(value) !== value || value > MOST || value < -MOST) return false;
  }
  return true;
}

/** Whether every number of one image is whole. */
export function isWholeImage(input: EngineInput): boolean {
  if ('data' in input) return areWhole(input.data);
  const { bytes, tables, shape } = input;
  if (areWhole(tables)) return true;
  const whole = Uint8Array.from(tables, (value) => (areWhole([value]) ? 1 : 0));
  const [C] = shape;
  for (let i = 0, c = 0; i < bytes.length; i++) {
    if (whole[c * 256 + bytes[i]] === 0) return false;
    c = c + 1 === C ? 0 : c + 1;
  }
  return true;
}

/** Whether a step of whole `weight` could round whole images: then they take `orderedStep`. */
export function mayRoundWhole({ layer, algorithm, geometry, bias }: ConvStep, weight: Float32Array): boolean {
  if (layer.kind === 'ncc' || algorithm.kind === 'whole' || algorithm.ordered) return false;
  return areWhole(bias ?? []) && areWhole(weight) && !algorithm.keepsWhole?.(geometry, weight);
}

/** The step as whole images compute it: by the cheapest algorithm that follows the one order. */
export function orderedStep(step: ConvStep): ConvStep {
  const algorithm = chooseAlgorithm(step.computed, step.weight, { exact: true, algorithm: null });
  const bands = algorithm.kind === 'banded' ? planBands(step.computed, algorithm) : null;
  return { ...step, algorithm, bands };
}

/** The algorithm that image n of a step's input is computed by. x [N, C, H, W] */
export function algorithmTaken(step: ConvStep, x: EngineInput, n: number): Conv2dAlgorithm {
  const { N, C, H, W } = step.geometry;
  if (step.algorithm.ordered || !mayRoundWhole(step, step.weight.load())) return step.algorithm;
  return isWholeImage(itemOf(x, [N, C, H, W], n)) ? orderedStep(step).algorithm : step.algorithm;
}
