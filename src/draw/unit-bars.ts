import type { ScaleRule } from '../core/job.js';
import { clippedWords, formatNumber, groupDigits } from '../core/text.js';
import { ABOVE, BELOW, barRows } from './bars.js';
import { type FigureLook, type MapFigure, titledScene } from './figure.js';
import { swatchOf } from './marks.js';
import { drawText, lineHeight, type Part, sideBySide, stacked, TYPE, textPart } from './part.js';
import { chooseScale } from './scale.js';
import { fillRect, fillShape, type Marks, type Point } from './scene/scene.js';
import { textWidth } from './scene/typeface.js';

/** The values of one item. */
export interface UnitBarsItem {
  /** '' where there is one item. */
  readonly label: string;
  readonly values: Float32Array;
}

interface UnitBarsLook {
  readonly title: string;
  readonly facts: string;
  readonly scaleRule: ScaleRule;
  readonly look: FigureLook;
}

/** So few units are rows with their numbers. */
const FEW = 24;
const ROWS_LENGTH = 400;
const WIDTH = 960;
const LEAST_WIDTH = 240;
/** A unit is so many points wide: the most that keeps all strips of a figure few, or the least. */
const UNIT_WIDTHS = [24, 16, 12, 8, 6, 4, 3, 2, 1, 0.5];
const FEW_STRIPS = 8;
/** All strips together are about this high; one is as high as these at least and at most. */
const HEIGHT = 480;
const LEAST_HEIGHT = 28;
const MOST_HEIGHT = 200;
const APART_STRIPS = 20;
/** Bars this wide have paper between them. */
const APART = 4;

/**
 * A vector of units that have no names: a bar for each, in their order, from one line of zero. Few units are rows with
 * their numbers, many are strips that go on line by line. All items share one scale, which holds zero.
 */
export function unitBars(items: readonly UnitBarsItem[], options: UnitBarsLook): MapFigure {
  const { title, facts, scaleRule, look } = options;
  const arrays = items.map(({ values }) => values);
  const chosen = chooseScale(arrays, scaleRule);
  const scale = { lo: Math.min(0, chosen.lo), hi: Math.max(0, chosen.hi) };
  const clipped = countClipped(arrays, scale);
  const isFew = arrays.every((values) => values.length <= FEW);
  const strips = stripSize(arrays, look.box);
  const blocks = items.map(({ label, values }) => {
    const head = label === '' ? [] : [textPart(label, 'name')];
    const bars = Array.from(values, (value, i) => ({ label: `unit ${i}`, value, detail: '' }));
    return stacked(
      [...head, isFew ? barRows(bars, ROWS_LENGTH * look.box) : stripsOf(values, scale, strips)],
      8,
      'left',
    );
  });
  const lost = clippedWords(clipped, 'diverging');
  const missing = clipped.nan === 0 ? '' : `${groupDigits(clipped.nan)} NaN, without a bar`;
  const signs = [
    { paint: ABOVE, words: 'above 0', isThere: arrays.some((values) => values.some((value) => value > 0)) },
    { paint: BELOW, words: 'below 0', isThere: arrays.some((values) => values.some((value) => value < 0)) },
  ];
  const key = [
    ...signs
      .filter(({ isThere }) => isThere)
      .map(({ paint, words }) => sideBySide([swatchOf(paint), textPart(words, 'detail')], 8, 'middle')),
    ...[lost, missing].filter(Boolean).map((line) => textPart(line, 'detail')),
  ];
  const body = stacked(blocks, 24, 'left');
  const legend = key.length === 0 ? textPart('every value is 0', 'detail') : sideBySide(key, 24, 'middle');
  return { scene: titledScene(title, facts, body, legend, look), scale, clipped };
}

interface Limits {
  readonly lo: number;
  readonly hi: number;
}

function countClipped(arrays: readonly Float32Array[], { lo, hi }: Limits) {
  const clipped = { below: 0, above: 0, nan: 0, of: 0 };
  for (const values of arrays) {
    clipped.of += values.length;
    for (const value of values) {
      if (value < lo) clipped.below++;
      else if (value > hi) clipped.above++;
      else if (Number.isNaN(value)) clipped.nan++;
    }
  }
  return clipped;
}

interface StripSize {
  /** Points a unit. */
  readonly unit: number;
  readonly perStrip: number;
  readonly height: number;
}

