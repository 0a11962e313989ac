import { CnnvizError } from '../../core/errors.js';
import { sizeOf } from '../../core/tensor.js';
import type { DType, Numbers, Value } from '../../core/values.js';
import type { KnownInput } from '../family.js';
import { wrapDim } from '../inputs.js';

/** The types that quantised numbers have, with what they hold. */
export const RANGES: Readonly<Partial<Record<DType, readonly [least: number, most: number]>>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32_768, 32_767],
  uint16: [0, 65_535],
};

/** To which numbers of an array a scale belongs: to all, to those at one place of an axis, or to blocks along it. */
export interface ScaleAxis {
  /** −1 is the last; read where a scale has more than one number. */
  readonly axis: number;
  /** Numbers in a row along the axis that share a scale; 0: one scale for each place. */
  readonly blockSize: number;
}

/**
 * Checks that scale and zero point fit an array.
 * @throws CnnvizError 'shape'
 */
export function checkScales(
  { axis, blockSize }: ScaleAxis,
  shape: readonly number[],
  scale: KnownInput,
  zeroPoint: KnownInput | null,
): void {
  const found = (what: string, { shape: own }: KnownInput, expected: readonly number[]): CnnvizError =>
    new CnnvizError('shape', `${what}: expected [${expected.join(', ')}], got [${own.join(', ')}]`);
  if (scale.dtype !== 'float32' && scale.dtype !== 'float64') {
    throw new CnnvizError('shape', `scale of ${scale.dtype}: expected floating point`);
  }
  if (blockSize > 0) {
    const own = wrapDim(axis, shape.length);
    const expected = shape.map((side, i) => (i === own ? Math.ceil(side / blockSize) : side));
    if (String(scale.shape) !== String(expected)) throw found('scale', scale, expected);
  } else if (sizeOf(scale.shape) !== 1) {
    const expected = [shape[wrapDim(axis, shape.length)]];
    if (String(scale.shape) !== String(expected)) throw found('scale', scale, expected);
  } else if (scale.shape.length > 1) throw found('scale', scale, []);
  if (zeroPoint && String(zeroPoint.shape) !== String(scale.shape) && sizeOf(zeroPoint.shape) !== sizeOf(scale.shape)) {
    throw found('zero point', zeroPoint, scale.shape);
  }
}

/** Calls `visit` for every run of numbers that share a scale: numbers from … end−1 of the array, scale number `at`. */
export function eachScale(
  { axis, blockSize }: ScaleAxis,
  shape: readonly number[],
  scales: number,
  visit: (from: number, end: number, at: number) => void,
): void {
  if (scales === 1 && blockSize === 0) {
    visit(0, sizeOf(shape), 0);
    return;
  }
  const own = wrapDim(axis, shape.length);
  const [side, inner] = [shape[own], sizeOf(shape.slice(own + 1))];
  const outer = sizeOf(shape.slice(0, own));
  const blocks = blockSize > 0 ? Math.ceil(side / blockSize) : side;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < side; i++) {
      const from = (o * side + i) * inner;
      if (blockSize === 0) visit(from, from + inner, i);
      else {
        const first = (o * blocks + Math.floor(i / blockSize)) * inner;
        for (let j = 0; j < inner; j++) visit(from + j, from + j + 1, first + j);
      }
    }
  }
}

/**
 * y = saturate(round(x / scale) + zero), of ties the even one; divided in float32 as onnxruntime does, unless x is
 * float64. NaN becomes the smallest number, as there.
 */
export function quantizeRun(
  x: Numbers,
  y: Numbers,
  from: number,
  end: number,
  scale: number,
  zero: number,
  [least, most]: readonly [number, number],
): void {
  const [lo, hi] = [least - zero, most - zero];
  const isDouble = x instanceof Float64Array;
  for (let i = from; i < end; i++) {
    const share = isDouble ? x[i] / scale : Math.fround(Math.fround(x[i]) / scale);
    y[i] = (share > lo ? (share < hi ? share + ROUNDER - ROUNDER : hi) : lo) + zero;
  }
}

/** 1.5·2⁵²: behind it a float64 has no places left, so that adding it rounds to whole numbers, of ties to the even one. */
export const ROUNDER = 6_755_399_441_055_744;

/** The number a value has for one place, or its only one; `otherwise` without a value. */
export function numberAt(value: Value | null | undefined, at: number, otherwise: number): number {
  if (!value) return otherwise;
  return value.data[value.data.length === 1 ? 0 : at];
}
