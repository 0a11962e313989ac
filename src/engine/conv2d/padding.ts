import { type Conv2dGeometry, sourceIndex } from '../../core/geometry.js';

/** [pH, pW]: the sides of the padded input. */
export function paddedSize(g: Conv2dGeometry): [number, number] {
  return [g.H + g.pads[0] + g.pads[2], g.W + g.pads[1] + g.pads[3]];
}

/** Copies x [C, H, W] into padded [C, pH, pW] and continues its border by the padding mode. */
export function padInput(g: Conv2dGeometry, x: Float32Array, padded: Float32Array): void {
  const [pH, pW] = paddedSize(g);
  const [top, left] = g.pads;
  const columns = new Int32Array(pW);
  for (let column = 0; column < pW; column++) columns[column] = sourceIndex(column - left, g.W, g.paddingMode);
  for (let c = 0; c < g.C; c++) {
    for (let row = 0; row < pH; row++) {
      const to = (c * pH + row) * pW;
      const source = sourceIndex(row - top, g.H, g.paddingMode);
      if (source < 0) {
        padded.fill(0, to, to + pW);
        continue;
      }
      const from = (c * g.H + source) * g.W;
      padded.set(x.subarray(from, from + g.W), to + left);
      for (let column = 0; column < left; column++) padded[to + column] = border(x, from, columns[column]);
      for (let column = left + g.W; column < pW; column++) padded[to + column] = border(x, from, columns[column]);
    }
  }
}

function border(x: Float32Array, rowStart: number, column: number): number {
  return column < 0 ? 0 : x[rowStart + column];
}
