import { CnnvizError } from '../errors.js';
import type {
  CastLayer,
  ClipLayer,
  CompareLayer,
  ExpandLayer,
  ExtremeLayer,
  PointwiseLayer,
  PReluLayer,
  WhereLayer,
} from '../graph-layers.js';
import { isFloat } from '../values.js';
import { broadcastShapes } from './general.js';
import { checkedShape, knownIntegers } from './known.js';
import { type KnownInput, required, type ShapeRule } from './rule.js';

export const pointwiseShape: ShapeRule<PointwiseLayer> = ({ name }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  if (!isFloat(dtype) && !['abs', 'neg', 'sign', 'floor', 'ceil', 'round', 'not'].includes(name)) {
    throw new CnnvizError('shape', `${name} of ${dtype}: expected floating point`);
  }
  return [{ dtype, shape }];
};

export const preluShape: ShapeRule<PReluLayer> = (_, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  const slope = required(inputs, 1, 'slope');
  sameType(dtype, slope, 'slope');
  const both = broadcastShapes(shape, slope.shape);
  if (both.length !== shape.length || both.some((side, axis) => side !== shape[axis])) {
    throw new CnnvizError('shape', `slope [${slope.shape.join(', ')}] does not fit into x [${shape.join(', ')}]`);
  }
  return [{ dtype, shape }];
};

export const clipShape: ShapeRule<ClipLayer> = (_, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  for (const [i, name] of ['min', 'max'].entries()) {
    const limit = inputs[i + 1];
    if (limit?.shape.some((side) => side !== 1)) {
      throw new CnnvizError('shape', `${name}: expected a single number, got [${limit.shape.join(', ')}]`);
    }
  }
  return [{ dtype, shape }];
};

export const extremeShape: ShapeRule<ExtremeLayer> = ({ kind }, inputs) => {
  const first = required(inputs, 0, 'a');
  if (kind === 'pow') {
    required(inputs, 1, 'b');
    return [{ dtype: first.dtype, shape: broadcastAll(inputs) }];
  }
  for (let i = 1; i < inputs.length; i++) sameType(first.dtype, required(inputs, i, 'b'), `input ${i + 1}`);
  return [{ dtype: first.dtype, shape: broadcastAll(inputs) }];
};

export const compareShape: ShapeRule<CompareLayer> = (_, inputs) => {
  sameType(required(inputs, 0, 'a').dtype, required(inputs, 1, 'b'), 'input 2');
  return [{ dtype: 'bool', shape: broadcastAll(inputs) }];
};

export const whereShape: ShapeRule<WhereLayer> = (_, inputs) => {
  const condition = required(inputs, 0, 'condition');
  if (condition.dtype !== 'bool') throw new CnnvizError('shape', `condition: expected bool, got ${condition.dtype}`);
  const { dtype } = required(inputs, 1, 'a');
  sameType(dtype, required(inputs, 2, 'b'), 'input 3');
  return [{ dtype, shape: broadcastAll(inputs) }];
};

export const castShape: ShapeRule<CastLayer> = ({ to }, inputs) => [
  { dtype: to, shape: required(inputs, 0, 'x').shape },
];

export const expandShape: ShapeRule<ExpandLayer> = (_, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  required(inputs, 1, 'shape');
  const wanted = checkedShape(knownIntegers(inputs, 1, 'shape')!);
  return [{ dtype, shape: checkedShape(broadcastShapes(shape, wanted)) }];
};

function broadcastAll(inputs: readonly (KnownInput | null)[]): number[] {
  return inputs.reduce<number[]>((shape, input) => (input ? broadcastShapes(shape, input.shape) : shape), []);
}

function sameType(dtype: string, other: KnownInput, what: string): void {
  if (other.dtype !== dtype) throw new CnnvizError('shape', `${what}: expected ${dtype}, got ${other.dtype}`);
}
