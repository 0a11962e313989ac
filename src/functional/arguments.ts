import { CnnvizError } from '../core/errors.js';
import type { Pads, Pair } from '../core/geometry.js';
import type { Shape4 } from '../layers/inputs.js';

/** n → [n, n] */
export function toPair(value: number | Pair): Pair {
  return typeof value === 'number' ? [value, value] : value;
}

/** n, [height, width] or [top, left, bottom, right] → [top, left, bottom, right] */
export function toPads(value: number | Pair | Pads): Pads {
  if (typeof value === 'number') return [value, value, value, value];
  return value.length === 2 ? [value[0], value[1], value[0], value[1]] : value;
}

/** [H, W], [C, H, W] or [N, C, H, W] → [N, C, H, W] */
export function batchShape(shape: readonly number[], name: string): Shape4 {
  if (shape.length < 2 || shape.length > 4 || shape.some((side) => !Number.isInteger(side) || side < 1)) {
    throw new CnnvizError('shape', `${name}: expected [H, W], [C, H, W] or [N, C, H, W], got [${shape.join(', ')}]`);
  }
  const [W, H, C = 1, N = 1] = [...shape].reverse();
  return [N, C, H, W];
}

/** The output shape for a caller: N only when the input had it. */
export function withoutBatch(outShape: readonly number[], inputShape: readonly number[]): number[] {
  return inputShape.length === 4 ? [...outShape] : outShape.slice(1);
}
