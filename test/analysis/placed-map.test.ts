import { describe, expect, it } from 'vitest';
import { atPlaces, cellsOf, strongestOf } from '../../src/analysis/placed-map.js';

const MAP = { width: 2, height: 1, values: Float32Array.of(1, 3) };
/** Two values along x, two pixels apart, in the middle of pixels 2 and 4 of 8; one along y. */
const PLACES = [
  { first: 0, step: 1 },
  { first: 2, step: 2 },
] as const;

describe('a map at the places of its values', () => {
  it('has each value in its middle, blends between them, and says nothing outside its cells', () => {
    expect([...atPlaces(MAP, PLACES, [1, 8]).values]).toEqual([0, 1, 1, 2, 3, 0, 0, 0]);
    expect(cellsOf(MAP, PLACES, [1, 8])).toEqual({ x: 1.5, y: 0, width: 4, height: 1 });
    expect(strongestOf(MAP, PLACES, [1, 8])).toEqual({ x: 4, y: 0, value: 3 });
  });

  it('is stretched over the whole input without places', () => {
    const values = [...atPlaces(MAP, null, [1, 8]).values];
    expect(values[0]).toBe(1);
    expect(values[7]).toBe(3);
    expect(cellsOf(MAP, null, [1, 8])).toEqual({ x: 0, y: 0, width: 8, height: 1 });
    expect(strongestOf(MAP, null, [1, 8])).toEqual({ x: 6, y: 0, value: 3 });
  });

  it('lies at the nearest pixel where padding puts the strongest value outside', () => {
    const places = [
      { first: 0, step: 1 },
      { first: -2, step: 9 },
    ] as const;
    expect(strongestOf({ ...MAP, values: Float32Array.of(3, 1) }, places, [1, 8])).toEqual({ x: 0, y: 0, value: 3 });
  });
});
