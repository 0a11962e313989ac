import { CnnvizError } from '../core/errors.js';
import type { Padding, PaddingMode, Pair } from '../core/geometry.js';
import { numbersToFill, type Tensor, type TensorLike, tensor, toTensor } from '../core/tensor.js';
import { runSync } from '../engine/execute.js';
import { planModel } from '../engine/plan.js';
import { Session } from '../engine/session.js';
import type { ConvStep } from '../engine/steps.js';
import type { Conv2dLayer } from '../layers/conv.js';
import { sequential, tensorConstant } from '../layers/model.js';
import { findKernel } from '../models/kernel-names.js';
import { expandKernel, kernelWeight } from '../models/kernel-weights.js';
import { BUILTIN_KERNELS } from '../models/kernels.js';
import { threadTeam } from '../run/threads.js';
import { batchShape, toPair, withoutBatch } from './layers.js';

export interface Conv2dOptions {
  /** One number for all maps, or one per map: an array or an ndarray [M]. Default: none. */
  readonly bias?: number | ArrayLike<number> | TensorLike | null;
  /** n or [height, width]. Default 1. */
  readonly stride?: number | Pair;
  /** n, [height, width], [top, left, bottom, right], 'same', 'valid' or 'full'. Default 0. */
  readonly padding?: Padding;
  /** 'zeros', 'reflect', 'replicate' or 'circular'. Default 'zeros'. */
  readonly paddingMode?: PaddingMode;
  /** n or [height, width]. Default 1. */
  readonly dilation?: number | Pair;
  /** Default 1. */
  readonly groups?: number;
  /** Threads that may be used for one large convolution; the result never depends on it. Default 1. */
  readonly threads?: number;
  /** Only algorithms that follow the one order of summation. Default false. */
  readonly exact?: boolean;
  /** Take this algorithm ('direct', 'reference') or fail saying why not. Default: the planner chooses. */
  readonly algorithm?: string;
}

/** A convolution whose weights and shapes are settled: what a loop calls. */
export interface PreparedConv2d {
  /**
   * Convolves an array of the prepared shape; gives what conv2d gives.
   * @param options.out float32, contiguous, of `outputShape`: the result is written there and given back, so that a loop
   *   needs no new memory
   * @throws CnnvizError 'shape' or 'usage' when x or out does not fit
   */
  run(x: TensorLike, options?: { readonly out?: Tensor }): Tensor;
  readonly inputShape: readonly number[];
  /** [M, oH, oW], or [N, M, oH, oW] for an input with N. */
  readonly outputShape: readonly number[];
  /** Of the last run; before the first, the one planned. Whole numbers may take one that does not round them. */
  readonly algorithm: string;
  /** Multiply-accumulates of one run. */
  readonly macs: number;
}

/**
 * 2-D convolution as deep-learning libraries mean it: cross-correlation, the kernel is not flipped.
 *
 * @param x [H, W], [C, H, W] or [N, C, H, W]; any ndarray, views included
 * @param weight [M, C/groups, kH, kW]; [kH, kW] is applied to every channel and summed, [C, kH, kW] is one 3-D kernel
 * @returns float32, contiguous, offset 0: [M, oH, oW], or [N, M, oH, oW] when x has N.
 *   oH = floor((H + top + bottom − dilation·(kH−1) − 1) / stride) + 1
 * @throws CnnvizError 'shape', 'usage' or 'format' when sizes do not fit, or weight or bias hold NaN or infinity
 * Source: pytorch.org/docs, torch.nn.functional.conv2d
 */
export function conv2d(x: TensorLike, weight: TensorLike, options: Conv2dOptions = {}): Tensor {
  const input = toTensor(x, 'x');
  return prepareConv2d(weight, { ...options, inputShape: input.shape }).run(input);
}

/**
 * Prepares a convolution for many inputs of one shape: checks, plans and copies the weights once. Changing `weight`
 * afterwards changes nothing.
 * @param weight as in conv2d
 * @param options as in conv2d, with `inputShape`: [H, W], [C, H, W] or [N, C, H, W]
 * @throws CnnvizError as conv2d
 */
export function prepareConv2d(
  weight: TensorLike,
  options: Conv2dOptions & { readonly inputShape: readonly number[] },
): PreparedConv2d {
  const { inputShape } = options;
  const inShape = batchShape(inputShape, 'inputShape');
  const { groups = 1, threads = 1 } = options;
  if (!Number.isInteger(threads) || threads < 1) {
    throw new CnnvizError('usage', `threads ${threads}: expected a whole number from 1`);
  }
  if (!Number.isInteger(groups) || groups < 1) {
    throw new CnnvizError('usage', `groups ${groups}: expected a whole number from 1`);
  }
  const given = toTensor(weight, 'weight');
  const expanded = expandKernel(given, inShape[1], groups, 'weight');
  const kernels = tensorConstant(tensor(expanded.data.slice(), expanded.shape));
  const bias = toBias(options.bias ?? null, expanded.shape[0]);
  const layer: Conv2dLayer = {
    kind: 'conv',
    stride: toPair(options.stride ?? 1),
    padding: options.padding ?? 0,
    paddingMode: options.paddingMode ?? 'zeros',
    dilation: toPair(options.dilation ?? 1),
    groups,
  };
  const biases = bias && tensorConstant(tensor(bias, [bias.length]));
  const model = sequential([{ name: 'conv', layer, parameters: [['weight', kernels], biases && ['bias', biases]] }]);
  const plan = planModel(model, inShape, { exact: options.exact ?? false, algorithm: options.algorithm ?? null });
  const session = new Session(plan, { team: threadTeam(threads) });
  const outputShape = withoutBatch(plan.shaped.infos.get('conv')!.shape, inputShape);
  return {
    run(x, { out } = {}) {
      const input = toTensor(x, 'x');
      if (input.shape.length !== inputShape.length || input.shape.some((side, axis) => side !== inputShape[axis])) {
        throw new CnnvizError(
          'shape',
          `x: expected [${inputShape.join(', ')}] as prepared, got [${input.shape.join(', ')}]`,
        );
      }
      const { data } = runSync(session, input, out && numbersToFill(out, outputShape));
      return out ?? tensor(data, outputShape);
    },
    inputShape: [...inputShape],
    outputShape,
    get algorithm() {
      return (session.taken.get('conv') ?? (plan.steps[0] as ConvStep)).algorithm.name;
    },
    macs: plan.macs,
  };
}

function toBias(bias: NonNullable<Conv2dOptions['bias']> | null, M: number): Float32Array | null {
  if (bias === null) return null;
  const numbers =
    typeof bias === 'number'
      ? new Float32Array(M).fill(bias)
      : 'shape' in bias
        ? toTensor(bias, 'bias').data.slice()
        : Float32Array.from(bias);
  if (numbers.length !== M) {
    throw new CnnvizError('shape', `bias: expected ${M} numbers, one per map, got ${numbers.length}`);
  }
  if (numbers.some((value) => !Number.isFinite(value))) {
    throw new CnnvizError('format', 'bias: NaN or infinite', { fix: 'biases must be finite numbers' });
  }
  return numbers;
}

/** The names of the built-in kernels. */
export function kernelNames(): string[] {
  return BUILTIN_KERNELS.map(({ name }) => name);
}

/** A built-in kernel as [kH, kW]. @throws CnnvizError 'usage' with the nearest name when there is none. */
export function builtinKernel(name: string): Tensor {
  return kernelWeight(findKernel(name));
}
