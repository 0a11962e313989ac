import { describe, expect, it } from 'vitest';
import { checkRange, float32Bytes, memorySource } from '../../src/core/bytes.js';
import { nanScores, nanScoreWords } from '../../src/core/result.js';
import { bornWords, carrierBytes, isFloat, newNumbers, percentileOf, sortedFinite } from '../../src/core/values.js';

describe('values', () => {
  it('travel in numbers that hold them', () => {
    expect((['float32', 'float64', 'int8', 'int64', 'uint16', 'bool'] as const).map(carrierBytes)).toEqual([
      4, 8, 1, 8, 2, 1,
    ]);
    expect(['float32', 'float64', 'int64', 'bool'].map((dtype) => isFloat(dtype as 'int64'))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    const buffer = Float32Array.of(1, 2, 3).buffer;
    expect([...newNumbers('float32', 2, { buffer, byteOffset: 0 })]).toEqual([1, 2]);
    expect([...newNumbers('int16', 2)]).toEqual([0, 0]);
  });

  it('are sorted without NaN and infinities; percentiles lie between neighbours, as numpy has them', () => {
    const sorted = sortedFinite([
      Float32Array.of(4, Number.NaN, 1),
      Float32Array.of(Number.NEGATIVE_INFINITY, 2, 10, Number.POSITIVE_INFINITY),
    ]);
    expect([...sorted]).toEqual([1, 2, 4, 10]);
    // numpy.percentile([1, 2, 4, 10], [0, 25, 50, 90, 100])
    expect([0, 25, 50, 100].map((p) => percentileOf(sorted, p))).toEqual([1, 1.75, 3, 10]);
    expect(percentileOf(sorted, 90)).toBeCloseTo(8.2, 12);
    expect(percentileOf(new Float32Array(0), 50)).toBeNaN();
    expect(percentileOf(Float32Array.of(7), 99)).toBe(7);
  });

  it('that went wrong are told behind what they led to', () => {
    expect(bornWords([])).toBe('');
    const place = { kind: 'NaN', layer: 'bn1', channels: [0], count: 4, from: 1, to: Number.NaN } as const;
    expect(bornWords([{ cause: 'NaN from bn1 on', detail: '4 values', ...place }])).toBe(
      '; NaN from bn1 on (4 values)',
    );
  });

  it('scores that are NaN are counted', () => {
    expect(nanScores(Float32Array.of(1, Number.NaN, Number.NaN))).toEqual({ nan: 2, of: 3 });
    expect(nanScoreWords({ nan: 2, of: 3000 })).toBe('2 of 3,000 scores are NaN');
    expect(nanScoreWords({ nan: 1, of: 2 })).toBe('1 of 2 scores is NaN');
    expect(nanScoreWords({ nan: 2, of: 2 })).toBe('every score is NaN');
  });
});

describe('bytes', () => {
  it('are read within the file alone', () => {
    const source = memorySource(Uint8Array.of(1, 2, 3, 4));
    expect([source.size, [...source.read(1, 3)], [...source.read(4, 0)]]).toEqual([4, [2, 3, 4], []]);
    const target = new Uint8Array(2);
    source.readInto(2, target);
    expect([...target]).toEqual([3, 4]);
    expect(() => source.readInto(3, target)).toThrow('bytes 3 … 5 lie outside the 4 bytes of the file');
  });

  it.each([
    [-1, 2],
    [0, -1],
    [3, 2],
    [0.5, 1],
    [0, 1.5],
    [Number.NaN, 1],
    [2 ** 53, 0],
  ])('from %d, %d of them, lie outside four', (from, length) =>
    expect(() => checkRange(4, from, length)).toThrow('lie outside'),
  );

  it('of float32 are little-endian, of a part of an array its own', () =>
    expect([...float32Bytes(Float32Array.of(9, 1, -2).subarray(1))]).toEqual([0, 0, 128, 63, 0, 0, 0, 192]));
});
