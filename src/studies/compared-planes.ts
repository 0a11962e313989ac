import { compareElements } from '../compare/values.js';
import type { Tolerance } from '../core/check-job.js';
import type { Value } from '../core/values.js';
import type { ComparedPlane } from '../figures/difference.js';
import { planesOf } from '../stages/network-draw.js';

/**
 * The planes of an array in which any value differs beyond the tolerance, to be drawn. shape: N included; both arrays have
 * its length.
 */
export function comparedPlanes(
  expected: Float32Array,
  got: Float32Array,
  shape: readonly number[],
  tolerance: Tolerance,
): ComparedPlane[] {
  const value: Value = { dtype: 'float32', shape, data: got };
  const came = planesOf({ value, values: got });
  const stored = planesOf({ value, values: expected });
  const name = came.folded === null ? 'channel' : 'values';
  return came.maps.flatMap(({ label, width, height, values }, i): ComparedPlane[] => {
    const before = stored.maps[i].values;
    const { first } = compareElements(before, values, tolerance);
    if (first === null) return [];
    const place = { x: first.at % width, y: Math.floor(first.at / width) };
    return [{ label: `${name} ${label}`.trim(), width, height, expected: before, got: values, ...place }];
  });
}
