import { high, join, low } from './lanes';

/**
 * Pools of whole planes where they lie, with nothing around them: cells of a window beyond its plane are left out.
 * x [planes, H, W] → y [planes, oH, oW]; windows kH×kW in steps of sH, sW, the first `top` and `left` cells before the plane.
 * Nothing beyond x and y is read or written.
 */

/** The largest of each window, the first of equals (+0 and −0 are equal); NaN wins; −∞ where a window has no cell. */
export function maxWindows(
  x: i32,
  planes: i32,
  H: i32,
  W: i32,
  y: i32,
  oH: i32,
  oW: i32,
  kH: i32,
  kW: i32,
  sH: i32,
  sW: i32,
  top: i32,
  left: i32,
): void {
  const first = firstInside(oW, sW, left);
  const behind = endInside(first, oW, W, kW, sW, left);
  const kind = kindOf(kW, sW);
  for (let p = 0; p < planes; p++, x += (H * W) << 2) {
    for (let i = 0; i < oH; i++, y += oW << 2) {
      const row = i * sH - top;
      const from = x + ((max(row, 0) * W - left) << 2);
      const rows = min(row + kH, H) - max(row, 0);
      // a sum is NaN when a term is (or when infinities of both signs meet, which only costs time)
      let sums = f32x4.splat(0);
      for (let j = first; j < behind; j += 4) {
        const o = min(j, behind - 4);
        let best = f32x4.splat(f32.NEGATIVE_INFINITY);
        let sum = f32x4.splat(0);
        let line = from + ((o * sW) << 2);
        if (kind == 1) {
          for (let u = 0; u < rows; u++, line += W << 2) {
            const a = v128.load(line);
            const b = v128.load(line, 16);
            const even = v128.shuffle<i32>(a, b, 0, 2, 4, 6);
            const odd = v128.shuffle<i32>(a, b, 1, 3, 5, 7);
            const next = v128.shuffle<i32>(even, v128.load32_splat(line, 32), 1, 2, 3, 7);
            best = f32x4.pmax(f32x4.pmax(f32x4.pmax(best, even), odd), next);
            sum = f32x4.add(sum, f32x4.add(f32x4.add(even, odd), next));
          }
        } else if (kind == 2) {
          for (let u = 0; u < rows; u++, line += W << 2) {
            const a = v128.load(line);
            const b = v128.load(line, 16);
            const even = v128.shuffle<i32>(a, b, 0, 2, 4, 6);
            const odd = v128.shuffle<i32>(a, b, 1, 3, 5, 7);
            best = f32x4.pmax(f32x4.pmax(best, even), odd);
            sum = f32x4.add(sum, f32x4.add(even, odd));
          }
        } else {
          for (let u = 0; u < rows; u++, line += W << 2) {
            for (let v = 0; v < kW; v++) {
              const c = four(line + (v << 2), sW);
              best = f32x4.pmax(best, c);
              sum = f32x4.add(sum, c);
            }
          }
        }
        v128.store(y + (o << 2), best);
        sums = f32x4.add(sums, sum);
      }
      const isDone = behind > 0 && !v128.any_true(f32x4.ne(sums, sums));
      for (let o = 0; o < oW; o++) {
        if (isDone && o == first) o = behind;
        if (o == oW) break;
        largest(from + ((o * sW) << 2), W, rows, kW, o * sW - left, y + (o << 2));
      }
    }
  }
}

/** What windows are told apart by: 1: three cells wide in steps of two; 2: two in steps of two; 0: others. */
function kindOf(kW: i32, sW: i32): i32 {
  if (sW != 2) return 0;
  return kW == 3 ? 1 : kW == 2 ? 2 : 0;
}

/** The first output whose window begins within its row. */
function firstInside(oW: i32, sW: i32, left: i32): i32 {
  return min(oW, (left + sW - 1) / sW);
}

/** Behind the last output whose window ends within its row; 0: there are not four, or they are too far apart. */
function endInside(first: i32, oW: i32, W: i32, kW: i32, sW: i32, left: i32): i32 {
  const room = W - kW + left;
  const end = room < 0 ? 0 : min(oW, room / sW + 1);
  return sW > 2 || end - first < 4 ? 0 : end;
}

