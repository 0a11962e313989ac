/** What every value of a finished map goes through: its facts, its greys. */

/**
 * Of `count` floats at `x`: their sum (float64, even places and odd ones apart, then together) at `out`, the smallest and
 * the largest (float32) at `out` + 8 and + 12, how many are above zero (int32) at `out` + 16. A NaN is in the sum alone.
 */
export function sumMap(x: i32, count: i32, out: i32): void {
  let sum = f64x2.splat(0);
  let min = f32x4.splat(f32.POSITIVE_INFINITY);
  let max = f32x4.splat(f32.NEGATIVE_INFINITY);
  let firing = i32x4.splat(0);
  const zero = f32x4.splat(0);
  const end = x + ((count & ~3) << 2);
  for (let p = x; p < end; p += 16) {
    const v = v128.load(p);
    sum = f64x2.add(sum, f64x2.promote_low_f32x4(v));
    sum = f64x2.add(sum, f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3)));
    min = f32x4.pmin(min, v);
    max = f32x4.pmax(max, v);
    firing = i32x4.sub(firing, f32x4.gt(v, zero));
  }
  let even = f64x2.extract_lane(sum, 0);
  let odd = f64x2.extract_lane(sum, 1);
  let lo = least(f32x4.extract_lane(min, 0), f32x4.extract_lane(min, 1));
  lo = least(least(lo, f32x4.extract_lane(min, 2)), f32x4.extract_lane(min, 3));
  let hi = most(f32x4.extract_lane(max, 0), f32x4.extract_lane(max, 1));
  hi = most(most(hi, f32x4.extract_lane(max, 2)), f32x4.extract_lane(max, 3));
  let above = i32x4.extract_lane(firing, 0) + i32x4.extract_lane(firing, 1);
  above += i32x4.extract_lane(firing, 2) + i32x4.extract_lane(firing, 3);
  for (let i = count & ~3; i < count; i++) {
    const v = load<f32>(x + (i << 2));
    if (i & 1) odd += <f64>v;
    else even += <f64>v;
    lo = least(lo, v);
    hi = most(hi, v);
    if (v > 0) above++;
  }
  store<f64>(out, even + odd);
  store<f32>(out, lo, 8);
  store<f32>(out, hi, 12);
  store<i32>(out, above, 16);
}

function least(a: f32, b: f32): f32 {
  return b < a ? b : a;
}

function most(a: f32, b: f32): f32 {
  return a < b ? b : a;
}

/**
 * `count` floats at `x` as bytes at `y`: (v − lo) / range · max + start, cut to a whole number; max is 255, start 0.5. What lies
 * below `lo`, and NaN, is 0, what lies above `hi` is 255: how many of each stands at `out` (int32: below, above, NaN).
 */
