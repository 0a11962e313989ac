import { CnnvizError } from '../../core/errors.js';
import { type Axis, extent } from '../../core/geometry.js';
import type { KnownInput, ShapeRule } from '../family.js';
import { checkBias, checkedShape, required } from '../inputs.js';

/**
 * Fields of a transposed convolution, as in torch.nn.ConvTranspose2d; lists have a number for each axis. Inputs:
 * x [N, C, ...], weight [C, M/groups, ...], bias [M] or null; output [N, M, ...].
 */
export interface TransposedFields {
  readonly stride: readonly number[];
  /**
   * What is cut off the output: [first axis … last axis before, first … last after]. A rule: what has to be cut for the
   * size of the output, an odd pixel behind ('same') or before ('same_lower'); 'fit': as 'same_lower', and where the kernels
   * reach less far, places that no pixel reaches are added behind.
   */
  readonly padding: readonly number[] | 'same' | 'same_lower' | 'fit';
  /** Places added behind, which fewer pixels reach. */
  readonly outputPadding: readonly number[];
  /** The sides of the output, for a rule; null: as many times those of the input as the stride. */
  readonly outputSize: readonly number[] | null;
  readonly dilation: readonly number[];
  readonly groups: number;
}

/**
 * The axes of the convolution whose gradient this layer is: it reads the output (`size`) and makes the input (`out`).
 * Pixel h of the input adds to places h·stride − padBefore + u·dilation of the output.
 * Source: onnx.ai, operator ConvTranspose; pytorch.org/docs, torch.nn.ConvTranspose2d
 * @throws CnnvizError 'usage' or 'shape'
 */
export function transposedAxes(
  sides: readonly number[],
  kernelSize: readonly number[],
  layer: TransposedFields,
): Axis[] {
  const { stride, padding, outputPadding, outputSize, dilation } = layer;
  const rank = sides.length;
  checkList('kernel size', kernelSize, rank, 1);
  checkList('stride', stride, rank, 1);
  checkList('dilation', dilation, rank, 1);
  checkList('output padding', outputPadding, rank, 0);
  if (typeof padding !== 'string') checkList('padding', padding, 2 * rank, 0);
  if (outputSize !== null) checkList('output size', outputSize, rank, 1);
  return sides.map((out, i): Axis => {
    const [kernel, step, spread] = [kernelSize[i], stride[i], dilation[i]];
    const whole = (out - 1) * step + extent(kernel, spread) + outputPadding[i];
    const [padBefore, padAfter] =
      typeof padding === 'string'
        ? rulePads(padding, whole, outputSize?.[i] ?? out * step)
        : [padding[i], padding[rank + i]];
    const size = whole - padBefore - padAfter;
    if (size < 1) {
      throw new CnnvizError('shape', `padding ${padBefore} and ${padAfter} cut off all of a side of ${whole}`);
    }
    return { size, kernel, stride: step, dilation: spread, padBefore, padAfter, out };
  });
}

function checkList(name: string, list: readonly number[], count: number, least: number): void {
  if (list.length === count && list.every((value) => Number.isInteger(value) && value >= least)) return;
  throw new CnnvizError('usage', `${name} ${list.join(',')}: expected ${count} whole numbers from ${least}`);
}

/** What is cut before and after; below 0: added. */
function rulePads(rule: 'same' | 'same_lower' | 'fit', whole: number, wanted: number): [before: number, after: number] {
  const total = whole - wanted;
  if (total < 0 && rule === 'fit') return [0, total];
  // ONNX's text and its implementations differ there
  if (total < 0) {
    throw new CnnvizError('unsupported', `an output of ${wanted}, but the kernels reach ${whole} places`, {
      fix: 'export it with pads and output_padding instead of auto_pad',
    });
  }
  const less = Math.floor(total / 2);
  return rule === 'same' ? [less, total - less] : [total - less, less];
}

/** The shape of a transposed convolution of x [N, C, ...]; its output is of x's type. */
export const transposedShape: ShapeRule<TransposedFields> = (layer, inputs) => {
  const x = required(inputs, 0, 'x');
  return [{ dtype: x.dtype, shape: transposedSides(layer, x.shape, inputs) }];
};

/** The same of x of a shape [N, C, ...] that stands for input 0. @throws CnnvizError 'shape' or 'usage' */
export function transposedSides(
  layer: TransposedFields,
  x: readonly number[],
  inputs: readonly (KnownInput | null)[],
): number[] {
  const [weight, bias] = [required(inputs, 1, 'weight'), inputs[2]];
  const { groups } = layer;
  const [N, C] = x;
  if (x.length < 3 || weight.shape.length !== x.length) {
    throw new CnnvizError(
      'shape',
      `expected x [N, C, ...] and weight [C, M/groups, ...] of one rank, got [${x.join(', ')}] and [${weight.shape.join(', ')}]`,
    );
  }
  if (!Number.isInteger(groups) || groups < 1 || weight.shape[0] !== C || C % groups !== 0) {
    throw new CnnvizError(
      'shape',
      `weight [${weight.shape.join(', ')}] in ${groups} groups does not fit ${C} channels`,
      {
        fix: 'a transposed convolution has weights [C, M/groups, ...], input channels first',
      },
    );
  }
  const M = weight.shape[1] * groups;
  checkBias(bias, M);
  const sides = transposedAxes(x.slice(2), weight.shape.slice(2), layer).map(({ size }) => size);
  return checkedShape([N, M, ...sides]);
}

/** The pixels of the input, first to last, that add to place `at` of the output along an axis. */
export function sourcesAlong({ kernel, stride, dilation, padBefore, out }: Axis, at: number): number[] {
  const sources: number[] = [];
  for (let u = kernel - 1; u >= 0; u--) {
    const h = (at + padBefore - u * dilation) / stride;
    if (Number.isInteger(h) && h >= 0 && h < out) sources.push(h);
  }
  return sources;
}
