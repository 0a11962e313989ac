import { readFileSync } from 'node:fs';
import { create } from 'fontkit';
import { describe, expect, it } from 'vitest';
import { TYPE } from '../../src/draw/part.js';
import { renderPixels } from '../../src/draw/scene/pixels.js';
import { Coverage, strokeShapes } from '../../src/draw/scene/raster.js';
import type { Mark, Weight } from '../../src/draw/scene/scene.js';
import { trueTypeFont } from '../../src/draw/scene/truetype.js';
import {
  glyphOf,
  piecesOf,
  shortenMiddle,
  textWidth,
  UNITS,
  wrapText,
  written,
} from '../../src/draw/scene/typeface.js';
import { holdsLetters } from './scenes.js';

const FILES = { regular: 'Inter-Regular', bold: 'Inter-SemiBold' };
const fontOf = (weight: Weight) => create(readFileSync(`node_modules/inter-ui/web/${FILES[weight]}.woff2`));
const SAMPLE = 'Größe Łódź Ελληνικά Кириллица “quoted” −1.5 × 3 ≤ 4 → ∞ √2 Σ';
const WEIGHTS = ['regular', 'bold'] as const;

/** Twice the signed area that an outline of straight lines and quadratic curves encloses (Green). */
function areaOf(commands: readonly { command: string; args: number[] }[]): number {
  let area = 0;
  let [x, y, startX, startY] = [0, 0, 0, 0];
  const line = (toX: number, toY: number) => {
    area += x * toY - toX * y;
    [x, y] = [toX, toY];
  };
  for (const { command, args } of commands) {
    if (command === 'moveTo') [x, y, startX, startY] = [args[0], args[1], args[0], args[1]];
    else if (command === 'lineTo') line(args[0], args[1]);
    else if (command === 'quadraticCurveTo') {
      const [fromX, fromY, cx, cy, toX, toY] = [x, y, ...args];
      for (let s = 1; s <= 64; s++) {
        const t = s / 64;
        line(
          (1 - t) ** 2 * fromX + 2 * t * (1 - t) * cx + t * t * toX,
          (1 - t) ** 2 * fromY + 2 * t * (1 - t) * cy + t * t * toY,
        );
      }
    } else line(startX, startY);
  }
  return area;
}

describe.each(WEIGHTS)('the typeface, %s, against fontkit', (weight) => {
  const font = fontOf(weight);

  it('has every letter of the font below U+FFFF with its width; digits are of one width', () => {
    const codes = font.characterSet.filter((code) => code >= 32 && code <= 0xffff && (code < 0xe000 || code > 0xf8ff));
    expect(codes.length).toBeGreaterThan(1900);
    for (const code of codes) {
      const isDigit = code >= 0x30 && code <= 0x39;
      const { advanceWidth } = isDigit
        ? font.layout(String.fromCodePoint(code), ['tnum']).glyphs[0]
        : font.glyphForCodePoint(code);
      expect(glyphOf(code, weight)?.advance, `U+${code.toString(16)}`).toBe(advanceWidth);
    }
    expect(new Set(Array.from('0123456789', (digit) => glyphOf(digit.charCodeAt(0), weight)!.advance)).size).toBe(1);
  });

  it('covers as much of the paper as the outline encloses', () => {
    for (const letter of 'aBg%&ßЖλ@8→') {
      const code = letter.codePointAt(0)!;
      const glyph = letter === '8' ? font.layout('8', ['tnum']).glyphs[0] : font.glyphForCodePoint(code);
      const size = 64;
      const expected = (Math.abs(areaOf(glyph.path.commands)) / 2) * (size / UNITS) ** 2;
      const mark: Mark = { kind: 'text', x: 20, y: 80, text: letter, size, weight, paint: [0, 0, 0], anchor: 'start' };
      const { data } = renderPixels(
        { width: 120, height: 120, marks: [mark] },
        { density: 1, theme: 'light', foreign: () => null },
      );
      let ink = 0;
      for (let i = 0; i < data.length; i += 3) ink += (255 - data[i]) / 255;
      expect(Math.abs(ink / expected - 1), letter).toBeLessThan(0.01);
    }
  });

  it('goes into a drawing as a font that has the same letters', () => {
    const codes = [...new Set(SAMPLE)].map((letter) => letter.codePointAt(0)!).sort((a, b) => a - b);
    const made = create(
      Buffer.from(
        trueTypeFont(
          'sample',
          codes.map((code) => glyphOf(code, weight)!),
        ),
      ),
    );
    expect([...made.characterSet].filter((code) => code !== 0xffff).sort((a, b) => a - b)).toEqual(codes);
    for (const code of codes) {
      const isDigit = code >= 0x30 && code <= 0x39;
      if (isDigit || !font.hasGlyphForCodePoint(code)) continue;
      const [ours, theirs] = [made.glyphForCodePoint(code), font.glyphForCodePoint(code)];
      expect(ours.advanceWidth).toBe(theirs.advanceWidth);
      expect(Math.abs(areaOf(ours.path.commands) - areaOf(theirs.path.commands))).toBeLessThan(
        0.002 * Math.abs(areaOf(theirs.path.commands)) + 200,
      );
    }
  });
});

