import { exp2 } from './functions';
import { high, join, keep, low } from './lanes';

/** What is done to whole rows of floats: a scale and a shift for each row, softmax. */

/** y = x [rows, count] · scale + shift, in float64, rounded once; scale and shift: float64 [rows]. y may be x. */
export function affineRows(x: i32, y: i32, rows: i32, count: i32, scale: i32, shift: i32): void {
  for (let r = 0; r < rows; r++, scale += 8, shift += 8) {
    const s = v128.load64_splat(scale);
    const t = v128.load64_splat(shift);
    const end = x + ((count & ~3) << 2);
    for (; x < end; x += 16, y += 16) {
      const v = v128.load(x);
      v128.store(y, join(f64x2.add(f64x2.mul(low(v), s), t), f64x2.add(f64x2.mul(high(v), s), t)));
    }
    const left = count & 3;
    if (left == 0) continue;
    const v = v128.load(x);
    keep(y, join(f64x2.add(f64x2.mul(low(v), s), t), f64x2.add(f64x2.mul(high(v), s), t)), left);
    x += left << 2;
    y += left << 2;
  }
}

/**
 * y = e^(x − max) / Σ e^(x − max) along each of `rows` rows of `count` numbers, summed in float64 from the first to the
 * last. scratch: (count + 3) · 8 bytes. y is not x.
 */
export function softmaxRows(x: i32, y: i32, rows: i32, count: i32, scratch: i32): void {
  for (let r = 0; r < rows; r++, x += count << 2, y += count << 2) {
    let most = load<f32>(x);
    let largest = f32x4.splat(most);
    let i = 0;
    for (; i + 4 <= count; i += 4) largest = f32x4.pmax(largest, v128.load(x + (i << 2)));
    for (; i < count; i++) largest = f32x4.pmax(largest, v128.load32_splat(x + (i << 2)));
    most = max(
      max(f32x4.extract_lane(largest, 0), f32x4.extract_lane(largest, 1)),
      max(f32x4.extract_lane(largest, 2), f32x4.extract_lane(largest, 3)),
    );
    const top = f64x2.splat(<f64>most);
    let sum: f64 = 0;
    // loops of their own for what V8 can pack into vectors of 256 bits, and for what it cannot
    for (i = 0; i < count; i += 4) {
      const v = v128.load(x + (i << 2));
      v128.store(scratch + (i << 3), low(v));
      v128.store(scratch + (i << 3), high(v), 16);
    }
    const end = scratch + (i << 3);
    for (let at = scratch; at < end; at += 32) {
      const a = exp2(f64x2.sub(v128.load(at), top));
      const b = exp2(f64x2.sub(v128.load(at, 16), top));
      v128.store(at, a);
      v128.store(at, b, 16);
      if (at == scratch) continue;
      // those before, while these are computed
      sum += load<f64>(at - 32);
      sum += load<f64>(at - 24);
      sum += load<f64>(at - 16);
      sum += load<f64>(at - 8);
    }
    for (let at = max(scratch, end - 32), last = scratch + (count << 3); at < last; at += 8) sum += load<f64>(at);
    const sums = f64x2.splat(sum);
    for (let at = scratch; at < end; at += 32) {
      const a = f64x2.div(v128.load(at), sums);
      const b = f64x2.div(v128.load(at, 16), sums);
      v128.store(at, a);
      v128.store(at, b, 16);
    }
    for (i = 0; i < count; i += 4) {
      const at = scratch + (i << 3);
      keep(y + (i << 2), join(v128.load(at), v128.load(at, 16)), count - i);
    }
  }
}

/**
 * The same down each column of x [count, columns], from the first row to the last. scratch: (count + 1) · 32 bytes. y is not
 * x.
 */
export function softmaxColumns(x: i32, y: i32, count: i32, columns: i32, scratch: i32): void {
  const step = columns << 2;
  for (let j = 0; j < columns; j += 4, x += 16, y += 16) {
    let largest = v128.load(x);
    for (let c = 1; c < count; c++) largest = f32x4.pmax(largest, v128.load(x + c * step));
    const end = scratch + (count << 5);
    v128.store(end, low(largest));
    v128.store(end, high(largest), 16);
    for (let c = 0; c < count; c++) {
      const v = v128.load(x + c * step);
      v128.store(scratch + (c << 5), low(v));
      v128.store(scratch + (c << 5), high(v), 16);
    }
    const topA = v128.load(end);
    const topB = v128.load(end, 16);
    let sumA = f64x2.splat(0);
    let sumB = f64x2.splat(0);
    for (let at = scratch; at < end; at += 32) {
      const a = exp2(f64x2.sub(v128.load(at), topA));
      const b = exp2(f64x2.sub(v128.load(at, 16), topB));
      sumA = f64x2.add(sumA, a);
      sumB = f64x2.add(sumB, b);
      v128.store(at, a);
      v128.store(at, b, 16);
    }
    for (let at = scratch; at < end; at += 32) {
      const a = f64x2.div(v128.load(at), sumA);
      const b = f64x2.div(v128.load(at, 16), sumB);
      v128.store(at, a);
      v128.store(at, b, 16);
    }
    for (let c = 0; c < count; c++) {
      const at = scratch + (c << 5);
      keep(y + c * step, join(v128.load(at), v128.load(at, 16)), columns - j);
    }
  }
}
