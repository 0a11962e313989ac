import { CnnvizError } from '../errors.js';
import type { ArgReduceLayer, ReduceLayer } from '../graph-layers.js';
import { checkedAxes } from './arrange.js';
import { knownIntegers } from './known.js';
import { required, type ShapeRule, wrapDim } from './rule.js';

export const reduceShape: ShapeRule<ReduceLayer> = (layer, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  const axes = reducedAxes(layer, shape.length, knownIntegers(inputs, 1, 'axes'));
  return [{ dtype, shape: withoutAxes(shape, axes, layer.keepDims) }];
};

/** The axes that are reduced, counted from the front. */
export function reducedAxes(
  { noopWithEmptyAxes }: ReduceLayer,
  rank: number,
  axes: readonly number[] | null,
): readonly number[] {
  if (axes && axes.length > 0) return checkedAxes(axes, rank);
  return noopWithEmptyAxes ? [] : Array.from({ length: rank }, (_, axis) => axis);
}

function withoutAxes(shape: readonly number[], axes: readonly number[], keepDims: boolean): number[] {
  if (keepDims) return shape.map((side, axis) => (axes.includes(axis) ? 1 : side));
  return shape.filter((_, axis) => !axes.includes(axis));
}

export const argReduceShape: ShapeRule<ArgReduceLayer> = ({ kind, axis, keepDims }, inputs) => {
  const { shape } = required(inputs, 0, 'x');
  const at = wrapDim(axis, shape.length);
  if (shape[at] === 0) throw new CnnvizError('shape', `${kind} along an axis of 0`);
  return [{ dtype: 'int64', shape: withoutAxes(shape, [at], keepDims) }];
};
