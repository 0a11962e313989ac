import { CHUNK, RUN } from '../conv2d/order.js';
import type { Heap } from './heap.js';

const { fround } = Math;

/** The twins of assembly/winograd.ts: same arguments, same bits, one number at a time. */
export function winogradRoutines({ f32 }: Heap) {
  return {
    winogradWeights(weight: number, M: number, C: number, taps: number, to: number, _scratch: number): void {
      const panels = Math.ceil(M / 4);
      f32.fill(0, to / 4, to / 4 + 36 * panels * C * 4);
      for (let m = 0; m < M; m++) {
        for (let c = 0; c < C; c++) {
          const from = weight / 4 + (m * C + c) * taps * taps;
          const rows = Array.from({ length: taps }, (_, u) =>
            weightsAtPoints([...f32.subarray(from + u * taps, from + (u + 1) * taps)]),
          );
          for (let s = 0; s < 6; s++) {
            weightsAtPoints(rows.map((row) => row[s])).forEach((value, i) => {
              f32[to / 4 + (((i * 6 + s) * panels + (m >> 2)) * C + c) * 4 + (m % 4)] = value;
            });
          }
        }
      }
    },

    winogradInput(
      x: number,
      plane: number,
      row: number,
      C: number,
      tiles: number,
      across: number,
      step: number,
      to: number,
      position: number,
      _scratch: number,
    ): void {
      for (let c = 0; c < C; c++) {
        for (let n = 0; n < tiles; n++) {
          const corner = (x + c * plane + Math.floor(n / across) * step * row) / 4 + (n % across) * step;
          const lines = six((r) => inputAtPoints(six((s) => f32[corner + (r * row) / 4 + s])));
          for (let s = 0; s < 6; s++) {
            inputAtPoints(lines.map((line) => line[s])).forEach((value, i) => {
              f32[(to + (i * 6 + s) * position) / 4 + (Math.floor(n / 8) * C + c) * 8 + (n % 8)] = value;
            });
          }
        }
      }
    },

    winogradMultiply(
      weights: number,
      input: number,
      C: number,
      M: number,
      tiles: number,
      to: number,
      row: number,
      _scratch: number,
    ): void {
      for (let m = 0; m < M; m++) {
        for (let n = 0; n < tiles; n++) {
          const a = weights / 4 + (m >> 2) * C * 4 + (m % 4);
          const b = input / 4 + (n >> 3) * C * 8 + (n % 8);
          let total = 0;
          for (let start = 0; start < C; start += CHUNK) {
            let chunk = 0;
            for (let first = start; first < Math.min(start + CHUNK, C); first += RUN) {
              let run = 0;
              for (let c = first; c < Math.min(first + RUN, start + CHUNK, C); c++) {
                run = fround(run + fround(f32[a + c * 4] * f32[b + c * 8]));
              }
              chunk = first === start ? run : fround(chunk + run);
            }
            total = start === 0 ? chunk : fround(total + chunk);
          }
          f32[(to + m * row) / 4 + n] = total;
        }
      }
    },

    winogradOutput(
      products: number,
      position: number,
      row: number,
      M: number,
      tiles: number,
      step: number,
      bias: number,
      y: number,
      yPlane: number,
      oH: number,
      oW: number,
      _scratch: number,
    ): void {
      const across = Math.ceil(oW / step);
      for (let m = 0; m < M; m++) {
        for (let n = 0; n < tiles; n++) {
          const [top, left] = [Math.floor(n / across) * step, (n % across) * step];
          const at = (s: number, i: number) => f32[(products + (i * 6 + s) * position + m * row) / 4 + n];
          const columns = six((s) =>
            outputOfPoints(
              six((i) => at(s, i)),
              step,
            ),
          );
          for (let r = 0; r < Math.min(step, oH - top); r++) {
            const values = outputOfPoints(
              columns.map((column) => column[r]),
              step,
            );
            for (let s = 0; s < Math.min(step, oW - left); s++) {
              f32[(y + m * yPlane) / 4 + (top + r) * oW + left + s] = f32[bias / 4 + m] + values[s];
            }
          }
        }
      }
    },
  };
}

function six<T>(of: (index: number) => T): T[] {
  return Array.from({ length: 6 }, (_, index) => of(index));
}

/** In float64. */
function weightsAtPoints(w: readonly number[]): number[] {
  const [w0, w1, w2, w3 = 0, w4 = 0] = w;
  const even = w0 + w2 + w4;
  const odd = w1 + w3;
  const evenTwo = w0 + 4 * w2 + 16 * w4;
  const oddTwo = 2 * w1 + 8 * w3;
  const last = w.length === 5 ? w4 : w2;
  return [w0 / 4, -(even + odd) / 6, -(even - odd) / 6, (evenTwo + oddTwo) / 24, (evenTwo - oddTwo) / 24, last];
}

function inputAtPoints([d0, d1, d2, d3, d4, d5]: readonly number[]): number[] {
  const a = fround(d4 - fround(4 * d2));
  const b = fround(d3 - fround(4 * d1));
  const e = fround(d4 - d2);
  const f = fround(2 * fround(d3 - d1));
  return [
    fround(fround(fround(4 * d0) - fround(5 * d2)) + d4),
    fround(a + b),
    fround(a - b),
    fround(e + f),
    fround(e - f),
    fround(fround(fround(4 * d1) - fround(5 * d3)) + d5),
  ];
}

function outputOfPoints([m0, m1, m2, m3, m4, m5]: readonly number[], step: number): number[] {
  const s = fround(m1 + m2);
  const d = fround(m1 - m2);
  const t = fround(m3 + m4);
  const e = fround(m3 - m4);
  const first = fround(fround(m0 + s) + t);
  const second = fround(d + fround(2 * e));
  if (step === 2) return [first, fround(second + m5)];
  return [first, second, fround(s + fround(4 * t)), fround(fround(d + fround(8 * e)) + m5)];
}
