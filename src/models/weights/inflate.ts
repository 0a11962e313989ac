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

/** A canonical Huffman code: how many codes have each length, and their symbols in order. */
interface Huffman {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
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
  return { counts, symbols };
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
  const state = { at: 0, bits: 0, count: 0, to: 0 };

  const take = (need: number): number => {
    let value = state.bits;
    while (state.count < need) {
      if (state.at >= bytes.length) refuse('ends too early');
      value |= bytes[state.at++] << state.count;
      state.count += 8;
    }
    state.bits = value >>> need;
    state.count -= need;
    return value & ((1 << need) - 1);
  };
  const symbolOf = ({ counts, symbols }: Huffman): number => {
    let [code, first, index] = [0, 0, 0];
    for (let length = 1; length <= MAX_BITS; length++) {
      code |= take(1);
      const count = counts[length];
      if (code - count < first) return symbols[index + (code - first)];
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return refuse('an unknown code');
  };
  const stored = (): void => {
    state.bits = 0;
    state.count = 0;
    if (state.at + 4 > bytes.length) refuse('ends too early');
    const length = bytes[state.at] | (bytes[state.at + 1] << 8);
    const check = bytes[state.at + 2] | (bytes[state.at + 3] << 8);
    state.at += 4;
    if (length !== (~check & 0xffff)) refuse('a stored block whose length does not fit its check');
    if (state.at + length > bytes.length) refuse('ends too early');
    if (state.to + length > size) refuse(`longer than the ${size} bytes it claims`);
    out.set(bytes.subarray(state.at, state.at + length), state.to);
    state.at += length;
    state.to += length;
  };
  const coded = (literals: Huffman, distances: Huffman): void => {
    for (;;) {
      const symbol = symbolOf(literals);
      if (symbol === 256) return;
      if (symbol < 256) {
        if (state.to >= size) refuse(`longer than the ${size} bytes it claims`);
        out[state.to++] = symbol;
        continue;
      }
      if (symbol > 285) refuse('an unknown length');
      const length = LENGTH_BASE[symbol - 257] + take(LENGTH_EXTRA[symbol - 257]);
      const code = symbolOf(distances);
      const distance = DISTANCE_BASE[code] + take(DISTANCE_EXTRA[code]);
      if (distance > state.to) refuse('refers to before its beginning');
      if (state.to + length > size) refuse(`longer than the ${size} bytes it claims`);
      for (let i = 0; i < length; i++, state.to++) out[state.to] = out[state.to - distance];
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
      const length = symbol === 16 ? lengths[i - 1] : 0;
      const times = symbol === 16 ? 3 + take(2) : symbol === 17 ? 3 + take(3) : 11 + take(7);
      if (i + times > lengths.length) refuse('too many lengths');
      lengths.fill(length, i, i + times);
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
  if (state.to !== size) refuse(`${state.to} bytes, ${size} were claimed`);
  return out;
}
