import type { Heap } from './heap.js';

/** The twins of assembly/windows.ts: same arguments, same bits, one window at a time. */
export function windowRoutines({ f32, f64 }: Heap) {
  /** Calls `of` with each cell of window (i, j) that lies within its plane, row by row. */
  function cells(
    x: number,
    [H, W]: readonly [number, number],
    [row, kH]: readonly [number, number],
    [column, kW]: readonly [number, number],
    of: (value: number) => void,
  ): void {
    for (let u = Math.max(row, 0); u < Math.min(row + kH, H); u++) {
      for (let v = Math.max(column, 0); v < Math.min(column + kW, W); v++) of(f32[x / 4 + u * W + v]);
    }
  }

  return {
    maxWindows(
      x: number,
      planes: number,
      H: number,
      W: number,
      y: number,
      oH: number,
      oW: number,
      kH: number,
      kW: number,
      sH: number,
      sW: number,
      top: number,
      left: number,
    ): void {
      let o = y / 4;
      for (let p = 0; p < planes; p++) {
        for (let i = 0; i < oH; i++) {
          for (let j = 0; j < oW; j++) {
            let best = Number.NEGATIVE_INFINITY;
            cells(x + p * H * W * 4, [H, W], [i * sH - top, kH], [j * sW - left, kW], (value) => {
              if (value > best || Number.isNaN(value)) best = value;
            });
            f32[o++] = best;
          }
        }
      }
    },

    meanWindows(
      x: number,
      planes: number,
      H: number,
      W: number,
      y: number,
      oH: number,
      oW: number,
      kH: number,
      kW: number,
      sH: number,
      sW: number,
      top: number,
      left: number,
      down: number,
      across: number,
    ): void {
      let o = y / 4;
      for (let p = 0; p < planes; p++) {
        for (let i = 0; i < oH; i++) {
          for (let j = 0; j < oW; j++) {
            let sum = 0;
            cells(x + p * H * W * 4, [H, W], [i * sH - top, kH], [j * sW - left, kW], (value) => {
              sum += value;
            });
            f32[o++] = sum / (f64[down / 8 + i] * f64[across / 8 + j]);
          }
        }
      }
    },
  };
}
