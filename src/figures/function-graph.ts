import { formatNumber } from '../core/format.js';
import type { Image } from '../core/image.js';
import { type Canvas, drawText, fillRect, type Rgb } from './canvas.js';
import { textHeight, textWidth } from './font.js';
import { FAINT, FRAME, INK, onPaper, type Part, stacked, textPart } from './part.js';

const WIDTH = 420;
const HEIGHT = 260;
const MARGIN = 16;
const TICK = 4;
const THICK = 2;
const GRID: Rgb = [226, 226, 224];
/** Told apart by colour-blind eyes, too. Source: Okabe and Ito 2008 */
const COLOURS: readonly Rgb[] = [
  [0, 114, 178],
  [213, 94, 0],
  [0, 158, 115],
  [204, 121, 167],
];

export interface Curve {
  readonly label: string;
  /** One value for each x. */
  readonly ys: Float32Array;
}

export interface FunctionGraph {
  readonly title: string;
  readonly facts: string;
  /** Rising, at equal distances. */
  readonly xs: Float32Array;
  readonly curves: readonly Curve[];
  /** The x and y that the axes name. */
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
}

/** The graph of functions of one variable, each curve named at its right end. */
export function functionGraph({ title, facts, ...graph }: FunctionGraph): Image {
  return onPaper(stacked([textPart(title, INK, 2), textPart(facts, FAINT), plot(graph)], 10, 'left'), MARGIN);
}

function plot({ xs, curves, xTicks, yTicks }: Omit<FunctionGraph, 'title' | 'facts'>): Part {
  const left = Math.max(...yTicks.map((y) => textWidth(formatNumber(y), 1))) + 2 * TICK;
  const right = Math.max(...curves.map(({ label }) => textWidth(label, 1))) + 3 * TICK;
  const below = textHeight(1) + 2 * TICK;
  const [x0, x1] = [xs[0], xs[xs.length - 1]];
  const [lowest, highest] = extremes(curves);
  const xAt = (x: number) => Math.round(((x - x0) / (x1 - x0)) * (WIDTH - 1));
  const yAt = (y: number) => Math.round(((highest - y) / (highest - lowest)) * (HEIGHT - 1));
  const draw = (canvas: Canvas, atX: number, atY: number) => {
    const [x, y] = [atX + left, atY + textHeight(1)];
    for (const tick of xTicks) {
      const text = formatNumber(tick);
      fillRect(canvas, x + xAt(tick), y, 1, HEIGHT + TICK, GRID);
      drawText(canvas, x + xAt(tick) - Math.floor(textWidth(text, 1) / 2), y + HEIGHT + TICK + 2, text, {
        rgb: INK,
        size: 1,
      });
    }
    for (const tick of yTicks) {
      const text = formatNumber(tick);
      fillRect(canvas, x - TICK, y + yAt(tick), WIDTH + TICK, 1, GRID);
      drawText(canvas, x - TICK - 2 - textWidth(text, 1), y + yAt(tick) - 4, text, { rgb: INK, size: 1 });
    }
    fillRect(canvas, x, y + yAt(Math.max(0, lowest)), WIDTH, 1, FRAME);
    fillRect(canvas, x + xAt(0), y, 1, HEIGHT, FRAME);
    for (const [c, { label, ys }] of curves.entries()) {
      const rgb = COLOURS[c % COLOURS.length];
      drawCurve(canvas, x, y, ys, yAt, rgb);
      drawText(canvas, x + WIDTH + 2 * TICK, y + yAt(ys[ys.length - 1]) - 4, label, { rgb, size: 1 });
    }
  };
  return { width: left + WIDTH + right, height: textHeight(1) + HEIGHT + below, draw };
}

/** A column of ink for each column of the plot, from the curve's height there to that of the column before. */
function drawCurve(canvas: Canvas, x: number, y: number, ys: Float32Array, yAt: (y: number) => number, rgb: Rgb): void {
  let before = yAt(ys[0]);
  for (let column = 0; column < WIDTH; column++) {
    const now = yAt(ys[Math.round((column / (WIDTH - 1)) * (ys.length - 1))]);
    const top = Math.min(now, before);
    fillRect(canvas, x + column, y + top - THICK + 1, THICK, Math.abs(now - before) + THICK, rgb);
    before = now;
  }
}

function extremes(curves: readonly Curve[]): [number, number] {
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { ys } of curves) {
    for (const y of ys) {
      lowest = Math.min(lowest, y);
      highest = Math.max(highest, y);
    }
  }
  return highest > lowest ? [lowest, highest] : [lowest - 1, highest + 1];
}
