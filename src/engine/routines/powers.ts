import { power, roundHalfToEven } from '../../core/math.js';
import type { Heap } from './heap.js';

/** As in assembly/powers.ts. */
const SIMPLE: readonly ((x: number) => number)[] = [
  Math.abs,
  (x) => -x,
  Math.floor,
  Math.ceil,
  roundHalfToEven,
  Math.sqrt,
  (x) => 1 / x,
];

/** The twins of assembly/powers.ts: same arguments, same bits, one number at a time. */
export function powerRoutines({ f32 }: Heap) {
  const change = (x: number, count: number, of: (value: number) => number): void => {
    for (let i = x / 4; i < x / 4 + count; i++) f32[i] = of(f32[i]);
  };
  return {
    powerInPlace(x: number, count: number, n: number): void {
      change(x, count, (value) => power(value, n));
    },

    rootPowerInPlace(x: number, count: number, inverse: number): void {
      change(x, count, (value) => power(value, inverse ? -0.5 : 0.5));
    },

    simpleInPlace(x: number, count: number, which: number): void {
      change(x, count, SIMPLE[which]);
    },
  };
}
