import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shardOf } from '../../src/batch/shard-of.js';

describe('shards', () => {
  it('count from 1: the first begins with the first', () => {
    expect(shardOf(['a', 'b', 'c'], 1, 2)).toEqual(['a', 'c']);
    expect(shardOf(['a', 'b', 'c'], 2, 2)).toEqual(['b']);
  });

  it('are disjoint, together the whole in its order, and of one size but for one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 1, max: 20 }), (count, n) => {
        const items = Array.from({ length: count }, (_, i) => i);
        const parts = Array.from({ length: n }, (_, i) => shardOf(items, i + 1, n));
        expect(parts.flat().sort((a, b) => a - b)).toEqual(items);
        for (const part of parts) {
          expect([...part].sort((a, b) => a - b)).toEqual(part);
          expect(Math.abs(part.length - count / n)).toBeLessThan(1);
        }
      }),
      { seed: 6 },
    );
  });
});
