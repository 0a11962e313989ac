import { CnnvizError } from '../../../core/errors.js';
import type { Pads, Pair } from '../../../core/geometry.js';
import { type Fields, type FieldValue, isList, isNone, isWhole, refuse } from '../fields.js';
import { type LayerWord, plain } from './activations.js';

const POOL_FIELDS = ['kernel_size', 'stride', 'padding', 'ceil_mode'];

function poolFields(fields: Fields) {
  const kernelSize = fields.pair('kernel_size');
  if (!kernelSize) {
    throw new CnnvizError('usage', 'kernel_size: a pool needs its size', { fix: 'such as "max_pool 3 stride=2"' });
  }
  const stride: Pair = fields.pair('stride') ?? kernelSize;
  const padding = fields.padding('padding');
  if (typeof padding === 'string') return refuse('padding', 'n, h,w or t,l,b,r', padding);
  const sides = typeof padding === 'number' ? [padding] : padding;
  const [top, left = top, bottom = top, right = left] = sides;
  const pads: Pads = [top, left, bottom, right];
  return { kernelSize, stride, pads, ceilMode: fields.boolean('ceil_mode', false) };
}

function sigmaOf(fields: Fields, kernelSize: Pair): Pair {
  const value = fields.raw('sigma');
  if (value === undefined || isNone(value)) return [kernelSize[0] / 4, kernelSize[1] / 4];
  const sigma = isList(value) ? value : [value, value];
  if (sigma.length !== 2 || !sigma.every((one) => typeof one === 'number' && one > 0)) {
    return refuse('sigma', 'a number above 0, or vertical,horizontal', value);
  }
  return sigma as unknown as Pair;
}

function adaptiveWord(word: 'adaptive_avg_pool' | 'adaptive_max_pool', name: string): LayerWord {
  return {
    word,
    positional: ['output_size'],
    fields: word === 'adaptive_max_pool' ? ['output_size', 'return_indices'] : ['output_size'],
    classes: { [name]: ['output_size'] },
    build(_, fields) {
      if (word === 'adaptive_max_pool') refuseIndices(fields);
      const value = fields.raw('output_size');
      const sides = isList(value) ? value : [value, value];
      const isSide = (side: FieldValue | undefined) => isNone(side) || isWhole(side, 1);
      if (sides.length !== 2 || value === undefined || !sides.every(isSide)) {
        return refuse('output_size', 'a whole number from 1, or height,width; none keeps a side', value);
      }
      const [height, width] = sides.map((side) => (isNone(side) ? null : (side as number)));
      return plain({ kind: word, outputSize: [height, width] });
    },
  };
}

function refuseIndices(fields: Fields): void {
  if (fields.boolean('return_indices', false)) {
    throw new CnnvizError('unsupported', 'return_indices: a pool gives its values only', {
      fix: 'leave return_indices out',
    });
  }
}

/** The pools. Fields and defaults as in torch.nn; gauss_pool is this project's own, its sigma a quarter of the size. */
export const POOL_WORDS: readonly LayerWord[] = [
  {
    word: 'max_pool',
    positional: ['kernel_size'],
    fields: [...POOL_FIELDS, 'dilation', 'return_indices'],
    classes: { MaxPool2d: ['kernel_size'] },
    build(_, fields) {
      refuseIndices(fields);
      return plain({ kind: 'max_pool', ...poolFields(fields), dilation: fields.pair('dilation') ?? [1, 1] });
    },
  },
  {
    word: 'avg_pool',
    positional: ['kernel_size'],
    fields: [...POOL_FIELDS, 'count_include_pad', 'divisor_override'],
    classes: { AvgPool2d: ['kernel_size'] },
    build: (_, fields) =>
      plain({
        kind: 'avg_pool',
        ...poolFields(fields),
        countIncludePad: fields.boolean('count_include_pad', true),
        divisorOverride: fields.whole('divisor_override', 1, null),
      }),
  },
  {
    word: 'gauss_pool',
    positional: ['kernel_size'],
    fields: [...POOL_FIELDS, 'count_include_pad', 'sigma'],
    classes: {},
    build(_, fields) {
      const pool = poolFields(fields);
      const sigma = sigmaOf(fields, pool.kernelSize);
      return plain({ kind: 'gauss_pool', ...pool, sigma, countIncludePad: fields.boolean('count_include_pad', true) });
    },
  },
  adaptiveWord('adaptive_avg_pool', 'AdaptiveAvgPool2d'),
  adaptiveWord('adaptive_max_pool', 'AdaptiveMaxPool2d'),
];
