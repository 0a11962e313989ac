import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deflateText } from '../../src/engine/deflate/deflate-text.js';
import { randomArray } from '../random.js';

const LETTERS = 'abcdefghij \n<>/"';
/** A text with repetitions near and far, the same everywhere. */
const TEXT = new TextEncoder().encode(
  [...randomArray(60_000, 3, 0, 1)].map((x, i) => (x < 0.4 ? LETTERS[Math.floor(x * 40)] : `word${i % 700} `)).join(''),
);

describe('deflateText', () => {
  it('gives back what was put in, whatever it is', () => {
    const runs = fc.array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 700 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), runs.map(spread)), (bytes) => {
        expect(inflateRawSync(deflateText(bytes)).equals(bytes)).toBe(true);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('is as small as zlib at its best on texts, within a hundredth', () => {
    const page = readFileSync(new URL('../../docs/library.md', import.meta.url));
    const packed = deflateText(page);
    expect(inflateRawSync(packed).equals(page)).toBe(true);
    expect(packed.length).toBeLessThan(1.01 * deflateRawSync(page, { level: 9 }).length);
  });

  it('has the same bytes everywhere', () => {
    const hash = createHash('sha256').update(deflateText(TEXT)).digest('hex');
    expect(hash.slice(0, 16)).toMatchInlineSnapshot(`"6cc4716f51d2d1bf"`);
  });
});

function spread(runs: readonly (readonly [byte: number, count: number])[]): Uint8Array {
  return Uint8Array.from(runs.flatMap(([byte, count]) => Array.from({ length: count }, () => byte)));
}
