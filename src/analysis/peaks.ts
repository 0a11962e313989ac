import type { Peak, Window } from '../core/facts.js';
import { type Axis, clipSpan, inputSpan, receptiveSpan } from '../core/geometry.js';
import type { PatchVerdict } from '../core/result.js';

/** The layers between input and map, as windows along each axis, first layer first. */
export interface WindowStack {
  readonly rows: readonly Axis[];
  readonly columns: readonly Axis[];
}

/** The part of the input (its own pixels, padding cut off) that made the value at (x, y). */
export function inputWindow({ rows, columns }: WindowStack, x: number, y: number): Window {
  const across = clipSpan(receptiveSpan(columns, x), columns[0].size);
  const down = clipSpan(receptiveSpan(rows, y), rows[0].size);
  return { x0: across.first, x1: across.last, y0: down.first, y1: down.last };
}

/** The place of the largest value that `skip` does not leave out, first in reading order; null when none is left. */
function strongest(
  values: Float32Array,
  width: number,
  skip: (x: number, y: number) => boolean,
): { x: number; y: number; value: number } | null {
  let best = Number.NEGATIVE_INFINITY;
  let at = -1;
  for (let i = 0; i < values.length; i++) {
    if (values[i] > best && !skip(i % width, Math.floor(i / width))) {
      best = values[i];
      at = i;
    }
  }
  return at < 0 ? null : { x: at % width, y: Math.floor(at / width), value: best };
}

/** The place of `max`, a map's largest finite value, first in reading order, and the input window that made it. */
export function findPeak(values: Float32Array, width: number, max: number, stack: WindowStack): Peak | null {
  const at = values.indexOf(max);
  if (at < 0) return null;
  const [x, y] = [at % width, Math.floor(at / width)];
  return { x, y, value: max, window: inputWindow(stack, x, y) };
}

/**
 * Did the patch find itself? `own` is its top left corner in the input, or null when it came from another image.
 * Found: of the largest values one is made there: among the windows of the convolution that made the peak (one, or those a pool chose from) one starts within a
 * stride of the patch. The runner-up is the strongest response more than half a patch away from the peak in x or y.
 */
export function judgePatch(
  values: Float32Array,
  width: number,
  peak: Peak,
  patch: { readonly width: number; readonly height: number },
  own: { readonly x: number; readonly y: number } | null,
  stack: WindowStack,
): PatchVerdict {
  const isNear = (axes: readonly Axis[], at: number, place: number) => {
    const [conv, ...pools] = axes;
    const { first, last } = receptiveSpan(pools, at);
    const corner = (position: number) => inputSpan(conv, { first: position, last: position }).first;
    return corner(first) - conv.stride < place && place < corner(last) + conv.stride;
  };
  const isOwn = (x: number, y: number) => isNear(stack.columns, x, own!.x) && isNear(stack.rows, y, own!.y);
  const step = (axes: readonly Axis[]) => axes.reduce((product, { stride }) => product * stride, 1);
  const [stepX, stepY] = [step(stack.columns), step(stack.rows)];
  const near = (x: number, y: number) =>
    Math.abs(x - peak.x) * stepX <= patch.width / 2 && Math.abs(y - peak.y) * stepY <= patch.height / 2;
  const second = strongest(values, width, near);
  // of equal largest values the peak is the first; the patch's own place may be another of them
  const found =
    own !== null && values.some((value, i) => value === peak.value && isOwn(i % width, Math.floor(i / width)));
  return {
    own: own && { ...own, found },
    runnerUp: second && { ...second, share: second.value / peak.value },
  };
}