describe('texts', () => {
  it('of Latin, Greek, Cyrillic, arrows and mathematics need no other font', () => {
    const all = `${SAMPLE}ĀāĂăĄąĆćĈĉČčĎďĐđĒēĖėĘęĚěĜĝĞğĢģĤĥĪīĮįİıĶķĹĺĻļĽľŁłŃńŅņŇňŌōŐőŒœŔŕŘřŚśŞşŠšŢţŤťŪūŮůŰűŲųŴŵŶŷŹźŻżŽžẞệữ∂∇∈∀∃⊗⊙≡≈≠∫▸▶■●`;
    expect(piecesOf(all, 'regular').filter(({ isForeign }) => isForeign)).toEqual([]);
  });

  it('in other scripts are pieces for another font, a square each where their letters are wide', () => {
    expect(
      piecesOf('a写真b', 'regular').map(({ text, isForeign, width }) => [text, isForeign, isForeign ? width : 0]),
    ).toEqual([
      ['a', false, 0],
      ['写真', true, 2],
      ['b', false, 0],
    ]);
  });

  it('are composed before they are measured', () => {
    expect(written('u\u0308')).toBe('ü');
    expect(textWidth('u\u0308', 20)).toBe(textWidth('ü', 20));
    expect(textWidth('a\u200db', 20)).toBe(textWidth('ab', 20));
  });

  it('lose their middle where they do not fit, and never more than they must', () => {
    const name = 'a-name-of-many-letters.png';
    const full = textWidth(name, 15);
    expect(shortenMiddle(name, full, 15)).toBe(name);
    for (const room of [full - 1, full / 2, 30, 14]) {
      const short = shortenMiddle(name, room, 15);
      expect(textWidth(short, 15)).toBeLessThanOrEqual(room);
      expect(short).toMatch(/^a?[^…]*…[^…]*g?$/);
      // another letter would not have fitted
      expect(textWidth(short, 15)).toBeGreaterThan(room - 15 * 1.1);
    }
    expect(shortenMiddle(name, 3, 15)).toBe('');
  });

  it('are broken at spaces, and long words lose their middle', () => {
    const lines = wrapText('one two three four extraordinarilylongword five', 90, 15);
    expect(lines.every((line) => textWidth(line, 15) <= 90)).toBe(true);
    expect(lines.join(' ').replace(/\S*…\S*/, 'X')).toBe('one two three four X five');
    expect(wrapText('', 90, 15)).toEqual([]);
  });

  it('have lines that hold their letters, in every style', () => {
    for (const { size } of Object.values(TYPE)) expect(holdsLetters(size)).toBe(true);
  });
});

describe('the rasteriser', () => {
  const sum = (cover: Coverage) => cover.levels().reduce((total, level) => total + level, 0) / 255;

  it('covers a rectangle between pixels by its parts', () => {
    const cover = new Coverage(0, 0, 6, 4);
    cover.polygon([
      [0.5, 1],
      [3.25, 1],
      [3.25, 2.5],
      [0.5, 2.5],
    ]);
    expect([...cover.levels()]).toEqual([
      ...[0, 0, 0, 0, 0, 0],
      ...[128, 255, 255, 64, 0, 0],
      ...[64, 128, 128, 32, 0, 0],
      ...[0, 0, 0, 0, 0, 0],
    ]);
  });

  it('covers as much as a triangle encloses, whichever way round', () => {
    for (const points of [
      [
        [1, 1],
        [19, 4],
        [7, 17],
      ],
      [
        [7, 17],
        [19, 4],
        [1, 1],
      ],
    ] as const) {
      const cover = new Coverage(0, 0, 20, 20);
      cover.polygon(points);
      expect(sum(cover)).toBeCloseTo(Math.abs((19 - 1) * (17 - 1) - (7 - 1) * (4 - 1)) / 2, 0);
    }
  });

  it('draws a line as wide as it is asked for, with round ends', () => {
    const cover = new Coverage(0, 0, 60, 20);
    for (const shape of strokeShapes(
      [
        [10, 10],
        [50, 10],
      ],
      6,
    ))
      cover.polygon(shape);
    // a rectangle and a polygon of sixteen corners in two halves
    const ends = 8 * 9 * Math.sin(Math.PI / 8);
    expect(sum(cover)).toBeGreaterThan(240 + 0.97 * ends);
    expect(sum(cover)).toBeLessThan(240 + 1.03 * ends);
  });
});
