import { formatNumber } from '../core/text.js';
import { baselineOf, drawText, lineHeight, type Part, TYPE, textPart, widest } from './part.js';
import { fillRect, type Paint, type Rgb } from './scene/scene.js';
import { shortenMiddle, textWidth } from './scene/typeface.js';

/** Above zero and below it: told apart with every colour blindness, and by brightness, on bright and on dark paper. */
export const ABOVE: Rgb = [217, 105, 30];
export const BELOW: Rgb = [43, 110, 190];

/** A number with its name. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** How the value is written; as a number when left out. */
  readonly text?: string;
  /** Said behind the value. */
  readonly detail: string;
  /** In place of the colour of its sign. */
  readonly paint?: Paint;
}

const ROW = 26;
const THICK = 16;
const GAP = 12;
/** A longer name loses its middle. */
const LABEL_WIDTH = 300;
const LEAST_LENGTH = 80;
/** Less than this would not be seen. */
const LEAST = 1;

/**
 * One bar a row, all from one line of zero: above zero to the right. Names stand left of them, numbers right of them, one
 * below the other at their points. What is no number has no bar; what is infinite reaches the end.
 * @param wanted points of the bars' column, at least 80
 */
export function barRows(bars: readonly Bar[], wanted: number): Part {
  const length = Math.max(LEAST_LENGTH, wanted);
  const finite = bars.map(({ value }) => value).filter(Number.isFinite);
  const hi = Math.max(0, ...finite);
  const lo = Math.min(0, ...finite);
  const scale = length / Math.max(hi - lo, Number.MIN_VALUE);
  const zero = -lo * scale;
  const { size } = TYPE.body;
  const labels = bars.map(({ label }) => textPart(shortenMiddle(label, LABEL_WIDTH, size)));
  const column = widest(labels);
  const texts = bars.map(({ value, text }) => text ?? formatNumber(value));
  const numbers = alignedAtPoint(texts);
  const details = bars.map(({ detail }) => textPart(detail, 'detail'));
  const detailWidth = widest(details);
  const [first, second, third] = [column + GAP, column + length + 2 * GAP, column + length + numbers.width + 3 * GAP];
  return {
    width: detailWidth === 0 ? second + numbers.width : third + detailWidth,
    height: bars.length * ROW,
    draw: (marks, x, y) => {
      for (const [i, { value, paint }] of bars.entries()) {
        const top = y + i * ROW;
        const base = top + (ROW - lineHeight(TYPE.body)) / 2;
        labels[i].draw(marks, x + column - labels[i].width, base);
        const reach = Number.isNaN(value) ? 0 : Math.min(hi, Math.max(lo, value)) * scale;
        const width = value === 0 || Number.isNaN(value) ? 0 : Math.max(LEAST, halves(Math.abs(reach)));
        const left = x + first + halves(zero) - (value < 0 ? width : 0);
        fillRect(marks, left, top + (ROW - THICK) / 2, width, THICK, paint ?? (value < 0 ? BELOW : ABOVE));
        drawText(marks, x + second + numbers.starts[i], base, texts[i], TYPE.body);
        const lower = baselineOf(TYPE.body) - baselineOf(TYPE.detail);
        details[i].draw(marks, x + (detailWidth === 0 ? 0 : third + detailWidth - details[i].width), base + lower);
      }
      fillRect(marks, x + first + halves(zero) - 0.5, y, 1, bars.length * ROW, 'second');
    },
  };
}

/** Points in halves: whole pixels at two a point. */
function halves(points: number): number {
  return Math.round(2 * points) / 2;
}

/** Where numbers begin so that their points (or last digits) stand below each other, in points. */
function alignedAtPoint(texts: readonly string[]): { readonly width: number; readonly starts: readonly number[] } {
  const { size } = TYPE.body;
  const split = texts.map((text) =>
    /^([^\d]*[\d,]*)(.*)$/
      .exec(text)!
      .slice(1)
      .map((part) => textWidth(part, size)),
  );
  const before = Math.max(0, ...split.map(([whole]) => whole));
  const after = Math.max(0, ...split.map(([, rest]) => rest));
  return { width: before + after, starts: split.map(([whole]) => before - whole) };
}
