import { describe, expect, it } from 'vitest';
import { resizeMap, strongestPlace } from '../../src/analysis/grad-cam.js';
import { strongestPlaces } from '../../src/commands/class/top-places.js';
import { Best } from '../../src/commands/class/top-study.js';
import { seeded } from '../random.js';

describe('the strongest places of a map', () => {
  // two channels of 2×3
  const values = Float32Array.from([1, 5, 2, 5, 0, Number.NaN, -3, -1, -2, -1, -4, -9]);

  it('one a channel: the first of equals, NaN never', () => {
    expect(strongestPlaces(values, [1, 2, 2, 3], 1)).toEqual([[{ value: 5, x: 1, y: 0 }], [{ value: -1, x: 1, y: 0 }]]);
  });

  it('several a channel: only peaks, so that neighbours do not repeat', () => {
    const ridge = Float32Array.from([9, 8, 7, 0, 4, 0, 0, 0, 0, 0]);
    expect(strongestPlaces(ridge, [1, 1, 1, 10], 9).map((places) => places.map(({ x }) => x))).toEqual([[0, 4]]);
  });

  it('units of a layer of vectors are channels of one place', () => {
    expect(strongestPlaces(Float32Array.from([3, 4]), [1, 2], 1)).toEqual([
      [{ value: 3, x: 0, y: 0 }],
      [{ value: 4, x: 0, y: 0 }],
    ]);
  });
});

describe('Best', () => {
  it('keeps what sorting would, in the memory of what it keeps', () => {
    const next = seeded(4);
    const all = Array.from({ length: 500 }, (_, index) => ({ value: Math.floor(next() * 50), index }));
    const best = new Best<(typeof all)[number]>(9);
    for (const one of all) {
      best.add(one);
      expect(best.kept.length).toBeLessThanOrEqual(9);
    }
    const sorted = [...all].sort((a, b) => b.value - a.value || a.index - b.index);
    expect(best.kept).toEqual(sorted.slice(0, 9));
  });
});

describe('maps at another size', () => {
  it('as torch.nn.functional.interpolate, bilinear, align_corners=False', () => {
    // torch 1.13: F.interpolate(torch.tensor([[[[1., 2], [4, 8]]]]), size=(3, 4), mode='bilinear')
    const map = { width: 2, height: 2, values: Float32Array.from([1, 2, 4, 8]) };
    expect([...resizeMap(map, 4, 3).values]).toEqual([1, 1.25, 1.75, 2, 2.5, 3.125, 4.375, 5, 4, 5, 7, 8]);
  });

  it('the strongest place is the first of equals', () => {
    const values = Float32Array.from([0, 2, 2, 1]);
    expect(strongestPlace({ width: 2, height: 2, values })).toEqual({ x: 1, y: 0, value: 2 });
    expect(strongestPlace({ width: 1, height: 1, values: Float32Array.of(Number.NaN) })).toBeNull();
  });
});
