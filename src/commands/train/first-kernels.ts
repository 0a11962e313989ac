import { BUILTIN_KERNELS } from '../../models/kernels.js';

/** Kernels of one convolution. */
export interface Kernels {
  /** [M, C, kH, kW] */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A built-in kernel that one which was learnt is like; a negative cosine: like its negative. */
export interface Likeness {
  readonly kernel: string;
  readonly cosine: number;
}

/** Nearer than this a kernel is said to be like a built-in one. */
export const LIKE = 0.8;
/** Nearer than this two kernels of two trainings are called twins. */
export const TWIN = 0.9;

/**
 * The built-in kernel that each kernel is nearest to, as the angle between them tells: the same in every channel, brought
 * to the kernel's size between corners. Null: none has a cosine of ±0.8.
 */
export function likenesses({ shape: [M, C, kH, kW], data }: Kernels): (Likeness | null)[] {
  const size = C * kH * kW;
  const known = BUILTIN_KERNELS.filter(({ rows }) => rows.length <= kH && rows[0].length <= kW && kH * kW > 1).map(
    ({ name, rows }) => {
      const plane = resized(rows, kH, kW);
      return { name, values: Float32Array.from({ length: size }, (_, i) => plane[i % (kH * kW)]) };
    },
  );
  return Array.from({ length: M }, (_, m) => {
    const own = data.subarray(m * size, (m + 1) * size);
    let best: Likeness | null = null;
    for (const { name, values } of known) {
      const cosine = cosineOf(own, values);
      if (Math.abs(cosine) >= LIKE && Math.abs(cosine) > Math.abs(best?.cosine ?? 0)) best = { kernel: name, cosine };
    }
    return best;
  });
}

/** How many kernels have one that is nearly the same among others of their size. */
export function twinsAmong({ shape, data }: Kernels, others: Float32Array): number {
  const [M] = shape;
  const size = data.length / M;
  const one = (of: Float32Array, m: number) => of.subarray(m * size, (m + 1) * size);
  let found = 0;
  for (let m = 0; m < M; m++) {
    const own = one(data, m);
    for (let n = 0; n < M; n++) {
      if (cosineOf(own, one(others, n)) < TWIN) continue;
      found++;
      break;
    }
  }
  return found;
}

/** The cosine of the angle between two kernels, 0 where one of them is nothing but zeros. */
export function cosineOf(a: Float32Array, b: Float32Array): number {
  let [both, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    both += a[i] * b[i];
    ofA += a[i] * a[i];
    ofB += b[i] * b[i];
  }
  return ofA === 0 || ofB === 0 ? 0 : both / Math.sqrt(ofA * ofB);
}

/** A matrix at another size, straight lines between its numbers, corners on corners. */
export function resized(rows: readonly (readonly number[])[], height: number, width: number): number[] {
  const place = (i: number, side: number, own: number) => (side === 1 ? 0 : (i * (own - 1)) / (side - 1));
  const out: number[] = [];
  for (let u = 0; u < height; u++) {
    for (let v = 0; v < width; v++) {
      const [y, x] = [place(u, height, rows.length), place(v, width, rows[0].length)];
      const [top, left] = [Math.floor(y), Math.floor(x)];
      const [down, right] = [Math.min(top + 1, rows.length - 1), Math.min(left + 1, rows[0].length - 1)];
      const [fy, fx] = [y - top, x - left];
      const upper = rows[top][left] * (1 - fx) + rows[top][right] * fx;
      const lower = rows[down][left] * (1 - fx) + rows[down][right] * fx;
      out.push(upper * (1 - fy) + lower * fy);
    }
  }
  return out;
}
