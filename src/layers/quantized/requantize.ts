import { CnnvizError } from '../../core/errors.js';
import { sizeOf } from '../../core/tensor.js';
import type { DType, Numbers, Value } from '../../core/values.js';
import type { KnownInput } from '../family.js';
import { RANGES, ROUNDER } from './scales.js';

/** Whole numbers of 8 bits, which integer products read. @throws CnnvizError 'unsupported' or 'shape' */
export function checkBytes(input: KnownInput, what: string): void {
  if (input.dtype === 'int8' || input.dtype === 'uint8') return;
  throw new CnnvizError('unsupported', `${what} of ${input.dtype}: expected int8 or uint8`);
}

/** A zero point is of the type of what it belongs to; of one number, or of as many as there are channels. */
export function checkZeroPoint(zero: KnownInput | null | undefined, of: KnownInput, what: string, many: number): void {
  if (!zero) return;
  if (zero.dtype !== of.dtype) throw new CnnvizError('shape', `${what}: expected ${of.dtype}, got ${zero.dtype}`);
  checkCount(zero, what, many);
}

/** @throws CnnvizError 'shape' unless there is one number, or `many` */
export function checkCount({ shape }: KnownInput, what: string, many: number): void {
  const count = sizeOf(shape);
  if (count === 1 || count === many) return;
  const expected = many > 1 ? `a single number or ${many}` : 'a single number';
  throw new CnnvizError('shape', `${what}: expected ${expected}, got [${shape.join(', ')}]`);
}

/** How sums become the numbers of an output: y = saturate(round(sum · factor) + zero). */
export interface Requantize {
  /** One for each channel, or one for all. */
  readonly factors: Float32Array;
  readonly zero: number;
  readonly range: readonly [number, number];
}

/** x_scale · w_scale / y_scale, each step in float32 as onnxruntime does. */
export function requantizeOf(xScale: Value, wScale: Value, yScale: Value, zero: number, dtype: DType): Requantize {
  const factors = Float32Array.from(wScale.data, (value) => Math.fround(xScale.data[0] * value) / yScale.data[0]);
  return { factors, zero, range: RANGES[dtype]! };
}

/** Sums first … first+count−1, all of one channel, to y. A sum is rounded to float32, so is its product; of ties the even. */
export function requantizeRun(
  sums: Int32Array,
  first: number,
  count: number,
  channel: number,
  { factors, zero, range: [least, most] }: Requantize,
  y: Numbers,
  at: number,
): void {
  const factor = factors[factors.length === 1 ? 0 : channel];
  const [lo, hi] = [least - zero, most - zero];
  for (let i = 0; i < count; i++) {
    const value = Math.fround(Math.fround(sums[first + i]) * factor);
    y[at + i] = (value > lo ? (value < hi ? value + ROUNDER - ROUNDER : hi) : lo) + zero;
  }
}
