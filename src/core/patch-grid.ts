import { CnnvizError } from './errors.js';

/** Where a patch is put: along each axis at 0, stride, 2·stride … and last at the edge. */
export interface PatchGrid {
  /** Left edges of the columns and top edges of the rows. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  /** [height, width] of the patch. */
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
}

/**
 * Patch k begins at min(k·stride, side − size), k = 0 … ceil((side − size) / stride): every pixel is covered when the
 * stride is at most the size, and no patch reaches beyond the image.
 * @throws CnnvizError 'usage' when the patch is larger than the image
 */
export function patchGrid(
  [H, W]: readonly [number, number],
  size: readonly [number, number],
  stride: readonly [number, number],
): PatchGrid {
  if (size[0] > H || size[1] > W) {
    throw new CnnvizError('usage', `--size ${size.join(',')}: the network reads ${W}×${H} pixels`, {
      fix: `at most ${Math.min(H, W)}`,
    });
  }
  const along = (side: number, length: number, step: number) =>
    Array.from({ length: Math.ceil((side - length) / step) + 1 }, (_, k) => Math.min(k * step, side - length));
  return { xs: along(W, size[1], stride[1]), ys: along(H, size[0], stride[0]), size, stride };
}

/** The order in which a grid is filled: every 4th place in both directions, then every 2nd, then all. Each once. */
export function coarseToFine(columns: number, rows: number): number[] {
  const order: number[] = [];
  const seen = new Uint8Array(columns * rows);
  for (const step of [4, 2, 1]) {
    for (let y = 0; y < rows; y += step) {
      for (let x = 0; x < columns; x += step) {
        const at = y * columns + x;
        if (!seen[at]) order.push(at);
        seen[at] = 1;
      }
    }
  }
  return order;
}
