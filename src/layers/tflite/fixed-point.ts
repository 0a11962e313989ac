/** A positive number as a whole one of 31 bits behind the point, and a power of two: multiplier · 2^(shift − 31). */
export interface Multiplier {
  readonly multiplier: number;
  readonly shift: number;
}

/**
 * A number as such, its fraction in [½, 1) rounded to 31 bits; what is below 2^−32 is 0.
 * Source: tensorflow/lite/kernels/internal/quantization_util.cc, QuantizeMultiplier
 */
export function quantizeMultiplier(value: number): Multiplier {
  if (value === 0) return { multiplier: 0, shift: 0 };
  let shift = 0;
  let fraction = value;
  while (fraction >= 1) {
    fraction /= 2;
    shift++;
  }
  while (fraction < 0.5) {
    fraction *= 2;
    shift--;
  }
  let multiplier = Math.floor(fraction * 2 ** 31 + 0.5);
  if (multiplier === 2 ** 31) {
    multiplier /= 2;
    shift++;
  }
  return shift < -31 ? { multiplier: 0, shift: 0 } : { multiplier, shift };
}

/**
 * The upper half of 2·a·b, rounded, of ties the one above; all of 32 bits. The product of 62 bits is taken in two parts
 * that a float64 holds exactly.
 * Source: gemmlowp/fixedpoint/fixedpoint.h, SaturatingRoundingDoublingHighMul
 */
export function doublingHighMul(a: number, b: number): number {
  if (a === -2147483648 && b === a) return 2147483647;
  const high = (a >> 16) * b;
  const low = (a & 0xffff) * b + 1073741824;
  const whole = Math.floor(high / 32768);
  return whole + Math.floor(((high - whole * 32768) * 65536 + low) / 2147483648);
}

/** x / 2^exponent, rounded, of ties the one farther from 0. Source: the same, RoundingDivideByPOT */
export function divideByPower(x: number, exponent: number): number {
  const mask = (2 ** exponent - 1) | 0;
  const threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + ((x & mask) > threshold ? 1 : 0);
}

/** x times such a number, rounded twice. Source: tensorflow/lite/kernels/internal/common.h, MultiplyByQuantizedMultiplier */
export function multiplyBy(x: number, { multiplier, shift }: Multiplier): number {
  return shift > 0 ? doublingHighMul(x << shift, multiplier) : divideByPower(doublingHighMul(x, multiplier), -shift);
}

/** To a whole number, of ties the one farther from 0: C's round. */
export function roundAway(x: number): number {
  return x < 0 ? -Math.floor(-x + 0.5) : Math.floor(x + 0.5);
}

/** What whole numbers q stand for: scale · (q − zero). */
export interface Scaled {
  readonly scale: number;
  readonly zero: number;
}

/** What an output is held between: its type's limits, or those of an activation that is part of the layer. */
export type Range = readonly [least: number, most: number];

export function held(value: number, [least, most]: Range): number {
  return value < least ? least : value > most ? most : value;
}

/** The types of eight bits that layers of whole numbers make. */
export type ByteType = 'int8' | 'uint8';
