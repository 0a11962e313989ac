import type { PatchRect } from '../core/job.js';
import type { Tensor } from '../core/tensor.js';

/**
 * The `count` squares of `side` pixels with the most structure: those of the highest energy Σ(x − mean)² where each
 * channel's own mean is taken away, so that plain colours, however strong, have none. One after the other, none
 * overlapping another; of equals the first in reading order. Fewer when no more fit, or when only flat ones are left.
 * x: [C, H, W]
 */
export function distinctivePatches(x: Tensor, side: number, count: number): PatchRect[] {
  const [, H, W] = x.shape;
  const energies = structureEnergies(x, side);
  const columns = W - side + 1;
  const found: PatchRect[] = [];
  while (found.length < count) {
    let best = 0;
    let at = -1;
    for (let y = 0; y + side <= H; y++) {
      const rivals = found.filter((rect) => Math.abs(rect.y - y) < side);
      for (let left = 0; left < columns; left++) {
        const energy = energies[y * columns + left];
        if (energy <= best || rivals.some((rect) => Math.abs(rect.x - left) < side)) continue;
        best = energy;
        at = y * columns + left;
      }
    }
    if (at < 0) break;
    found.push({ x: at % columns, y: Math.floor(at / columns), width: side, height: side });
  }
  return found;
}

/** The energy of the square at each position, [H − side + 1, W − side + 1]; what rounding leaves of a flat one is 0. */
function structureEnergies({ data, shape: [C, H, W] }: Tensor, side: number): Float64Array {
  const out = new Float64Array((H - side + 1) * (W - side + 1));
  const area = side * side;
  for (let c = 0; c < C; c++) {
    const plane = data.subarray(c * H * W, (c + 1) * H * W);
    const sums = integral(plane, H, W, (value) => value);
    const squares = integral(plane, H, W, (value) => value * value);
    for (let y = 0, o = 0; y + side <= H; y++) {
      for (let x = 0; x + side <= W; x++, o++) {
        const sum = inSquare(sums, W, x, y, side);
        const square = inSquare(squares, W, x, y, side);
        const energy = square - (sum * sum) / area;
        if (energy > FLAT * square) out[o] += energy;
      }
    }
  }
  return out;
}

/** Running sums of float64 lose less than this share. */
const FLAT = 1e-9;

/** Sums of everything above and left of each corner: [H + 1, W + 1]. */
function integral(plane: Float32Array, H: number, W: number, of: (value: number) => number): Float64Array {
  const out = new Float64Array((H + 1) * (W + 1));
  for (let y = 0; y < H; y++) {
    let row = 0;
    for (let x = 0; x < W; x++) {
      row += of(plane[y * W + x]);
      out[(y + 1) * (W + 1) + x + 1] = out[y * (W + 1) + x + 1] + row;
    }
  }
  return out;
}

function inSquare(sums: Float64Array, W: number, x: number, y: number, side: number): number {
  const [top, bottom] = [y * (W + 1), (y + side) * (W + 1)];
  return sums[bottom + x + side] - sums[bottom + x] - sums[top + x + side] + sums[top + x];
}
