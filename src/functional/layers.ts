import { CnnvizError } from '../core/errors.js';
import type { Pads, Pair } from '../core/geometry.js';
import type { ActivationName } from '../core/job.js';
import { type Tensor, type TensorLike, tensor, toTensor } from '../core/tensor.js';
import { activateArray } from '../engine/elementwise.js';
import { executeSync } from '../engine/execute.js';
import { planModel } from '../engine/plan.js';
import { checkActivation } from '../layers/activation.js';
import type { Layer } from '../layers/index.js';
import type { Shape4 } from '../layers/inputs.js';
import { sequential } from '../layers/model.js';
import { defaultSigma } from '../layers/pool.js';

interface PoolOptions {
  /** n or [height, width] of the window. */
  readonly kernelSize: number | Pair;
  /** n or [height, width]. Default: the window's size. */
  readonly stride?: number | Pair;
  /** n, [height, width] or [top, left, bottom, right], at most half the window. Default 0. */
  readonly padding?: number | Pair | Pads;
  /** Round the output size up instead of down. Default false. */
  readonly ceilMode?: boolean;
}

export interface MaxPool2dOptions extends PoolOptions {
  /** n or [height, width]. Default 1. */
  readonly dilation?: number | Pair;
}

export interface AvgPool2dOptions extends PoolOptions {
  /** Count padding as zeros. Default true. */
  readonly countIncludePad?: boolean;
  /** Divide by this instead of the window's size. */
  readonly divisorOverride?: number;
}

export interface GaussPool2dOptions extends PoolOptions {
  /** n or [vertical, horizontal], in pixels. Default: a quarter of the window's size. */
  readonly sigma?: number | Pair;
  /** Count padding as zeros; false shares the weights out among the cells inside. Default true. */
  readonly countIncludePad?: boolean;
}

/**
 * Max pooling, map by map. Padding never wins (−∞); a NaN in the window is the result.
 * @param x [H, W], [C, H, W] or [N, C, H, W]
 * @returns the same rank, float32, contiguous
 * @throws CnnvizError 'shape' or 'usage' when the window does not fit
 * Source: pytorch.org/docs, torch.nn.MaxPool2d
 */
export function maxPool2d(x: TensorLike, options: MaxPool2dOptions): Tensor {
  return runLayer(x, { kind: 'max_pool', ...poolFields(options), dilation: toPair(options.dilation ?? 1) });
}

/** Mean pooling, map by map; arguments and result as in maxPool2d. Source: pytorch.org/docs, torch.nn.AvgPool2d */
export function avgPool2d(x: TensorLike, options: AvgPool2dOptions): Tensor {
  const { countIncludePad = true, divisorOverride = null } = options;
  return runLayer(x, { kind: 'avg_pool', ...poolFields(options), countIncludePad, divisorOverride });
}

/**
 * Mean pooling weighted by exp(−d²/2σ²) at distance d from the window's centre; weights sum to 1.
 * Arguments and result as in maxPool2d.
 */
export function gaussPool2d(x: TensorLike, options: GaussPool2dOptions): Tensor {
  const { countIncludePad = true } = options;
  const sigma = options.sigma === undefined ? defaultSigma(toPair(options.kernelSize)) : toPair(options.sigma);
  return runLayer(x, { kind: 'gauss_pool', ...poolFields(options), sigma, countIncludePad });
}

/**
 * An activation, element by element, on an array of any shape; meaning as in torch.nn.
 * @param parameter leaky_relu's negative_slope (default 0.01) or elu's alpha (default 1)
 * @returns a new float32 array of the same shape
 */
export function activation(x: TensorLike, name: ActivationName, parameter: number | null = null): Tensor {
  const parameters = parameter === null ? [] : [parameter];
  checkActivation(name, parameters);
  const input = toTensor(x, 'x');
  const y = new Float32Array(input.data.length);
  activateArray(name, parameters, input.data, y);
  return tensor(y, input.shape);
}

/** max(0, x) element by element; NaN stays NaN. */
export function relu(x: TensorLike): Tensor {
  return activation(x, 'relu');
}

function poolFields({ kernelSize, stride, padding = 0, ceilMode = false }: PoolOptions) {
  const size = toPair(kernelSize);
  return { kernelSize: size, stride: stride === undefined ? size : toPair(stride), pads: toPads(padding), ceilMode };
}

function runLayer(x: TensorLike, layer: Layer): Tensor {
  const input = toTensor(x, 'x');
  const inShape = batchShape(input.shape, 'x');
  const plan = planModel(sequential([{ name: layer.kind, layer }]), inShape, { exact: false, algorithm: null });
  const { data, shape } = executeSync(plan, { data: input.data, shape: inShape });
  return tensor(data, [...input.shape.slice(0, -2), ...shape.slice(-2)]);
}

/** n → [n, n] */
export function toPair(value: number | Pair): Pair {
  return typeof value === 'number' ? [value, value] : value;
}

/** n, [height, width] or [top, left, bottom, right] → [top, left, bottom, right] */
function toPads(value: number | Pair | Pads): Pads {
  if (typeof value === 'number') return [value, value, value, value];
  return value.length === 2 ? [value[0], value[1], value[0], value[1]] : value;
}

/** [H, W], [C, H, W] or [N, C, H, W] → [N, C, H, W] */
export function batchShape(shape: readonly number[], name: string): Shape4 {
  if (shape.length < 2 || shape.length > 4 || shape.some((side) => !Number.isInteger(side) || side < 1)) {
    throw new CnnvizError('shape', `${name}: expected [H, W], [C, H, W] or [N, C, H, W], got [${shape.join(', ')}]`);
  }
  const [W, H, C = 1, N = 1] = [...shape].reverse();
  return [N, C, H, W];
}

/** The output shape for a caller: N only when the input had it. */
export function withoutBatch(outShape: readonly number[], inputShape: readonly number[]): number[] {
  return inputShape.length === 4 ? [...outShape] : outShape.slice(1);
}
