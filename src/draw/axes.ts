import { formatNumber } from '../core/text.js';
import { drawText, lineHeight, type Part, TYPE } from './part.js';
import { drawLines, fillRect, type Marks, type Paint, type Point } from './scene/scene.js';
import { textWidth } from './scene/typeface.js';

/** Where a pair of numbers lies on the paper. */
export type Placed = (x: number, y: number) => Point;

interface Axes {
  /** Points of the plotted area; at least 320 × 160, so that numbers stand apart. */
  readonly width: number;
  readonly height: number;
  readonly x: readonly [lo: number, hi: number];
  readonly y: readonly [lo: number, hi: number];
  readonly xLabel: string;
  readonly yLabel: string;
  /** Only whole numbers stand below the horizontal axis. */
  readonly wholeX?: boolean;
  /** What stands below it in place of its own numbers, such as steps of which each is twice the one before. */
  readonly xTicks?: readonly (readonly [at: number, label: string])[];
  /** What is plotted. */
  readonly draw: (marks: Marks, place: Placed) => void;
}

const NEAR = 8;
/** Eight numbers stand below less in one another's way, and nothing is told by less height. */
const LEAST_WIDTH = 320;
const LEAST_HEIGHT = 160;

/** A pair of axes with round numbers and a line for each, stronger at zero; both labels stand at the ends of their axes. */
export function plotPart({ x, y, xLabel, yLabel, wholeX = false, xTicks, draw, ...sides }: Axes): Part {
  const [width, height] = [Math.max(LEAST_WIDTH, sides.width), Math.max(LEAST_HEIGHT, sides.height)];
  const { size } = TYPE.detail;
  const line = lineHeight(TYPE.detail);
  const across = xTicks ?? ticks(x, wholeX ? 1 : 0).map((value) => [value, formatNumber(value)] as const);
  const down = ticks(y);
  const gutter = Math.ceil(Math.max(...down.map((value) => textWidth(formatNumber(value), size)))) + NEAR;
  const overhang = textWidth(across[across.length - 1][1], size) / 2;
  const right = Math.ceil(Math.max(overhang, textWidth(yLabel, size) - gutter - width, 0));
  const head = line + NEAR;
  return {
    width: gutter + width + right,
    height: head + height + 6 + 2 * line,
    draw: (marks, left, top) => {
      const [originX, originY] = [left + gutter, top + head];
      const toX = (value: number) => originX + ((value - x[0]) / (x[1] - x[0])) * width;
      const toY = (value: number) => originY + ((y[1] - value) / (y[1] - y[0])) * height;
      drawText(marks, left, top, yLabel, TYPE.detail);
      for (const [value, label] of across) {
        fillRect(marks, halves(toX(value)) - 0.5, originY, 1, height, value === 0 ? 'frame' : 'hairline');
        drawText(marks, toX(value), originY + height + 6, label, TYPE.detail, 'middle');
      }
      for (const value of down) {
        fillRect(marks, originX, halves(toY(value)) - 0.5, width, 1, value === 0 ? 'frame' : 'hairline');
        drawText(marks, originX - NEAR, toY(value) - line / 2, formatNumber(value), TYPE.detail, 'end');
      }
      drawText(marks, originX + width, originY + height + 6 + line, xLabel, TYPE.detail, 'end');
      draw(marks, (px, py) => [toX(px), toY(py)]);
    },
  };
}

function halves(points: number): number {
  return Math.round(2 * points) / 2;
}

/** A line through numbers; a gap where one is missing or not finite, a dot where one stands alone. */
export function drawCurve(marks: Marks, points: readonly Point[], place: Placed, paint: Paint, thick = 2): void {
  let piece: Point[] = [];
  const end = () => {
    const bends = piece.filter((at, i) => !isBetween(piece[i - 1], at, piece[i + 1]));
    if (bends.length > 1) drawLines(marks, bends, paint, thick);
    else if (piece.length === 1) drawDot(marks, piece[0], paint, 3);
    piece = [];
  };
  for (const [x, y] of points) {
    if (Number.isFinite(y)) piece.push(place(x, y));
    else end();
  }
  end();
}

/** A point this near to the line between its neighbours, in points, is no bend: float32 rounds. */
const STRAIGHT = 1e-4;

/** Whether a point lies on the straight line from the one before it to the next: it need not be drawn. */
function isBetween(before: Point | undefined, [x, y]: Point, after: Point | undefined): boolean {
  if (!before || !after) return false;
  const [dx, dy] = [after[0] - before[0], after[1] - before[1]];
  return Math.abs((x - before[0]) * dy - (y - before[1]) * dx) < STRAIGHT * Math.sqrt(dx * dx + dy * dy);
}

/** A dot of a colour with paper around it, so that it shows on lines. */
export function drawDot(marks: Marks, at: Point, paint: Paint, radius = 4): void {
  drawLines(marks, [at, [at[0] + 0.01, at[1]]], 'halo', 2 * radius + 3);
  drawLines(marks, [at, [at[0] + 0.01, at[1]]], paint, 2 * radius);
}

/** A dashed line from top to foot. */
export function drawDashes(marks: Marks, x: number, top: number, foot: number, paint: Paint): void {
  for (let y = top; y < foot; y += 6) fillRect(marks, halves(x) - 0.5, y, 1, Math.min(3, foot - y), paint);
}

/** Smallest and largest; one step around a single value. */
export function rangeOf(values: readonly number[]): readonly [number, number] {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [0, 1];
  const lo = finite.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const hi = finite.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  return lo === hi ? [lo - 1, hi + 1] : [lo, hi];
}

/** The next round number that `ticks` puts on an axis from 0. */
export function roundedUp(most: number): number {
  const [, step] = ticks([0, most]);
  return Math.ceil(most / step - 1e-9) * step;
}

/** Round numbers in a range, 1, 2 or 5 times a power of ten apart and at least `least`: three to eight of them. */
function ticks([lo, hi]: readonly [number, number], least = 0): number[] {
  const wanted = (hi - lo) / 8;
  let power = 1;
  while (power * 10 <= wanted) power *= 10;
  while (power > wanted) power /= 10;
  const fine = [1, 2, 5, 10].map((factor) => factor * power).find((one) => (hi - lo) / one <= 8) ?? 10 * power;
  const step = Math.max(fine, least);
  const first = Math.ceil(lo / step);
  const last = Math.floor(hi / step);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}
