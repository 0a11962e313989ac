import type { Heap } from './heap.js';

const SHORTEST = 8;
const LONGEST = 258;
const FARTHEST = 32_768;
const HASH_SHIFT = 32 - 13;
const HASH = 0x9e3779b1 | 0;
const HASH_HIGH = 0x85ebca77 | 0;
const PATIENCE = 3;
const LONGEST_STRIDE = 8;
const ADLER = 65_521;

/** The twins of assembly/deflate.ts: same arguments, same bytes, one at a time. */
export function deflateRoutines({ u8, i32 }: Heap) {
  /** 64 bits are more than a number of ours holds: byte by byte. */
  const put = (state: number, code: number, count: number): void => {
    const [bits, held, out] = [i32[state / 4], i32[state / 4 + 1], i32[state / 4 + 2]];
    let all = bits + code * 2 ** held;
    let total = held + count;
    let at = out;
    for (; total >= 8; total -= 8) {
      u8[at++] = all % 256;
      all = Math.floor(all / 256);
    }
    i32[state / 4] = all;
    i32[state / 4 + 1] = total;
    i32[state / 4 + 2] = at;
  };
  const fourOf = (p: number): number => u8[p] | (u8[p + 1] << 8) | (u8[p + 2] << 16) | (u8[p + 3] << 24);

  return {
    deflateScan(from: number, end: number, start: number, places: number, counts: number, tokens: number): number {
      let count = 0;
      let plain = from;
      let back = 1;
      const tell = (to: number, same: number, distance: number): void => {
        for (let p = plain; p < to; p++) i32[counts / 4 + u8[p]]++;
        i32.set([to - plain, same, distance], tokens / 4 + count++ * 3);
      };
      for (let p = from; p + SHORTEST <= end; ) {
        const hash = (Math.imul(fourOf(p), HASH) + Math.imul(fourOf(p + 4), HASH_HIGH)) >>> HASH_SHIFT;
        const seen = i32[places / 4 + hash];
        i32[places / 4 + hash] = p;
        const most = Math.min(end - p, LONGEST);
        const sameAt = (q: number): number => {
          let same = 0;
          if (q >= start && p - q <= FARTHEST) while (same < most && u8[p + same] === u8[q + same]) same++;
          return same;
        };
        const place = sameAt(p - back) >= SHORTEST ? p - back : seen;
        const same = sameAt(place);
        if (same < SHORTEST) {
          p += Math.min(1 + ((p - plain) >>> PATIENCE), LONGEST_STRIDE);
          continue;
        }
        back = p - place;
        tell(p, same, back);
        p += same;
        plain = p;
      }
      tell(end, 0, 0);
      return count;
    },

    deflateWrite(from: number, tokens: number, count: number, codes: number, distances: number, state: number): void {
      const putCode = (code: number): void => put(state, code & 0xffffff, code >>> 24);
      let p = from;
      for (let t = tokens / 4; t < tokens / 4 + count * 3; t += 3) {
        for (const plain = p + i32[t]; p < plain; p++) putCode(i32[codes / 4 + u8[p]]);
        const length = i32[t + 1];
        if (length === 0) continue;
        p += length;
        putCode(i32[codes / 4 + 256 + length]);
        const distance = i32[t + 2] - 1;
        const entry = distances / 4 + (distance < 256 ? distance : 256 + (distance >>> 7)) * 2;
        putCode(i32[entry]);
        put(state, distance & ((1 << i32[entry + 1]) - 1), i32[entry + 1]);
      }
    },

    adler32(x: number, count: number, before: number): number {
      let [a, b] = [before & 0xffff, before >>> 16];
      for (let p = x; p < x + count; p++) {
        a = (a + u8[p]) % ADLER;
        b = (b + a) % ADLER;
      }
      return (b << 16) | a;
    },

    crc32(x: number, count: number, before: number, table: number): number {
      let crc = ~before;
      for (let p = x; p < x + count; p++) crc = i32[table / 4 + ((crc ^ u8[p]) & 255)] ^ (crc >>> 8);
      return ~crc;
    },
  };
}
