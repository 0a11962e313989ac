import type { Window } from '../core/facts.js';
import type { LayerJob } from '../core/job.js';
import type { Pair } from '../core/layers.js';

/** What decides how large the window of a value is, all [height, width]. */
export interface WindowSize {
  readonly kernel: Pair;
  readonly stride: Pair;
  /** Of the pool behind the convolution; null: there is none. */
  readonly pool: Pair | null;
}

export const AT_THE_BORDER = "at the border: partly the padding's zeros";

/**
 * Whether a value is made of padding zeros as well: its window is then cut off at the input's edge. Zeros invent an edge
 * there; of the other padding modes the border is made of the image itself.
 */
export function seesPadding(
  window: Window,
  { kernel, stride, pool }: WindowSize,
  { padding, paddingMode, dilation }: Pick<LayerJob, 'padding' | 'paddingMode' | 'dilation'>,
): boolean {
  const none = padding === 'valid' || padding === 0 || (Array.isArray(padding) && padding.every((side) => side === 0));
  if (paddingMode !== 'zeros' || none) return false;
  const isCut = (axis: 0 | 1, first: number, last: number) => {
    const own = (kernel[axis] - 1) * dilation[axis] + 1;
    const pooled = pool === null ? 0 : (pool[axis] - 1) * stride[axis];
    return last - first + 1 < own + pooled;
  };
  return isCut(0, window.y0, window.y1) || isCut(1, window.x0, window.x1);
}
