import { type RandomSource, randomSource } from '../../../core/random.js';
import { type Tensor, tensor } from '../../../core/tensor.js';
import { groupDigits } from '../../../core/text.js';
import { conv2d, prepareConv2d } from '../../../functional/conv2d.js';
import { avgPool2d, gaussPool2d, maxPool2d, relu } from '../../../functional/layers.js';
import type { Check } from '../claim.js';
import { type Bilingual, ofAll, type Texts } from '../language.js';

/** Whole numbers from −8 to 8: their sums and products are exact in float32, so laws can be asked to hold exactly. */
export function wholePlane(name: string, height: number, width: number): Tensor {
  return filled(name, height, width, (random) => (random.next() % 17) - 8);
}

/** Numbers from the standard normal distribution, which round. */
export function realPlane(name: string, height: number, width: number): Tensor {
  return filled(name, height, width, (random) => random.normal());
}

function filled(name: string, height: number, width: number, draw: (random: RandomSource) => number): Tensor {
  const random = randomSource(1, `law: ${name}`);
  return tensor(
    Float32Array.from({ length: height * width }, () => draw(random)),
    [height, width],
  );
}

/** Zero everywhere, and 1 in the middle. */
export function impulse(height: number, width: number): Tensor {
  const data = new Float32Array(height * width);
  data[Math.floor(height / 2) * width + Math.floor(width / 2)] = 1;
  return tensor(data, [height, width]);
}

/** Turned by 180°, channel by channel: both axes reversed. */
export function turned({ data, shape }: Tensor): Tensor {
  const size = shape[shape.length - 1] * shape[shape.length - 2];
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const start = Math.floor(i / size) * size;
    out[i] = data[start + size - 1 - (i - start)];
  }
  return tensor(out, shape);
}

/** [1, H, W], as layers give one map, as the plane [H, W]. */
export function asPlane({ data, shape }: Tensor): Tensor {
  return tensor(data, shape.slice(-2));
}

/** One number for each pair. */
export function combined(a: Tensor, b: Tensor, combine: (a: number, b: number) => number): Tensor {
  return tensor(
    a.data.map((value, i) => combine(value, b.data[i])),
    a.shape,
  );
}

export function mapped(a: Tensor, change: (value: number) => number): Tensor {
  return tensor(a.data.map(change), a.shape);
}

/** How two arrays of one shape differ. */
interface Gap {
  readonly count: number;
  readonly differing: number;
  readonly largest: number;
}

export function gapBetween(a: Tensor, b: Tensor): Gap {
  let differing = 0;
  let largest = 0;
  for (let i = 0; i < a.data.length; i++) {
    const gap = Math.abs(a.data[i] - b.data[i]);
    if (gap !== 0) differing++;
    if (!(gap <= largest)) largest = gap;
  }
  return { count: a.data.length, differing, largest };
}

/** True when shapes and all values are the same. */
export function areSame(a: Tensor, b: Tensor): boolean {
  return a.shape.join() === b.shape.join() && gapBetween(a, b).differing === 0;
}

export const TEXTS = {
  against: (a: string, b: string) => ({ en: `${a} against ${b}`, zh: `${a} 对 ${b}` }),
  same: ({ en, zh }: Bilingual) => ({ en: `${en} values the same`, zh: `相同的值：${zh}` }),
  differ: ({ en, zh }: Bilingual) => ({ en: `${en} values differ`, zh: `不同的值：${zh}` }),
} satisfies Texts;

/** "9 of 9 values the same", or how many are not. */
export function sameWords(a: Tensor, b: Tensor): Bilingual {
  if (a.shape.join() !== b.shape.join()) return TEXTS.against(sides(a), sides(b));
  const { count, differing } = gapBetween(a, b);
  return TEXTS.same(ofAll(groupDigits(count - differing), groupDigits(count)));
}

/** "9 of 9 values the same", of so many values. */
export function allTheSame(count: number): Bilingual {
  return TEXTS.same(ofAll(groupDigits(count), groupDigits(count)));
}

/** What is expected of two arrays that are not the same. */
export const VALUES_DIFFER: Bilingual = { en: 'values differ', zh: '有值不同' };

/** "80 of 88 values differ" */
export function differWords({ differing, count }: Gap): Bilingual {
  return TEXTS.differ(ofAll(differing, count));
}

/** "3×4", width first. */
export function sides({ shape }: Tensor): string {
  return [...shape.slice(-2)].reverse().join('×');
}

/** The engine's layers as the library gives them: what the laws are tried on. */
export interface Layers {
  readonly conv2d: typeof conv2d;
  readonly prepareConv2d: typeof prepareConv2d;
  readonly relu: typeof relu;
  readonly maxPool2d: typeof maxPool2d;
  readonly avgPool2d: typeof avgPool2d;
  readonly gaussPool2d: typeof gaussPool2d;
}

export const LAYERS: Layers = { conv2d, prepareConv2d, relu, maxPool2d, avgPool2d, gaussPool2d };

/** A statement about layers, tried on them: what was expected, what came out. */
export type Law = (layers: Layers) => Check[];
