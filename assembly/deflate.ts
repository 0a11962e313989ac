/** What a picture's bytes go through on their way into a PNG: matches, bits, check sums. */

/** Bytes a match has at least: fewer cost as many bits as they do by themselves, in a map of a photograph. */
const SHORTEST = 8;
const LONGEST = 258;
/** How far back a match may lie. */
const FARTHEST = 32_768;
/** The table of places has 2^13 of them. */
const HASH_SHIFT = 32 - 13;
const HASH: u32 = 0x9e3779b1;
const HASH_HIGH: u32 = 0x85ebca77;
/** After eight bytes without a match every second place is looked at, after eight more every third, at last every eighth. */
const PATIENCE = 3;
const LONGEST_STRIDE = 8;

/**
 * Finds what the bytes from … end−1 repeat of those before them, back to `start` (all are addresses).
 * places: 2^13 addresses (int32), one for each hash of eight bytes, where such bytes were seen last; 0 when never
 * counts: two tables of 256 (int32), together how often each byte stands for itself
 * tokens: (bytes that stand for themselves, length of the match behind them, its distance) of int32; the last match is 0 long
 * @returns how many tokens
 */
export function deflateScan(from: i32, end: i32, start: i32, places: i32, counts: i32, tokens: i32): i32 {
  let token = tokens;
  let plain = from;
  let p = from;
  // how far back the last match lay: the next one is often its neighbour
  let back = 1;
  const last = end - SHORTEST;
  while (p <= last) {
    const bytes = load<u64>(p);
    const hash = ((bytes as u32) * HASH + ((bytes >>> 32) as u32) * HASH_HIGH) >>> HASH_SHIFT;
    const place = places + (hash << 2);
    let seen = load<i32>(place);
    store<i32>(place, p);
    if (p - back >= start && bytes == load<u64>(p - back)) seen = p - back;
    if (seen < start || p - seen > FARTHEST || bytes != load<u64>(seen)) {
      p += min(1 + ((p - plain) >>> PATIENCE), LONGEST_STRIDE);
      continue;
    }
    back = p - seen;
    const same = matching(p, seen, min(end - p, LONGEST));
    countBytes(plain, p, counts);
    store<i32>(token, p - plain);
    store<i32>(token, same, 4);
    store<i32>(token, p - seen, 8);
    token += 12;
    p += same;
    plain = p;
  }
  countBytes(plain, end, counts);
  store<i32>(token, end - plain);
  store<i32>(token, 0, 4);
  store<i32>(token, 0, 8);
  return (token - tokens) / 12 + 1;
}

/** How many bytes at p and at q are the same, `most` at most; the first eight are. */
function matching(p: i32, q: i32, most: i32): i32 {
  let n = SHORTEST;
  while (n + 8 <= most) {
    const differs = load<u64>(p + n) ^ load<u64>(q + n);
    if (differs != 0) return n + ((ctz(differs) >>> 3) as i32);
    n += 8;
  }
  while (n < most && load<u8>(p + n) == load<u8>(q + n)) n++;
  return n;
}

/** Neighbours are often equal: two tables, so that one count need not wait for the other. */
function countBytes(from: i32, end: i32, counts: i32): void {
  let p = from;
  for (; p + 4 <= end; p += 4) {
    const four = load<u32>(p);
    add(counts + ((four & 255) << 2));
    add(counts + 1024 + (((four >>> 8) & 255) << 2));
    add(counts + (((four >>> 16) & 255) << 2));
    add(counts + 1024 + ((four >>> 24) << 2));
  }
  for (; p < end; p++) add(counts + ((load<u8>(p) as i32) << 2));
}

function add(at: i32): void {
  store<i32>(at, load<i32>(at) + 1);
}

/**
 * Writes the bits of `count` tokens of the bytes at `from`, from the lowest of a byte up.
 * codes: of each byte and each length of a match (256 + length) its bits | their number << 24 (int32)
 * distances: of each distance of at most 256, then of each 128th up (256 + (distance − 1 >> 7)), the same without its last bits; how many of those it has
 *   stands in the int32 behind
 * state: address of the bits that are waiting (int32), how many they are (int32, < 8), where the next byte goes (int32)
 */
