import { describe, expect, it } from 'vitest';
import { choosePlace, indexOfPlace, mapsShape, placeOfIndex } from '../../src/core/value-place.js';

const NOWHERE = { channel: null, item: null, at: null };
/** [2, 3, 2, 4], each value its index. */
const SHAPE = [2, 3, 2, 4];
const RISING = Float32Array.from({ length: 48 }, (_, i) => i);

it.each([
  [[2, 3, 4, 5], { items: 2, channels: 3, height: 4, width: 5, isVector: false }],
  [[3, 4, 5], { items: 1, channels: 3, height: 4, width: 5, isVector: false }],
  [[2, 7], { items: 2, channels: 7, height: 1, width: 1, isVector: true }],
  [[7], { items: 1, channels: 7, height: 1, width: 1, isVector: true }],
])('%j has items of channels of maps', (shape, maps) => {
  expect(mapsShape(shape)).toEqual(maps);
});

it.each([[[]], [[1, 1, 1, 1, 1]]])('%j has no channels and positions', (shape) => {
  expect(() => mapsShape(shape)).toThrow(/has no channels and positions/);
});

it.each([SHAPE, [3, 2, 4], [2, 5], [5]])(
  'every index of a shape has a place, and every place its index: %j',
  (...shape) => {
    const count = shape.reduce((product, side) => product * side, 1);
    const places = Array.from({ length: count }, (_, i) => placeOfIndex(shape, i));
    expect(places.map((place) => indexOfPlace(shape, place))).toEqual(places.map((_, i) => i));
    expect(new Set(places.map((place) => JSON.stringify(place))).size).toBe(count);
  },
);

it('an index of [N, C, D, H, W] counts its rows through all planes of the channel', () => {
  expect(placeOfIndex([1, 2, 3, 2, 4], 24 + 2 * 8 + 4 + 1)).toEqual({ item: 0, channel: 1, x: 1, y: 5 });
});

describe('the place that is meant', () => {
  it.each([
    ['the position asked for', SHAPE, { channel: 1, item: 1, at: { x: 3, y: 0 } }, { item: 1, channel: 1, x: 3, y: 0 }],
    [
      'of the first map, where none is named',
      SHAPE,
      { ...NOWHERE, at: { x: 0, y: 1 } },
      { item: 0, channel: 0, x: 0, y: 1 },
    ],
    [
      'the largest of the first map: not of the next, which is larger',
      SHAPE,
      NOWHERE,
      { item: 0, channel: 0, x: 3, y: 1 },
    ],
    ['the largest of a channel', SHAPE, { ...NOWHERE, channel: 1 }, { item: 0, channel: 1, x: 3, y: 1 }],
    [
      'the largest of a channel of an item',
      SHAPE,
      { channel: 2, item: 1, at: null },
      { item: 1, channel: 2, x: 3, y: 1 },
    ],
    ['the largest of a vector', [2, 24], NOWHERE, { item: 0, channel: 23, x: null, y: null }],
    ['the largest of an item of vectors', [2, 24], { ...NOWHERE, item: 1 }, { item: 1, channel: 23, x: null, y: null }],
    ['a unit', [2, 24], { channel: 5, item: 1, at: null }, { item: 1, channel: 5, x: null, y: null }],
  ])('is %s', (_, shape, request, place) => {
    expect(choosePlace('conv', shape, request, RISING)).toEqual(place);
  });

  it('is the first of several that are equal', () => {
    expect(choosePlace('conv', [1, 2, 2], NOWHERE, [1, 3, 3, 2])).toEqual({ item: 0, channel: 0, x: 1, y: 0 });
  });

  it.each([
    ['item', { ...NOWHERE, item: 2 }, /--item 2: conv has 2 items/],
    ['channel', { ...NOWHERE, channel: 3 }, /--channel 3: conv has 3 channels/],
    ['column', { ...NOWHERE, at: { x: 4, y: 0 } }, /--at 4,0: conv's map is 4×2/],
    ['row', { ...NOWHERE, at: { x: 0, y: 2 } }, /--at 0,2: conv's map is 4×2/],
  ])('is in the layer: no other %s', (_, request, words) => {
    expect(() => choosePlace('conv', SHAPE, request, RISING)).toThrow(words);
  });

  it('is a unit of a vector, and no position', () => {
    const at = { x: 0, y: 0 };
    expect(() => choosePlace('fc', [1, 10], { ...NOWHERE, at }, RISING)).toThrow(/numbers without a position/);
    expect(() => choosePlace('fc', [1, 10], { ...NOWHERE, channel: 10 }, RISING)).toThrow(/fc has 10 units/);
  });
});