export function drawMap(
  x: i32,
  count: i32,
  y: i32,
  lo: f64,
  hi: f64,
  range: f64,
  max: f64,
  start: f64,
  out: i32,
): void {
  const los = f64x2.splat(lo);
  const his = f64x2.splat(hi);
  const ranges = f64x2.splat(range);
  const most = f64x2.splat(max);
  const starts = f64x2.splat(start);
  let below = i64x2.splat(0);
  let above = i64x2.splat(0);
  let nan = i32x4.splat(0);
  const eights = count & ~7;
  for (let i = 0; i < eights; i += 8) {
    const v = v128.load(x + (i << 2));
    const w = v128.load(x + (i << 2), 16);
    nan = i32x4.sub(i32x4.sub(nan, f32x4.ne(v, v)), f32x4.ne(w, w));
    const a = f64x2.promote_low_f32x4(v);
    const b = f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3));
    const c = f64x2.promote_low_f32x4(w);
    const d = f64x2.promote_low_f32x4(v128.shuffle<f32>(w, w, 2, 3, 2, 3));
    below = i64x2.add(below, i64x2.add(f64x2.lt(a, los), f64x2.lt(b, los)));
    below = i64x2.add(below, i64x2.add(f64x2.lt(c, los), f64x2.lt(d, los)));
    above = i64x2.add(above, i64x2.add(f64x2.gt(a, his), f64x2.gt(b, his)));
    above = i64x2.add(above, i64x2.add(f64x2.gt(c, his), f64x2.gt(d, his)));
    const first = v128.shuffle<i32>(
      wholes(a, los, ranges, most, starts),
      wholes(b, los, ranges, most, starts),
      0,
      1,
      4,
      5,
    );
    const second = v128.shuffle<i32>(
      wholes(c, los, ranges, most, starts),
      wholes(d, los, ranges, most, starts),
      0,
      1,
      4,
      5,
    );
    const words = i16x8.narrow_i32x4_s(first, second);
    v128.store64_lane(y + i, i8x16.narrow_i16x8_u(words, words), 0);
  }
  // masks are −1
  let belows = 0;
  let aboves = 0;
  belows -= (i64x2.extract_lane(below, 0) + i64x2.extract_lane(below, 1)) as i32;
  aboves -= (i64x2.extract_lane(above, 0) + i64x2.extract_lane(above, 1)) as i32;
  let nans = i32x4.extract_lane(nan, 0) + i32x4.extract_lane(nan, 1);
  nans += i32x4.extract_lane(nan, 2) + i32x4.extract_lane(nan, 3);
  for (let i = eights; i < count; i++) {
    const v = <f64>load<f32>(x + (i << 2));
    if (v >= lo && v <= hi) store<u8>(y + i, <u8>(((v - lo) / range) * max + start));
    else store<u8>(y + i, v > hi ? 255 : 0);
    if (v < lo) belows++;
    else if (v > hi) aboves++;
    else if (!(v <= hi)) nans++;
  }
  store<i32>(out, belows);
  store<i32>(out, aboves, 4);
  store<i32>(out, nans, 8);
}

function wholes(v: v128, lo: v128, range: v128, max: v128, start: v128): v128 {
  return i32x4.trunc_sat_f64x2_s_zero(f64x2.add(f64x2.mul(f64x2.div(f64x2.sub(v, lo), range), max), start));
}

/**
 * Of `count` numbers of 32 bits at `x`, which rise as the floats they are once those of negative ones are turned: how often
 * each half that `shift` leaves, with `turn` flipped, occurs where the bits in `mask` are `wanted`; added to 65,536 counts
 * (int32) at `counts`. Where all numbers count (mask 0), those of odd places are added to 65,536 counts behind them: neighbours
 * are often equal, and one count would wait for the other.
 */
export function countHalves(x: i32, count: i32, mask: i32, wanted: i32, shift: i32, turn: i32, counts: i32): void {
  const masks = i32x4.splat(mask);
  const wanteds = i32x4.splat(wanted);
  const odd = mask == 0 ? counts + HALVES : counts;
  const fours = x + ((count & ~3) << 2);
  let p = x;
  for (; p < fours; p += 16) {
    const bits = v128.load(p);
    const rising = v128.xor(bits, i32x4.shr_u(i32x4.shr_s(bits, 31), 1));
    const found = i32x4.eq(v128.and(rising, masks), wanteds);
    if (!v128.any_true(found)) continue;
    const halves = v128.xor(v128.and(i32x4.shr_u(rising, shift), i32x4.splat(0xffff)), i32x4.splat(turn));
    if (i32x4.extract_lane(found, 0)) addTo(counts + (i32x4.extract_lane(halves, 0) << 2));
    if (i32x4.extract_lane(found, 1)) addTo(odd + (i32x4.extract_lane(halves, 1) << 2));
    if (i32x4.extract_lane(found, 2)) addTo(counts + (i32x4.extract_lane(halves, 2) << 2));
    if (i32x4.extract_lane(found, 3)) addTo(odd + (i32x4.extract_lane(halves, 3) << 2));
  }
  for (const end = x + (count << 2); p < end; p += 4) {
    const bits = load<i32>(p);
    const rising = bits ^ (((bits >> 31) as u32) >>> 1);
    if ((rising & mask) != wanted) continue;
    const table = (p - x) & 4 ? odd : counts;
    addTo(table + (((((rising as u32) >>> shift) & 0xffff) ^ turn) << 2));
  }
}

/** Bytes of 65,536 counts. */
const HALVES = 262_144;

function addTo(at: i32): void {
  store<i32>(at, load<i32>(at) + 1);
}
