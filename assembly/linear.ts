import { CHUNK, RUN } from './order';

/** to [count] = the floats at x + taps[i] bytes. */
export function gatherTaps(x: i32, taps: i32, count: i32, to: i32): void {
  for (let i = 0; i < count << 2; i += 4) store<f32>(to + i, load<f32>(x + load<i32>(taps + i)));
}

/**
 * y [M] (`yStep` bytes apart) = bias + weight [M, K] · x [K], summed as in order.ts. 8 rows at a time, one in each of 8
 * lanes, so that each weight is read once, in order. scratch: 96 bytes.
 */
export function linearRows(weight: i32, x: i32, bias: i32, M: i32, K: i32, y: i32, yStep: i32, scratch: i32): void {
  const row = K << 2;
  for (let m = 0; m < M; m += 8) {
    const rows = min(8, M - m);
    memory.fill(scratch + 32, 0, 64);
    for (let r = 0; r < rows; r++) store<f64>(scratch + 32 + (r << 3), <f64>load<f32>(bias + ((m + r) << 2)));
    for (let k = 0; k < K; k += CHUNK) {
      const from = weight + m * row + (k << 2);
      chunk(from, row, rows - 1, x + (k << 2), min(CHUNK, K - k), scratch);
      for (let i = 0; i < 32; i += 8) {
        const at = scratch + 32 + (i << 1);
        v128.store(at, f64x2.add(v128.load(at), f64x2.promote_low_f32x4(v128.load64_zero(scratch + i))));
      }
    }
    for (let r = 0; r < rows; r++) {
      store<f32>(y + (m + r) * yStep, <f32>load<f64>(scratch + 32 + (r << 3)));
    }
  }
}

/** sums [8] of K ≤ 256 taps; rows beyond `last` repeat it. */
function chunk(w: i32, row: i32, last: i32, x: i32, K: i32, sums: i32): void {
  const w1 = w + min(1, last) * row;
  const w2 = w + min(2, last) * row;
  const w3 = w + min(3, last) * row;
  const w4 = w + min(4, last) * row;
  const w5 = w + min(5, last) * row;
  const w6 = w + min(6, last) * row;
  const w7 = w + min(7, last) * row;
  for (let k = 0; k < K; k += RUN) {
    const end = min(k + RUN, K) << 2;
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let i = k << 2;
    for (; i + 16 <= end; i += 16) {
      const p0 = v128.load(w + i);
      const p1 = v128.load(w1 + i);
      const p2 = v128.load(w2 + i);
      const p3 = v128.load(w3 + i);
      const lowA = i32x4.shuffle(p0, p1, 0, 4, 1, 5);
      const lowB = i32x4.shuffle(p2, p3, 0, 4, 1, 5);
      const highA = i32x4.shuffle(p0, p1, 2, 6, 3, 7);
      const highB = i32x4.shuffle(p2, p3, 2, 6, 3, 7);
      const x0 = v128.load32_splat(x + i);
      const x1 = v128.load32_splat(x + i, 4);
      const x2 = v128.load32_splat(x + i, 8);
      const x3 = v128.load32_splat(x + i, 12);
      a = f32x4.add(a, f32x4.mul(i32x4.shuffle(lowA, lowB, 0, 1, 4, 5), x0));
      a = f32x4.add(a, f32x4.mul(i32x4.shuffle(lowA, lowB, 2, 3, 6, 7), x1));
      a = f32x4.add(a, f32x4.mul(i32x4.shuffle(highA, highB, 0, 1, 4, 5), x2));
      a = f32x4.add(a, f32x4.mul(i32x4.shuffle(highA, highB, 2, 3, 6, 7), x3));
      const q0 = v128.load(w4 + i);
      const q1 = v128.load(w5 + i);
      const q2 = v128.load(w6 + i);
      const q3 = v128.load(w7 + i);
      const lowC = i32x4.shuffle(q0, q1, 0, 4, 1, 5);
      const lowD = i32x4.shuffle(q2, q3, 0, 4, 1, 5);
      const highC = i32x4.shuffle(q0, q1, 2, 6, 3, 7);
      const highD = i32x4.shuffle(q2, q3, 2, 6, 3, 7);
      b = f32x4.add(b, f32x4.mul(i32x4.shuffle(lowC, lowD, 0, 1, 4, 5), x0));
      b = f32x4.add(b, f32x4.mul(i32x4.shuffle(lowC, lowD, 2, 3, 6, 7), x1));
      b = f32x4.add(b, f32x4.mul(i32x4.shuffle(highC, highD, 0, 1, 4, 5), x2));
      b = f32x4.add(b, f32x4.mul(i32x4.shuffle(highC, highD, 2, 3, 6, 7), x3));
    }
    for (; i < end; i += 4) {
      const s = v128.load32_splat(x + i);
      a = f32x4.add(a, f32x4.mul(four(w + i, w1 + i, w2 + i, w3 + i), s));
      b = f32x4.add(b, f32x4.mul(four(w4 + i, w5 + i, w6 + i, w7 + i), s));
    }
    if (k > 0) {
      a = f32x4.add(v128.load(sums), a);
      b = f32x4.add(v128.load(sums, 16), b);
    }
    v128.store(sums, a);
    v128.store(sums, b, 16);
  }
}

function four(a: i32, b: i32, c: i32, d: i32): v128 {
  const low = f32x4.replace_lane(f32x4.splat(load<f32>(a)), 1, load<f32>(b));
  return f32x4.replace_lane(f32x4.replace_lane(low, 2, load<f32>(c)), 3, load<f32>(d));
}
