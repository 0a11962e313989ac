import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinedBytes } from '../../src/core/bytes.js';
import { crc32 } from '../../src/core/crc32.js';
import { deflate } from '../../src/engine/deflate/deflate.js';
import { canonicalCodes, codeLengths } from '../../src/engine/deflate/huffman.js';
import { seeded } from '../random.js';

function deflated(bytes: Uint8Array, kind: 'wasm' | 'typescript' = 'wasm') {
  const fill = (target: Uint8Array, from: number) => target.set(bytes.subarray(from, from + target.length));
  const pieces: { readonly bytes: Uint8Array; readonly crc: number }[] = [];
  for (const { bytes: piece, crc } of deflate(bytes.length, fill, 'IDAT', kind))
    pieces.push({ bytes: piece.slice(), crc });
  return pieces;
}

const whole = (pieces: ReturnType<typeof deflated>) => joinedBytes(pieces.map(({ bytes }) => bytes));

/** Bytes of a kind: noise of some levels, runs, what repeats near and far. */
const KINDS: Record<string, (length: number, random: () => number) => Uint8Array> = {
  noise: (length, random) => Uint8Array.from({ length }, () => random() * 256),
  'few levels': (length, random) => Uint8Array.from({ length }, () => 128 + (random() + random() - 1) ** 3 * 100),
  'one level': (length) => new Uint8Array(length).fill(77),
  runs: (length, random) => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 1 + Math.floor(random() * 600)) bytes.fill(random() * 256, at);
    return bytes;
  },
  'rows that repeat': (length, random) => {
    const row = Uint8Array.from({ length: 1 + Math.floor(random() * 30_000) }, () => random() * 256);
    return Uint8Array.from({ length }, (_, i) => row[i % row.length]);
  },
};
const LENGTHS = [0, 1, 7, 8, 9, 300, 65_535, 65_536, 65_537, 2 ** 20, 2 ** 20 + 1, 2.3e6];

describe('our deflate', () => {
  it.each(Object.keys(KINDS))('gives bytes that zlib makes the same of again: %s', (kind) => {
    for (const length of LENGTHS) {
      const bytes = KINDS[kind](length, seeded(length + 1));
      const pieces = deflated(bytes);
      expect(Buffer.compare(zlib.inflateSync(whole(pieces)), bytes), `${length} bytes`).toBe(0);
      for (const piece of pieces) {
        expect(piece.crc >>> 0).toBe(crc32(joinedBytes([new TextEncoder().encode('IDAT'), piece.bytes])));
      }
    }
  });

  it('gives the same bytes in SIMD and in its twin', () => {
    const any = fc.tuple(fc.constantFrom(...Object.keys(KINDS)), fc.integer({ min: 0, max: 90_000 }), fc.nat(1e6));
    fc.assert(
      fc.property(any, ([kind, length, seed]) => {
        const bytes = KINDS[kind](length, seeded(seed));
        expect(deflated(bytes, 'typescript')).toEqual(deflated(bytes));
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  it('takes no more than a thousandth more than the bytes have, however noisy they are', () => {
    const bytes = KINDS.noise(2e6, seeded(1));
    expect(whole(deflated(bytes)).length).toBeLessThan(bytes.length * 1.003);
  });

  it('makes little of what repeats', () => {
    expect(whole(deflated(KINDS['one level'](1e6, seeded(1)))).length).toBeLessThan(5000);
    expect(whole(deflated(KINDS['rows that repeat'](1e6, seeded(5)))).length).toBeLessThan(60_000);
  });

  it.skipIf(!('crc32' in zlib))('has the check sum of zlib', () => {
    const bytes = KINDS.noise(1001, seeded(2));
    expect(crc32(bytes)).toBe(zlib.crc32(bytes));
  });
});

describe('the codes of a block', () => {
  const counts = fc.array(fc.oneof(fc.constant(0), fc.nat(20), fc.nat(1e6), fc.nat(2 ** 30)), {
    minLength: 2,
    maxLength: 286,
  });

  it('can be told apart, use up all that there are, and are no longer than they may be', () => {
    fc.assert(
      fc.property(counts, fc.constantFrom(9, 14), (found, longest) => {
        const lengths = codeLengths(Int32Array.from(found), longest);
        const used = [...lengths].filter((length) => length > 0);
        expect(Math.max(...used)).toBeLessThanOrEqual(longest);
        expect(used.reduce((sum, length) => sum + 2 ** -length, 0)).toBe(1);
        for (const [symbol, count] of found.entries()) if (count > 0) expect(lengths[symbol]).toBeGreaterThan(0);
        const codes = [...canonicalCodes(lengths)].filter((code) => code !== 0);
        expect(new Set(codes).size).toBe(codes.length);
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  it('are as short as can be where none is too long: the sum of the tree of Huffman', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 2, maxLength: 40 }), (found) => {
        const lengths = codeLengths(Int32Array.from(found));
        const bits = found.reduce((sum, count, symbol) => sum + count * lengths[symbol], 0);
        expect(bits).toBe(huffmanSum(found));
      }),
      { seed: 4, numRuns: 200 },
    );
  });
});

/** The two least weights become one, again and again: each time all that is below gets one bit longer. */
function huffmanSum(counts: readonly number[]): number {
  const weights = [...counts];
  let sum = 0;
  while (weights.length > 1) {
    weights.sort((a, b) => a - b);
    const joined = weights.shift()! + weights.shift()!;
    sum += joined;
    weights.push(joined);
  }
  return sum;
}
