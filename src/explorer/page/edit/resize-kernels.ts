/**
 * Kernels [M, C, kH, kW] as kernels of another square size: the middle stays in the middle, what is new is zero, what does
 * not fit is cut off.
 */
export function resizeKernels(
  data: ArrayLike<number>,
  [maps, channels, height, width]: readonly number[],
  side: number,
): { readonly shape: readonly number[]; readonly data: number[] } {
  const [down, across] = [height, width].map((before) => Math.floor(side / 2) - Math.floor(before / 2));
  const resized = new Array<number>(maps * channels * side * side).fill(0);
  for (let plane = 0, at = 0; plane < maps * channels; plane++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++, at++) {
        const [y, x] = [row + down, column + across];
        if (y >= 0 && y < side && x >= 0 && x < side) resized[(plane * side + y) * side + x] = data[at];
      }
    }
  }
  return { shape: [maps, channels, side, side], data: resized };
}