/** Four numbers from `at` on, one after another or every second one. */
function four(at: i32, step: i32): v128 {
  const a = v128.load(at);
  // the seventh is the last that is needed
  return step == 1 ? a : v128.shuffle<i32>(a, v128.load(at, 12), 0, 2, 5, 7);
}

/** One window whose first cell lies at `from`, in column `column`, which may lie before the row's first. */
function largest(from: i32, W: i32, rows: i32, kW: i32, column: i32, y: i32): void {
  const begin = max(0, -column);
  const end = min(kW, W - column);
  let best: f32 = f32.NEGATIVE_INFINITY;
  for (let u = 0; u < rows; u++, from += W << 2) {
    for (let v = begin; v < end; v++) {
      const value = load<f32>(from + (v << 2));
      if (value > best || F32.isNaN(value)) best = value;
    }
  }
  store<f32>(y, best);
}

/**
 * The mean of each window: its cells summed in float64, row by row, divided by down[i] · across[j] (float64 [oH], [oW]),
 * rounded once.
 */
export function meanWindows(
  x: i32,
  planes: i32,
  H: i32,
  W: i32,
  y: i32,
  oH: i32,
  oW: i32,
  kH: i32,
  kW: i32,
  sH: i32,
  sW: i32,
  top: i32,
  left: i32,
  down: i32,
  across: i32,
): void {
  const first = firstInside(oW, sW, left);
  const behind = endInside(first, oW, W, kW, sW, left);
  const kind = kindOf(kW, sW);
  for (let p = 0; p < planes; p++, x += (H * W) << 2) {
    for (let i = 0; i < oH; i++, y += oW << 2) {
      const row = i * sH - top;
      const from = x + ((max(row, 0) * W - left) << 2);
      const rows = min(row + kH, H) - max(row, 0);
      const tall = load<f64>(down + (i << 3));
      const talls = f64x2.splat(tall);
      for (let j = first; j < behind; j += 4) {
        const o = min(j, behind - 4);
        let a = f64x2.splat(0);
        let b = a;
        let line = from + ((o * sW) << 2);
        if (kind > 0) {
          for (let u = 0; u < rows; u++, line += W << 2) {
            const c = v128.load(line);
            const d = v128.load(line, 16);
            const even = v128.shuffle<i32>(c, d, 0, 2, 4, 6);
            const odd = v128.shuffle<i32>(c, d, 1, 3, 5, 7);
            a = f64x2.add(f64x2.add(a, low(even)), low(odd));
            b = f64x2.add(f64x2.add(b, high(even)), high(odd));
            if (kind == 2) continue;
            const next = v128.shuffle<i32>(even, v128.load32_splat(line, 32), 1, 2, 3, 7);
            a = f64x2.add(a, low(next));
            b = f64x2.add(b, high(next));
          }
        } else {
          for (let u = 0; u < rows; u++, line += W << 2) {
            for (let v = 0; v < kW; v++) {
              const c = four(line + (v << 2), sW);
              a = f64x2.add(a, low(c));
              b = f64x2.add(b, high(c));
            }
          }
        }
        const wide = across + (o << 3);
        a = f64x2.div(a, f64x2.mul(talls, v128.load(wide)));
        b = f64x2.div(b, f64x2.mul(talls, v128.load(wide, 16)));
        v128.store(y + (o << 2), join(a, b));
      }
      for (let o = 0; o < oW; o++) {
        if (behind > 0 && o == first) o = behind;
        if (o == oW) break;
        const column = o * sW - left;
        const sum = sumOf(from + ((o * sW) << 2), W, rows, max(0, -column), min(kW, W - column));
        store<f32>(y + (o << 2), <f32>(sum / (tall * load<f64>(across + (o << 3)))));
      }
    }
  }
}

function sumOf(from: i32, W: i32, rows: i32, begin: i32, end: i32): f64 {
  let sum: f64 = 0;
  for (let u = 0; u < rows; u++, from += W << 2) {
    for (let v = begin; v < end; v++) sum += <f64>load<f32>(from + (v << 2));
  }
  return sum;
}
