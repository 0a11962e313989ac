import { describe, expect, it } from 'vitest';
import type { ColormapName } from '../../src/core/job.js';
import { applyColormap, COLORMAPS, colourLevel } from '../../src/draw/colormaps.js';

const NAMES = Object.keys(COLORMAPS) as ColormapName[];
const ALL = Uint8Array.from({ length: 256 }, (_, level) => level);
const colour = (name: ColormapName, level: number) => [...COLORMAPS[name].slice(3 * level, 3 * level + 3)];
const brightness = ([r, g, b]: number[]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

describe('colour maps', () => {
  it.each(NAMES)('%s gives every level back from its colour', (name) => {
    const rgb = applyColormap(ALL, name);
    expect(rgb).toHaveLength(768);
    for (let level = 0; level < 256; level++) {
      expect(colourLevel(name, rgb[3 * level], rgb[3 * level + 1], rgb[3 * level + 2])).toBe(level);
    }
  });

  it('knows a colour that is not in the map', () => {
    expect(colourLevel('gray', 1, 2, 3)).toBeNull();
    expect(colourLevel('viridis', 255, 255, 255)).toBeNull();
  });

  it('has the published ends of viridis and magma', () => {
    expect([colour('viridis', 0), colour('viridis', 255)]).toEqual([
      [68, 1, 84],
      [253, 231, 37],
    ]);
    expect([colour('magma', 0), colour('magma', 255)]).toEqual([
      [0, 0, 4],
      [252, 253, 191],
    ]);
  });

  it.each(['gray', 'viridis', 'magma'] as const)('%s grows brighter with the level', (name) => {
    for (let level = 8; level < 256; level++) {
      expect(brightness(colour(name, level))).toBeGreaterThan(brightness(colour(name, level - 8)));
    }
  });

  it('diverging is neutral in the middle, blue below, orange above, darker towards both ends', () => {
    const [r, g, b] = colour('diverging', 128);
    expect([g, b]).toEqual([r, r]);
    for (let level = 8; level <= 128; level++) {
      expect(brightness(colour('diverging', level))).toBeGreaterThan(brightness(colour('diverging', level - 8)));
    }
    for (let level = 136; level < 256; level++) {
      expect(brightness(colour('diverging', level))).toBeLessThan(brightness(colour('diverging', level - 8)));
    }
    for (let level = 0; level < 120; level++)
      expect(colour('diverging', level)[2]).toBeGreaterThan(colour('diverging', level)[0]);
    for (let level = 136; level < 256; level++)
      expect(colour('diverging', level)[0]).toBeGreaterThan(colour('diverging', level)[2]);
  });
});
