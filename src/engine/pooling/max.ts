import type { Axis } from '../../core/geometry.js';

/**
 * Max pooling of planes: x [planes, H, W] → y [planes, oH, oW], rows.size = H, columns.size = W.
 * Padding counts as −∞; a NaN in the window is the result. Source: torch.nn.MaxPool2d
 */
export function maxPool(rows: Axis, columns: Axis, planes: number, x: Float32Array, y: Float32Array): void {
  const [H, W] = [rows.size, columns.size];
  let to = 0;
  for (let plane = 0; plane < planes; plane++) {
    for (let i = 0; i < rows.out; i++) {
      for (let j = 0; j < columns.out; j++) {
        let best = Number.NEGATIVE_INFINITY;
        for (let u = 0; u < rows.kernel; u++) {
          const row = i * rows.stride - rows.padBefore + u * rows.dilation;
          if (row < 0 || row >= H) continue;
          const start = (plane * H + row) * W;
          for (let v = 0; v < columns.kernel; v++) {
            const column = j * columns.stride - columns.padBefore + v * columns.dilation;
            if (column < 0 || column >= W) continue;
            const value = x[start + column];
            if (value > best || Number.isNaN(value)) best = value;
          }
        }
        y[to++] = best;
      }
    }
  }
}
