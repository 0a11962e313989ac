import { CnnvizError } from '../errors.js';
import type {
  ArithmeticLayer,
  BatchNormLayer,
  ConcatLayer,
  DropoutLayer,
  FlattenLayer,
  Layer,
  LrnLayer,
  ShapeLayer,
  SoftmaxLayer,
} from '../layers.js';
import { required, type ShapeRule, wrapDim } from './rule.js';

/** The output is like the input. */
export const sameShape: ShapeRule<Layer> = (_, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  return [{ dtype, shape }];
};

export const dropoutShape: ShapeRule<DropoutLayer> = (_, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  return [
    { dtype, shape },
    { dtype: 'bool', shape },
  ];
};

export const lrnShape: ShapeRule<LrnLayer> = ({ size }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  if (shape.length < 2) throw new CnnvizError('shape', `expected an array [N, C, ...], got [${shape.join(', ')}]`);
  if (!Number.isInteger(size) || size < 1)
    throw new CnnvizError('usage', `size ${size}: expected a whole number from 1`);
  return [{ dtype: dtype === 'float64' ? 'float64' : 'float32', shape }];
};

export const batchNormShape: ShapeRule<BatchNormLayer> = (_, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  const C = shape[channelAxis(shape)];
  if (shape.length < 1) throw new CnnvizError('shape', 'expected an array [N, C, ...], got a scalar');
  const names = ['weight', 'bias', 'running_mean', 'running_var'];
  for (const [i, name] of names.entries()) {
    const parameter = i < 2 ? inputs[i + 1] : required(inputs, i + 1, name);
    if (parameter && (parameter.shape.length !== 1 || parameter.shape[0] !== C)) {
      throw new CnnvizError('shape', `${name}: expected [${C}], got [${parameter.shape.join(', ')}]`);
    }
  }
  return [{ dtype: dtype === 'float64' ? 'float64' : 'float32', shape }];
};

/** Channels stand after N; an image [C, H, W] has no N. */
export function channelAxis(shape: readonly number[]): number {
  return shape.length === 3 || shape.length < 2 ? 0 : 1;
}

export const flattenShape: ShapeRule<FlattenLayer> = ({ startDim, endDim }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  if (shape.length === 0) return [{ dtype, shape: [1] }];
  const [start, end] = [wrapDim(startDim, shape.length), wrapDim(endDim, shape.length)];
  if (start > end) throw new CnnvizError('shape', `flatten: start_dim ${startDim} lies behind end_dim ${endDim}`);
  const flat = shape.slice(start, end + 1).reduce((product, side) => product * side, 1);
  return [{ dtype, shape: [...shape.slice(0, start), flat, ...shape.slice(end + 1)] }];
};

export const softmaxShape: ShapeRule<SoftmaxLayer> = ({ dim }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  softmaxDim(dim, shape.length);
  return [{ dtype: dtype === 'float64' ? 'float64' : 'float32', shape }];
};

/** The axis a softmax runs over. Source: torch.nn.functional.softmax, _get_softmax_dim */
export function softmaxDim(dim: number | null, rank: number): number {
  return wrapDim(dim ?? (rank === 0 || rank === 1 || rank === 3 ? 0 : 1), rank);
}

export const arithmeticShape: ShapeRule<ArithmeticLayer> = ({ kind }, inputs) => {
  const first = required(inputs, 0, 'a');
  let shape = first.shape;
  for (let i = 1; i < inputs.length; i++) {
    const next = required(inputs, i, 'b');
    if (next.dtype !== first.dtype) {
      throw new CnnvizError('shape', `${kind} of ${first.dtype} and ${next.dtype}: expected one type`);
    }
    shape = broadcastShapes(shape, next.shape);
  }
  return [{ dtype: first.dtype, shape }];
};

/** numpy's rule: sides are compared from the last; equal, or one of them 1. @throws CnnvizError 'shape' */
export function broadcastShapes(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [p, q] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (p !== q && p !== 1 && q !== 1) {
      throw new CnnvizError('shape', `[${a.join(', ')}] and [${b.join(', ')}] do not fit together`, {
        fix: 'sides must be equal or 1, compared from the last',
      });
    }
    return p === 1 ? q : p;
  });
}

export const concatShape: ShapeRule<ConcatLayer> = ({ dim }, inputs) => {
  const first = required(inputs, 0, 'x');
  const axis = wrapDim(dim, first.shape.length);
  const shape = [...first.shape];
  for (let i = 1; i < inputs.length; i++) {
    const next = required(inputs, i, 'x');
    const fits = next.shape.length === shape.length && next.shape.every((side, a) => a === axis || side === shape[a]);
    if (!fits || next.dtype !== first.dtype) {
      throw new CnnvizError(
        'shape',
        `concat along axis ${dim}: ${first.dtype} [${first.shape.join(', ')}] and ${next.dtype} [${next.shape.join(', ')}] differ elsewhere`,
      );
    }
    shape[axis] += next.shape[axis];
  }
  return [{ dtype: first.dtype, shape }];
};

export const shapeOfShape: ShapeRule<ShapeLayer> = ({ start, end }, inputs) => {
  const { shape } = required(inputs, 0, 'x');
  return [{ dtype: 'int64', shape: [shape.slice(start, end ?? undefined).length] }];
};
