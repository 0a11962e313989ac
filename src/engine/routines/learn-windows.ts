import type { Heap } from './heap.js';

const { fround } = Math;

/** The twins of assembly/learn-windows.ts: same arguments, same bits, one number at a time. */
export function learnWindowRoutines({ i32, f32 }: Heap) {
  /** Calls `visit` with the number of each window and those of the places in it, row by row. */
  function windows(
    [planes, H, W, edges, oH, oW]: readonly number[],
    visit: (window: number, places: readonly number[]) => void,
  ): void {
    const [top, bottom, left] = [edges / 4, edges / 4 + oH, edges / 4 + 2 * oH];
    for (let plane = 0, window = 0; plane < planes; plane++) {
      for (let i = 0; i < oH; i++) {
        for (let j = 0; j < oW; j++, window++) {
          const places: number[] = [];
          for (let u = i32[top + i]; u < i32[bottom + i]; u++) {
            for (let v = i32[left + j]; v < i32[left + oW + j]; v++) places.push((plane * H + u) * W + v);
          }
          visit(window, places);
        }
      }
    }
  }

  return {
    largestInWindows(
      x: number,
      planes: number,
      H: number,
      W: number,
      edges: number,
      oH: number,
      oW: number,
      y: number,
      places: number,
    ): void {
      windows([planes, H, W, edges, oH, oW], (window, inside) => {
        let [at] = inside;
        for (const place of inside) {
          const [value, largest] = [f32[x / 4 + place], f32[x / 4 + at]];
          if (value > largest || (Number.isNaN(value) && !Number.isNaN(largest))) at = place;
        }
        f32[y / 4 + window] = f32[x / 4 + at];
        i32[places / 4 + window] = at;
      });
    },

    scatterPlaces(dy: number, places: number, count: number, dx: number): void {
      for (let i = 0; i < count; i++) f32[dx / 4 + i32[places / 4 + i]] += f32[dy / 4 + i];
    },

    meansOfWindows(
      x: number,
      planes: number,
      H: number,
      W: number,
      edges: number,
      scales: number,
      oH: number,
      oW: number,
      y: number,
    ): void {
      windows([planes, H, W, edges, oH, oW], (window, inside) => {
        let sum = 0;
        for (const place of inside) sum = fround(sum + f32[x / 4 + place]);
        f32[y / 4 + window] = sum * f32[scales / 4 + (window % (oH * oW))];
      });
    },

    meansOfWindowsBackward(
      dy: number,
      planes: number,
      H: number,
      W: number,
      edges: number,
      scales: number,
      oH: number,
      oW: number,
      dx: number,
    ): void {
      windows([planes, H, W, edges, oH, oW], (window, inside) => {
        const share = fround(f32[dy / 4 + window] * f32[scales / 4 + (window % (oH * oW))]);
        for (const place of inside) f32[dx / 4 + place] += share;
      });
    },
  };
}
