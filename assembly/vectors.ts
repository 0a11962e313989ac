import { chunk4x8 } from './gemm';
import { high, join, keep, low } from './lanes';
import { CHUNK } from './order';

/** Where the totals lie behind a tile's sums: 8 in float64 for each row. */
const TOTALS: i32 = 128;

/**
 * y [rows, count], rows yRow bytes apart = bias [count] + rows · columns, summed as in order.ts. a: panels of 4 rows, each
 * [K, 4], as packWeights makes them; b: panels of 8 columns, each [K, 8]. scratch: 128 bytes, and 256 for each panel of rows.
 * Reads up to seven biases more than there are. Chunk by chunk, so that a panel of columns stays in the first cache.
 */
export function gemmRows(
  a: i32,
  b: i32,
  K: i32,
  rows: i32,
  count: i32,
  bias: i32,
  y: i32,
  yRow: i32,
  scratch: i32,
): void {
  for (let n = 0; n < count; n += 8) {
    const here = count - n;
    const s0 = v128.load(bias);
    const s1 = v128.load(bias, 16);
    for (let k = 0; k < K; k += CHUNK) {
      const kc = min(CHUNK, K - k);
      let from = a + (k << 4);
      let total = scratch + TOTALS;
      let to = y;
      for (let m = 0; m < rows; m += 4) {
        chunk4x8(from, b + (k << 5), kc, scratch);
        const end = scratch + (min(4, rows - m) << 5);
        for (let sums = scratch; sums < end; sums += 32) {
          const c0 = v128.load(sums);
          const c1 = v128.load(sums, 16);
          if (K <= CHUNK) {
            put(to, f32x4.add(s0, c0), f32x4.add(s1, c1), here);
          } else {
            const first = k == 0;
            const t0 = f64x2.add(first ? low(s0) : v128.load(total), low(c0));
            const t1 = f64x2.add(first ? high(s0) : v128.load(total, 16), high(c0));
            const t2 = f64x2.add(first ? low(s1) : v128.load(total, 32), low(c1));
            const t3 = f64x2.add(first ? high(s1) : v128.load(total, 48), high(c1));
            if (k + kc == K) {
              put(to, join(t0, t1), join(t2, t3), here);
            } else {
              v128.store(total, t0);
              v128.store(total, t1, 16);
              v128.store(total, t2, 32);
              v128.store(total, t3, 48);
            }
            total += 64;
          }
          to += yRow;
        }
        from += K << 4;
      }
    }
    b += K << 5;
    bias += 32;
    y += 32;
  }
}

/** The first `count` of eight numbers. */
function put(to: i32, v: v128, w: v128, count: i32): void {
  if (count >= 8) {
    v128.store(to, v);
    v128.store(to, w, 16);
    return;
  }
  keep(to, v, count);
  if (count > 4) keep(to + 16, w, count - 4);
}
