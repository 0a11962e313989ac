import { CnnvizError } from '../errors.js';
import { conv2dGeometry, poolAxes } from '../geometry.js';
import type { AdaptivePoolLayer, Conv2dLayer, LinearLayer, NccLayer, PoolLayer } from '../layers.js';
import type { ValueInfo } from '../values.js';
import { type KnownInput, required, type ShapeRule } from './rule.js';

/** [N, C, H, W] */
export type Shape4 = readonly [number, number, number, number];

/** [N, C, H, W], or [C, H, W] as one image, as Shape4. @throws CnnvizError 'shape' for any other rank */
export function imageShape(shape: readonly number[]): Shape4 {
  if (shape.length === 4) return shape as unknown as Shape4;
  if (shape.length === 3) return [1, ...shape] as unknown as Shape4;
  throw new CnnvizError('shape', `expected an array [N, C, H, W] or [C, H, W], got [${shape.join(', ')}]`);
}

/** A shape [N, C, H, W] in the rank of the input it came from. */
function inRankOf(input: ValueInfo, shape: Shape4): number[] {
  return input.shape.length === 4 ? [...shape] : shape.slice(1);
}

export const convShape: ShapeRule<Conv2dLayer | NccLayer> = (layer, inputs) => {
  const x = required(inputs, 0, 'x');
  const weight = required(inputs, 1, 'weight');
  if (weight.shape.length !== 4) {
    throw new CnnvizError('shape', `weight: expected [M, C/groups, kH, kW], got [${weight.shape.join(', ')}]`);
  }
  const g = conv2dGeometry(imageShape(x.shape), weight.shape, layer);
  checkBias(inputs[2], g.M);
  return [{ dtype: 'float32', shape: inRankOf(x, [g.N, g.M, g.oH, g.oW]) }];
};

export const linearShape: ShapeRule<LinearLayer> = (_, inputs) => {
  const x = required(inputs, 0, 'x');
  const { shape } = required(inputs, 1, 'weight');
  if (shape.length !== 2) throw new CnnvizError('shape', `weight: expected [M, K], got [${shape.join(', ')}]`);
  const [M, K] = shape;
  if (x.shape.length === 0 || x.shape.at(-1) !== K) {
    throw new CnnvizError('shape', `a linear layer of ${K} inputs reads [..., ${K}], got [${x.shape.join(', ')}]`, {
      fix: x.shape.length > 2 ? 'flatten the maps before it' : 'weight is [outputs, inputs]',
    });
  }
  checkBias(inputs[2], M);
  return [{ dtype: 'float32', shape: [...x.shape.slice(0, -1), M] }];
};

function checkBias(bias: KnownInput | null | undefined, M: number): void {
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== M)) {
    throw new CnnvizError('shape', `bias: expected [${M}], got [${bias.shape.join(', ')}]`);
  }
}

export const poolShape: ShapeRule<PoolLayer> = (layer, inputs) => {
  const x = required(inputs, 0, 'x');
  const [N, C, H, W] = imageShape(x.shape);
  const dilation = layer.kind === 'max_pool' ? layer.dilation : ([1, 1] as const);
  const [rows, columns] = poolAxes(H, W, { ...layer, dilation });
  return [
    {
      dtype: layer.kind === 'max_pool' ? x.dtype : 'float32',
      shape: inRankOf(x, [N, C, rows.out, columns.out]),
    },
  ];
};

export const adaptivePoolShape: ShapeRule<AdaptivePoolLayer> = ({ outputSize }, inputs) => {
  const x = required(inputs, 0, 'x');
  const [N, C, H, W] = imageShape(x.shape);
  if (outputSize.some((side) => side !== null && (!Number.isInteger(side) || side < 1))) {
    throw new CnnvizError('usage', `output_size ${outputSize.join(',')}: expected whole numbers from 1`);
  }
  return [{ dtype: x.dtype, shape: inRankOf(x, [N, C, outputSize[0] ?? H, outputSize[1] ?? W]) }];
};