export function deflateWrite(from: i32, tokens: i32, count: i32, codes: i32, distances: i32, state: i32): void {
  let bits = load<i32>(state) as u64;
  let held = load<i32>(state, 4);
  let out = load<i32>(state, 8);
  let p = from;
  for (let t = tokens, end = tokens + count * 12; t < end; t += 12) {
    const plain = p + load<i32>(t);
    for (; p + 4 <= plain; p += 4) {
      const four = load<u32>(p);
      const a = load<u32>(codes + ((four & 255) << 2));
      bits |= ((a & MASK) as u64) << held;
      held += a >>> 24;
      const b = load<u32>(codes + (((four >>> 8) & 255) << 2));
      bits |= ((b & MASK) as u64) << held;
      held += b >>> 24;
      const c = load<u32>(codes + (((four >>> 16) & 255) << 2));
      bits |= ((c & MASK) as u64) << held;
      held += c >>> 24;
      const d = load<u32>(codes + ((four >>> 24) << 2));
      bits |= ((d & MASK) as u64) << held;
      held += d >>> 24;
      store<u64>(out, bits);
      out += held >>> 3;
      bits >>= held & ~7;
      held &= 7;
    }
    for (; p < plain; p++) {
      const a = load<u32>(codes + ((load<u8>(p) as u32) << 2));
      bits |= ((a & MASK) as u64) << held;
      held += a >>> 24;
      store<u64>(out, bits);
      out += held >>> 3;
      bits >>= held & ~7;
      held &= 7;
    }
    const length = load<i32>(t, 4);
    if (length == 0) continue;
    p += length;
    const a = load<u32>(codes + ((256 + length) << 2));
    bits |= ((a & MASK) as u64) << held;
    held += a >>> 24;
    const distance = load<i32>(t, 8) - 1;
    const entry = distances + ((distance < 256 ? distance : 256 + (distance >>> 7)) << 3);
    const b = load<u32>(entry);
    const rest = load<u32>(entry, 4);
    bits |= ((b & MASK) as u64) << held;
    held += b >>> 24;
    bits |= ((distance & ((1 << rest) - 1)) as u64) << held;
    held += rest;
    store<u64>(out, bits);
    out += held >>> 3;
    bits >>= held & ~7;
    held &= 7;
  }
  store<i32>(state, bits as i32);
  store<i32>(state, held, 4);
  store<i32>(state, out, 8);
}

/** The Adler-32 of what came before (1 at first) and `count` bytes at `x`. */
export function adler32(x: i32, count: i32, before: i32): i32 {
  let a = (before as u32) & 0xffff;
  let b = (before as u32) >>> 16;
  const first = i16x8(16, 15, 14, 13, 12, 11, 10, 9);
  const second = i16x8(8, 7, 6, 5, 4, 3, 2, 1);
  let p = x;
  const end = x + count;
  while (p + 16 <= end) {
    // so many that no sum leaves its 32 bits
    const stop = min(p + 4096, p + ((end - p) & ~15));
    const turns = ((stop - p) >>> 4) as u32;
    let sums = i32x4.splat(0);
    let before = i32x4.splat(0);
    let weighted = i32x4.splat(0);
    for (; p < stop; p += 16) {
      const v = v128.load(p);
      before = i32x4.add(before, sums);
      sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(v)));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(v), first));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(v), second));
    }
    b = (b + 16 * turns * a + 16 * total(before) + total(weighted)) % ADLER;
    a = (a + total(sums)) % ADLER;
  }
  for (; p < end; p++) {
    a = (a + (load<u8>(p) as u32)) % ADLER;
    b = (b + a) % ADLER;
  }
  return ((b << 16) | a) as i32;
}

const ADLER: u32 = 65_521;

function total(v: v128): u32 {
  const sum = i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3);
  return sum as u32;
}

/** The CRC-32 of what came before (0 at first) and `count` bytes at `x`. table: what each byte does 0 … 7 places before the end, [8, 256] int32 */
export function crc32(x: i32, count: i32, before: i32, table: i32): i32 {
  let crc: u32 = ~before as u32;
  let p = x;
  const end = x + count;
  for (; p + 8 <= end; p += 8) {
    const low = load<u32>(p) ^ crc;
    const high = load<u32>(p, 4);
    crc =
      load<u32>(table + ((low & 255) << 2), 7168) ^
      load<u32>(table + (((low >>> 8) & 255) << 2), 6144) ^
      load<u32>(table + (((low >>> 16) & 255) << 2), 5120) ^
      load<u32>(table + ((low >>> 24) << 2), 4096) ^
      load<u32>(table + ((high & 255) << 2), 3072) ^
      load<u32>(table + (((high >>> 8) & 255) << 2), 2048) ^
      load<u32>(table + (((high >>> 16) & 255) << 2), 1024) ^
      load<u32>(table + ((high >>> 24) << 2));
  }
  for (; p < end; p++) crc = load<u32>(table + (((crc ^ (load<u8>(p) as u32)) & 255) << 2)) ^ (crc >>> 8);
  return ~crc as i32;
}

const MASK: u32 = 0xffffff;
