import { describe, expect, it } from 'vitest';
import { layoutSheet, placeOnSheet, rowsInView } from '../../../src/explorer/page/maps/sheet-layout.js';

const SIZES: readonly (readonly [width: number, height: number, count: number])[] = [
  [1, 1, 1000],
  [3, 3, 64],
  [28, 28, 6],
  [225, 149, 8],
  [640, 480, 1],
  [5, 900, 12],
  [900, 5, 12],
];

describe.each([360, 700, 1400])('a sheet %i pixels wide', (room) => {
  it.each(SIZES)('of maps of %i×%i (%i of them) stays inside and keeps their shape', (width, height, count) => {
    const layout = layoutSheet(room, width, height, count);
    expect(layout.width).toBeLessThanOrEqual(room);
    expect(layout.columns * layout.rows).toBeGreaterThanOrEqual(count);
    expect((layout.rows - 1) * layout.columns).toBeLessThan(count);
    const last = placeOnSheet(layout, layout.columns - 1);
    expect(last.left + layout.width).toBeLessThanOrEqual(room);
    const magnified = layout.width / width;
    if (magnified >= 1) {
      expect(Number.isInteger(magnified)).toBe(true);
      expect(layout.height).toBe(height * magnified);
    }
    expect(layout.pitchY).toBeGreaterThan(layout.height + 20);
  });
});

it('of many maps only the rows in view are drawn, wherever the sheet is scrolled', () => {
  const layout = layoutSheet(700, 28, 28, 512);
  for (let scrolled = 0; scrolled < layout.total; scrolled += 97) {
    const { first, end } = rowsInView(layout, scrolled, 500);
    expect(first * layout.pitchY).toBeLessThanOrEqual(scrolled);
    expect(end === layout.rows || end * layout.pitchY >= scrolled + 500).toBe(true);
    expect(end - first).toBeLessThanOrEqual(Math.ceil(500 / layout.pitchY) + 3);
    expect(end).toBeLessThanOrEqual(layout.rows);
  }
});
