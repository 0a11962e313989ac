import { planBands } from './bands.js';
import { chooseAlgorithm } from './choose.js';
import type { Conv2dAlgorithm } from './conv2d/algorithm.js';
import { type EngineInput, itemOf } from './input.js';
import type { ConvStep } from './steps.js';

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
export function areWhole(numbers: ArrayLike<number>): boolean {
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
