import { describe, expect, it } from 'vitest';
import { comparePlane, type StoredPicture } from '../../src/commands/check/check-stage.js';
import { EXACT } from '../../src/commands/check/tolerance.js';
import type { MapNote } from '../../src/core/note.js';

const NO_CLIP = { below: 0, above: 0, nan: 0 };

/** A row of greys that stands for values from 0 to 1. */
function picture(levels: number[], clipped = NO_CLIP, hi = 1): StoredPicture {
  const note = { lo: 0, hi, clipped } as MapNote;
  return { width: levels.length, height: 1, depth: 8, levels: Uint8Array.from(levels), note };
}

const locate = (x: number) => ({ item: 0, channel: 0, x, y: 0 });
const compare = (stored: StoredPicture, values: number[], tolerance = EXACT) =>
  comparePlane(stored, Float32Array.from(values), locate, tolerance);

describe('a plane against its picture', () => {
  it('is the same where it has the same grey on the scale of the picture', () => {
    expect(compare(picture([0, 128, 255]), [0, 0.501, 1]).differing).toBe(0);
    const { first, differing } = compare(picture([0, 128, 255]), [0, 0.5, 0.99]);
    expect(differing).toBe(1);
    expect(first).toMatchObject({ place: { x: 2 }, expected: 1, greys: [255, 252] });
  });

  it('a value outside the scale differs, though its grey is the last one, unless the picture was clipped itself', () => {
    expect(compare(picture([0, 255]), [0, 1.001])).toMatchObject({
      differing: 1,
      first: { expected: 1, greys: [255, 255] },
    });
    expect(compare(picture([0, 255]), [Number.NaN, 1]).differing).toBe(1);
    expect(compare(picture([0, 255], { ...NO_CLIP, above: 1 }), [0, 1.001]).differing).toBe(0);
  });

  it('a tolerance begins where the grey ends, half a step off', () => {
    const stored = picture([0, 100, 255]);
    const values = [0, 100 / 255 + 0.012, 1];
    expect(compare(stored, values, { ...EXACT, abs: 0.0101 })).toMatchObject({ differing: 0, tolerated: 1 });
    expect(compare(stored, values, { ...EXACT, abs: 0.01 })).toMatchObject({ differing: 1, tolerated: 0 });
  });

  it('of a constant map only mid-grey has a meaning', () => {
    expect(compare(picture([128, 128], NO_CLIP, 0), [0, 0]).differing).toBe(0);
    expect(compare(picture([128, 127], NO_CLIP, 0), [0, 0]).first).toMatchObject({
      place: { x: 1 },
      expected: Number.NaN,
    });
    expect(compare(picture([128, 128], NO_CLIP, 0), [0, 2]).first).toMatchObject({ expected: 0, got: 2, abs: 2 });
  });

  it('without a note the scale is that of a new picture', () => {
    const bare = { ...picture([0, 128, 255]), note: null };
    expect(compare(bare, [-3, 0, 3]).differing).toBe(0);
    expect(compare(bare, [-3, 1, 3]).first).toMatchObject({ greys: [128, 170] });
  });
});