function stripSize(arrays: readonly Float32Array[], box: number): StripSize {
  const width = Math.max(LEAST_WIDTH, WIDTH * box);
  const count = (unit: number) =>
    arrays.reduce((sum, values) => sum + Math.ceil(values.length / Math.max(1, Math.floor(width / unit))), 0);
  const unit = UNIT_WIDTHS.find((one) => count(one) <= FEW_STRIPS) ?? UNIT_WIDTHS[UNIT_WIDTHS.length - 1];
  const perStrip = Math.max(1, Math.floor(width / unit));
  const height = Math.round(Math.max(LEAST_HEIGHT, Math.min(MOST_HEIGHT * box, (HEIGHT * box) / count(unit))));
  return { unit, perStrip, height };
}

/** Strips one below the other, each with the number of its first unit; the first one with its scale. */
function stripsOf(values: Float32Array, scale: Limits, { unit, perStrip, height }: StripSize): Part {
  const { size } = TYPE.detail;
  const line = lineHeight(TYPE.detail);
  const count = Math.ceil(values.length / perStrip);
  const numbers = Array.from({ length: count }, (_, s) => groupDigits(s * perStrip));
  const gutter = Math.ceil(Math.max(textWidth('unit 0', size), ...numbers.map((text) => textWidth(text, size)))) + 8;
  const across = Math.min(values.length, perStrip) * unit;
  const ends = [...new Set([scale.hi, 0, scale.lo])].map((value) => formatNumber(value));
  const right = 8 + Math.ceil(Math.max(...ends.map((text) => textWidth(text, size))));
  const step = height + APART_STRIPS;
  return {
    width: gutter + across + right,
    height: count * step - APART_STRIPS + line,
    draw: (marks, x, y) => {
      const span = scale.hi - scale.lo || 1;
      const toY = (top: number, value: number) => top + Math.round((2 * height * (scale.hi - value)) / span) / 2;
      for (const [s, number] of numbers.entries()) {
        const top = y + line / 2 + s * step;
        const left = x + gutter;
        const own = values.subarray(s * perStrip, (s + 1) * perStrip);
        const length = own.length * unit;
        fillRect(marks, left, top - 0.5, length, 1, 'hairline');
        fillRect(marks, left, top + height - 0.5, length, 1, 'hairline');
        const zero = toY(top, 0);
        const reach = (value: number) => toY(top, Math.max(scale.lo, Math.min(scale.hi, value)));
        drawUnits(marks, own, left, unit, zero, reach);
        fillRect(marks, left, zero - 0.5, length, 1, 'second');
        drawText(marks, x + gutter - 8, zero - line / 2, s === 0 ? 'unit 0' : number, TYPE.detail, 'end');
        if (s === 0) drawEnds(marks, left + across + 8, top, height, zero, scale);
      }
    },
  };
}

/** The numbers of the scale at its ends and at zero, unless they would touch. */
function drawEnds(marks: Marks, x: number, top: number, height: number, zero: number, { lo, hi }: Limits): void {
  const line = lineHeight(TYPE.detail);
  const places = [{ value: hi, y: top }, ...(lo < 0 ? [{ value: lo, y: top + height }] : [])];
  for (const { value, y } of places) drawText(marks, x, y - line / 2, formatNumber(value), TYPE.detail);
  if (hi !== 0 && places.every(({ y }) => Math.abs(y - zero) >= line))
    drawText(marks, x, zero - line / 2, '0', TYPE.detail);
}

/** Wide bars one by one; narrow ones as the outline of all of them above zero, and of all below it. */
function drawUnits(
  marks: Marks,
  values: Float32Array,
  left: number,
  unit: number,
  zero: number,
  reach: (value: number) => number,
): void {
  if (unit >= APART) {
    for (const [i, value] of values.entries()) {
      if (value === 0 || Number.isNaN(value)) continue;
      const end = reach(value);
      const long = Math.max(0.5, Math.abs(end - zero));
      fillRect(marks, left + i * unit, value > 0 ? zero - long : zero, unit - 1, long, value > 0 ? ABOVE : BELOW);
    }
    return;
  }
  for (const [sign, paint] of [[1, ABOVE] as const, [-1, BELOW] as const]) {
    const outline: Point[] = [[left, zero]];
    for (const [i, value] of values.entries()) {
      const y = sign * value > 0 ? reach(value) : zero;
      outline.push([left + i * unit, y], [left + (i + 1) * unit, y]);
    }
    outline.push([left + values.length * unit, zero]);
    if (outline.some(([, y]) => y !== zero)) fillShape(marks, outline, paint);
  }
}
