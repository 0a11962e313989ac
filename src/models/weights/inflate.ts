import { CnnvizError } from '../../core/errors.js';

/** The base and the extra bits of each length and distance code. Source: RFC 1951, 3.2.5 */
const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
];
const DISTANCE_EXTRA = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const MAX_BITS = 15;
/** Codes of at most so many bits are looked up at once. */
const TABLE_BITS = 10;

/** A canonical Huffman code: how many codes have each length, and their symbols in order. */
interface Huffman {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
  /** By the next bits, the first one lowest: 16 · symbol + length; 0: a longer code, or none. */
  readonly table: Uint16Array;
}

function refuse(what: string): never {
  throw new CnnvizError('format', `compressed data: ${what}`, { fix: 'the file is damaged: copy it again' });
}

function huffman(lengths: Uint8Array): Huffman {
  const counts = new Uint16Array(MAX_BITS + 1);
  for (const length of lengths) counts[length]++;
  let left = 1;
  for (let bits = 1; bits <= MAX_BITS; bits++) {
    left = left * 2 - counts[bits];
    if (left < 0) refuse('more codes than bits allow');
  }
  const offsets = new Uint16Array(MAX_BITS + 2);
  for (let bits = 1; bits <= MAX_BITS; bits++) offsets[bits + 1] = offsets[bits] + counts[bits];
  const symbols = new Uint16Array(lengths.length);
  for (const [symbol, length] of lengths.entries()) if (length !== 0) symbols[offsets[length]++] = symbol;
  return { counts, symbols, table: tableOf(counts, symbols) };
}

function tableOf(counts: Uint16Array, symbols: Uint16Array): Uint16Array {
  const table = new Uint16Array(1 << TABLE_BITS);
  let [code, index] = [0, 0];
  for (let length = 1; length <= TABLE_BITS; length++, code <<= 1) {
    for (let i = 0; i < counts[length]; i++, code++) {
      // codes begin with their highest bit, bytes with their lowest
      let start = 0;
      for (let bit = 0; bit < length; bit++) start |= ((code >> bit) & 1) << (length - 1 - bit);
      const entry = 16 * symbols[index++] + length;
      for (let at = start; at < table.length; at += 1 << length) table[at] = entry;
    }
  }
  return table;
}

/** The codes of blocks without tables of their own. */
function fixedCodes(): [Huffman, Huffman] {
  const lengths = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280);
  return [huffman(lengths), huffman(new Uint8Array(30).fill(5))];
}

/**
 * Unpacks raw DEFLATE data of a known size. @throws CnnvizError 'format' when it is damaged, or longer or shorter
 * Source: RFC 1951; Mark Adler's puff.c for the decoding of canonical codes
 */
export function inflate(bytes: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  const { length } = bytes;
  let [at, to] = [0, 0];
  // bits that were read ahead, the first one lowest
  let [bits, count] = [0, 0];

  const take = (need: number): number => {
    for (; count < need; count += 8) {
      if (at >= length) refuse('ends too early');
      bits |= bytes[at++] << count;
    }
    const value = bits & ((1 << need) - 1);
    bits >>>= need;
    count -= need;
    return value;
  };
  const symbolOf = (code: Huffman): number => {
    for (; count < MAX_BITS && at < length; count += 8) bits |= bytes[at++] << count;
    const entry = code.table[bits & ((1 << TABLE_BITS) - 1)];
    const used = entry & 15;
    if (entry === 0 || used > count) return slowSymbolOf(code);
    bits >>>= used;
    count -= used;
    return entry >> 4;
  };
  const slowSymbolOf = ({ counts, symbols }: Huffman): number => {
    let [code, first, index] = [0, 0, 0];
    for (let bit = 1; bit <= MAX_BITS; bit++) {
      code |= take(1);
      const codes = counts[bit];
      if (code - codes < first) return symbols[index + (code - first)];
      index += codes;
      first = (first + codes) << 1;
      code <<= 1;
    }
    return refuse('an unknown code');
  };
  const stored = (): void => {
    // the rest of a byte is left out, whole bytes are given back
    at -= count >> 3;
    [bits, count] = [0, 0];
    if (at + 4 > length) refuse('ends too early');
    const size16 = bytes[at] | (bytes[at + 1] << 8);
    const check = bytes[at + 2] | (bytes[at + 3] << 8);
    at += 4;
    if (size16 !== (~check & 0xffff)) refuse('a stored block whose length does not fit its check');
    if (at + size16 > length) refuse('ends too early');
    if (to + size16 > size) refuse(`longer than the ${size} bytes it claims`);
    out.set(bytes.subarray(at, at + size16), to);
    at += size16;
    to += size16;
  };
  const coded = (literals: Huffman, distances: Huffman): void => {
    for (;;) {
      const symbol = symbolOf(literals);
      if (symbol === 256) return;
      if (symbol < 256) {
        if (to >= size) refuse(`longer than the ${size} bytes it claims`);
        out[to++] = symbol;
        continue;
      }
      if (symbol > 285) refuse('an unknown length');
      const run = LENGTH_BASE[symbol - 257] + take(LENGTH_EXTRA[symbol - 257]);
      const code = symbolOf(distances);
      const distance = DISTANCE_BASE[code] + take(DISTANCE_EXTRA[code]);
      if (distance > to) refuse('refers to before its beginning');
      if (to + run > size) refuse(`longer than the ${size} bytes it claims`);
      // what is copied may be what was just written
      for (let from = to - distance, end = to + run; to < end; ) out[to++] = out[from++];
    }
  };
  const tables = (): [Huffman, Huffman] => {
    const [literals, distances, codes] = [take(5) + 257, take(5) + 1, take(4) + 4];
    if (literals > 286 || distances > 30) refuse('too many codes');
    const order = new Uint8Array(19);
    for (let i = 0; i < codes; i++) order[CODE_ORDER[i]] = take(3);
    const meta = huffman(order);
    const lengths = new Uint8Array(literals + distances);
    for (let i = 0; i < lengths.length; ) {
      const symbol = symbolOf(meta);
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) refuse('repeats a length before the first');
      const repeated = symbol === 16 ? lengths[i - 1] : 0;
      const times = symbol === 16 ? 3 + take(2) : symbol === 17 ? 3 + take(3) : 11 + take(7);
      if (i + times > lengths.length) refuse('too many lengths');
      lengths.fill(repeated, i, i + times);
      i += times;
    }
    return [huffman(lengths.subarray(0, literals)), huffman(lengths.subarray(literals))];
  };

  for (let last = 0; last === 0; ) {
    last = take(1);
    const kind = take(2);
    if (kind === 0) stored();
    else if (kind === 1) coded(...fixedCodes());
    else if (kind === 2) coded(...tables());
    else refuse('an unknown kind of block');
  }
  if (to !== size) refuse(`${to} bytes, ${size} were claimed`);
  return out;
}
