import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { randomSource } from '../../../src/core/random.js';
import { inflate } from '../../../src/models/weights/inflate.js';

/** Bytes without repetitions, then repetitions of every length from every kind of distance. */
function everyCode(): Uint8Array {
  const { next } = randomSource(1, 'inflate');
  const bytes = Array.from({ length: 32_768 }, () => next() >>> 24);
  const distances = Array.from({ length: 15 }, (_, bits) => 2 ** bits).flatMap((base) => [
    base,
    base + 1,
    1.5 * base + 1,
  ]);
  for (let length = 3; length <= 258; length++) {
    const distance = Math.floor(distances[length % distances.length]);
    const from = bytes.length - Math.min(distance, 32_768);
    for (let i = 0; i < length; i++) bytes.push(bytes[from + i]);
    bytes.push(next() >>> 24, next() >>> 24);
  }
  return Uint8Array.from(bytes);
}

/** Bytes of a stream written bit by bit: the first bit is the lowest of the first byte. */
function bits(...groups: readonly string[]): Uint8Array {
  const all = groups.join('').replaceAll(' ', '');
  const bytes = new Uint8Array(Math.ceil(all.length / 8));
  for (const [i, bit] of [...all].entries()) if (bit === '1') bytes[i >> 3] |= 1 << (i & 7);
  return bytes;
}

/** A number as `count` bits, the lowest first. */
const number = (value: number, count: number) => Array.from({ length: count }, (_, bit) => (value >> bit) & 1).join('');

/** The last block, with fixed codes; with tables of its own. */
const FIXED = '1 10';
const OWN = '1 01';

describe('inflate', () => {
  const bytes = everyCode();

  it.each([
    ['tables of its own', { level: 9 }],
    ['fixed codes', { level: 9, strategy: constants.Z_FIXED }],
    ['runs', { strategy: constants.Z_RLE }],
    ['letters alone', { strategy: constants.Z_HUFFMAN_ONLY }],
    ['many small blocks', { level: 9, memLevel: 1 }],
    ['stored blocks', { level: 0 }],
  ])('unpacks what zlib has packed, every length and distance: %s', (_, options) => {
    const packed = new Uint8Array(deflateRawSync(bytes, options));
    expect(Buffer.compare(inflate(packed, bytes.length), bytes)).toBe(0);
  });

  it('unpacks skewed letters, whose codes are of all lengths', () => {
    // each letter half as often as the one before it
    const skewed = Uint8Array.from({ length: 1 << 16 }, (_, i) => Math.min(15, Math.clz32(i + 1) - 15));
    const packed = new Uint8Array(deflateRawSync(skewed, { strategy: constants.Z_HUFFMAN_ONLY }));
    expect(Buffer.compare(inflate(packed, skewed.length), skewed)).toBe(0);
  });

  it('takes a block of nothing, and stored blocks behind others, which begin at a whole byte', () => {
    // end of block is 0000000
    expect([...inflate(bits(FIXED, '0000000'), 0)]).toEqual([]);
    const stored = bits('0 10', '0000000', '1 00', '000', number(2, 16), number(~2, 16), number(65, 8), number(66, 8));
    expect([...inflate(stored, 2)]).toEqual([65, 66]);
    expect([...inflateRawSync(stored)]).toEqual([65, 66]);
  });

  it.each<[string, Uint8Array, number, string]>([
    // the letter 0 is 00110000; the length code 286 is 11000110; the length 3 is 0000001, the distance 1 is 00000
    ['an unknown length', bits(FIXED, '11000110'), 9, 'an unknown length'],
    ['an unknown distance', bits(FIXED, '00110000', '0000001', '1111 0000 0000 0000'), 9, 'an unknown code'],
    ['before its beginning', bits(FIXED, '0000001', '00000'), 9, 'refers to before its beginning'],
    ['before its beginning, by one', bits(FIXED, '00110000', '0000001', '00001'), 9, 'refers to before its beginning'],
    [
      'a repetition that is too long',
      bits(FIXED, '00110000', '0000001', '00000'),
      3,
      'longer than the 3 bytes it claims',
    ],
    [
      'a stored block that is too long',
      bits('1 00', '00000', number(2, 16), number(~2, 16), number(0, 16)),
      1,
      'longer than the 1 bytes',
    ],
    [
      'a check that does not fit',
      bits('1 00', '00000', number(1, 16), number(~2, 16), number(0, 8)),
      1,
      'does not fit its check',
    ],
    [
      'a check whose upper byte does not fit',
      bits('1 00', '00000', number(1, 16), number(0x7ffe, 16), number(0, 8)),
      1,
      'does not fit its check',
    ],
    [
      'a stored block that ends',
      bits('1 00', '00000', number(2, 16), number(~2, 16), number(0, 8)),
      2,
      'ends too early',
    ],
    ['a stored block without a length', bits('1 00', '00000', number(2, 16), number(~2, 8)), 2, 'ends too early'],
    ['no codes', bits(FIXED), 1, 'ends too early'],
    ['287 letters', bits(OWN, number(30, 5), number(0, 5), number(0, 4), number(0, 12)), 1, 'too many codes'],
    ['31 distances', bits(OWN, number(0, 5), number(30, 5), number(0, 4), number(0, 12)), 1, 'too many codes'],
    // the first four lengths of codes are those of 16, 17, 18 and 0
    [
      'four codes of one bit',
      bits(OWN, number(0, 5), number(0, 5), number(0, 4), '100 100 100 100'),
      1,
      'more codes than bits allow',
    ],
    [
      'a repetition before the first',
      bits(OWN, number(0, 5), number(0, 5), number(0, 4), '100 000 000 100', '1 00'),
      1,
      'repeats a length before the first',
    ],
    [
      'more lengths than letters',
      bits(OWN, number(0, 5), number(0, 5), number(0, 4), '000 000 100 100', '1', number(127, 7), '1', number(127, 7)),
      1,
      'too many lengths',
    ],
    ['a kind of block that is none', bits('1 11'), 1, 'an unknown kind of block'],
  ])('%s is refused, by zlib too', (_, packed, size, message) => {
    expect(() => inflate(packed, size)).toThrow(message);
    if (!message.startsWith('longer')) expect(() => inflateRawSync(packed)).toThrow();
  });

  it('takes what is just as long as claimed: a repetition, a stored block, 286 letters and 30 distances', () => {
    expect([...inflate(bits(FIXED, '00110000', '0000001', '00000', '0000000'), 4)]).toEqual([0, 0, 0, 0]);
    expect([...inflate(bits('1 00', '00000', number(1, 16), number(~1, 16), number(7, 8)), 1)]).toEqual([7]);
    // codes: 18 (zeros) and 1; the only letters are 256, the end, and 285; distances 0 and 29
    const zeros = (count: number) => `1${number(count - 11, 7)}`;
    const lengths = [zeros(138), zeros(118), '0', zeros(28), '0', '0', zeros(28), '0'];
    const codes = `000 000 100 000 ${'000 '.repeat(13)}100`;
    const block = bits(OWN, number(29, 5), number(29, 5), number(14, 4), codes, ...lengths, '0');
    expect([...inflateRawSync(block)]).toEqual([]);
    expect([...inflate(block, 0)]).toEqual([]);
  });
});
