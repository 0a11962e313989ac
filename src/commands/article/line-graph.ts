import type { Image } from '../../core/image.js';
import type { ActivationName } from '../../core/job.js';
import { formatNumber } from '../../core/text.js';
import { type Canvas, drawLine, drawText, fillRect, type Rgb } from '../../draw/canvas.js';
import { FAINT, INK, onPaper, type Part, sideBySide, stacked, textPart } from '../../draw/part.js';
import { textHeight, textWidth } from '../../draw/text.js';
import { activate } from '../../layers/activation.js';

const MARGIN = 16;
const WIDTH = 360;
const HEIGHT = 240;
/** Room for the numbers of the axes: left of and below the plot. */
const GUTTER = 52;
const GRID: Rgb = [224, 224, 222];
/** Told apart with every common colour blindness (Okabe and Ito), the darkest first. */
const COLOURS: readonly Rgb[] = [
  [0, 114, 178],
  [213, 94, 0],
  [0, 158, 115],
  [204, 121, 167],
  [230, 159, 0],
  [86, 180, 233],
];

interface Curve {
  readonly label: string;
  /** (x, y) from left to right; straight lines between them. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Places to point at, such as a knee. */
  readonly marks: readonly (readonly [x: number, y: number])[];
}

interface LineGraph {
  readonly title: string;
  readonly facts: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly curves: readonly Curve[];
}

/** Curves over one pair of axes, each with its name and colour beside them; lines at zero, marks as squares. */
export function lineGraph({ title, facts, xLabel, yLabel, curves }: LineGraph): Image {
  const names = curves.map(({ label, marks }, i) => {
    const where = marks.map(([x, y]) => `(${formatNumber(x)}, ${formatNumber(y)})`).join(' ');
    const words = [textPart(label, INK), ...(where === '' ? [] : [textPart(`knee at ${where}`, FAINT)])];
    return sideBySide([swatch(COLOURS[i % COLOURS.length]), stacked(words, 2, 'left')], 6, 'top');
  });
  const body = sideBySide([plot(curves, xLabel, yLabel), stacked(names, 8, 'left')], 16, 'top');
  const head = [textPart(title, INK, 2), ...(facts === '' ? [] : [textPart(facts, FAINT)])];
  return onPaper(stacked([...head, body], 10, 'left'), MARGIN);
}

function swatch(rgb: Rgb): Part {
  return { width: 14, height: 7, draw: (canvas, x, y) => fillRect(canvas, x, y + 2, 14, 3, rgb) };
}

function plot(curves: readonly Curve[], xLabel: string, yLabel: string): Part {
  const points = curves.flatMap((curve) => curve.points);
  const [x0, x1] = range(points.map(([x]) => x));
  const [y0, y1] = range(points.map(([, y]) => y));
  const line = textHeight(1);
  return {
    width: GUTTER + WIDTH + GUTTER / 2,
    height: HEIGHT + 3 * line,
    draw: (canvas, left, top) => {
      const [originX, originY] = [left + GUTTER, top + line];
      const toX = (x: number) => originX + Math.round(((x - x0) / (x1 - x0)) * (WIDTH - 1));
      const toY = (y: number) => originY + Math.round(((y1 - y) / (y1 - y0)) * (HEIGHT - 1));
      drawText(canvas, left, top - 2, yLabel, { rgb: FAINT, size: 1 });
      for (const x of ticks(x0, x1)) {
        fillRect(canvas, toX(x), originY, 1, HEIGHT, x === 0 ? FAINT : GRID);
        const text = formatNumber(x);
        drawText(canvas, toX(x) - Math.floor(textWidth(text, 1) / 2), originY + HEIGHT + 3, text, {
          rgb: INK,
          size: 1,
        });
      }
      for (const y of ticks(y0, y1)) {
        fillRect(canvas, originX, toY(y), WIDTH, 1, y === 0 ? FAINT : GRID);
        const text = formatNumber(y);
        drawText(canvas, originX - 4 - textWidth(text, 1), toY(y) - 4, text, { rgb: INK, size: 1 });
      }
      const right = originX + WIDTH - textWidth(xLabel, 1);
      drawText(canvas, right, originY + HEIGHT + 3 + line, xLabel, { rgb: FAINT, size: 1 });
      for (const [i, curve] of curves.entries()) drawCurve(canvas, curve, COLOURS[i % COLOURS.length], toX, toY);
    },
  };
}

function drawCurve(
  canvas: Canvas,
  { points, marks }: Curve,
  rgb: Rgb,
  toX: (x: number) => number,
  toY: (y: number) => number,
): void {
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [points[i - 1], points[i]].map(([x, y]) => [toX(x), toY(y)] as const);
    // two pixels thick
    drawLine(canvas, from, to, rgb);
    drawLine(canvas, [from[0], from[1] - 1], [to[0], to[1] - 1], rgb);
  }
  for (const [x, y] of marks) fillRect(canvas, toX(x) - 3, toY(y) - 3, 7, 7, rgb);
}

/** Smallest and largest; one step around a single value. */
function range(values: readonly number[]): [number, number] {
  const [lo, hi] = [Math.min(...values), Math.max(...values)];
  return lo === hi ? [lo - 1, hi + 1] : [lo, hi];
}

/** Round numbers in a range, 1, 2 or 5 times a power of ten apart: four to ten of them. */
function ticks(lo: number, hi: number): number[] {
  let step = 1;
  while (step * 8 < hi - lo) step *= 10;
  while (step / 10 >= (hi - lo) / 8) step /= 10;
  const fine = [step / 5, step / 2, step].find((one) => (hi - lo) / one <= 8) ?? step;
  const first = Math.ceil(lo / fine);
  const last = Math.floor(hi / fine);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * fine);
}

/** Between the two ends; a multiple of the whole numbers that knees usually lie at. */
const SAMPLES = 240;

/** An activation as a graph, with the values it was drawn from. */
interface ActivationGraph {
  readonly image: Image;
  /** One for each bias; of relu its mark is the knee, at x = −bias. */
  readonly curves: readonly Curve[];
}

/**
 * activation(x + bias) over `reach` on either side of zero, a curve for each bias. Every value is the engine's own.
 * The knee of relu is found among the values: the last x at which it is still 0.
 */
export function activationGraph(name: ActivationName, biases: readonly number[], reach: number): ActivationGraph {
  const curves = biases.map((bias): Curve => {
    const xs = sampled(reach, -bias);
    const sums = Float32Array.from(xs, (x) => x + bias);
    const ys = new Float32Array(sums.length);
    activate(name, [], sums, ys);
    const points = xs.map((x, i) => [x, ys[i]] as const);
    const knee = name === 'relu' ? points.findLast(([, y]) => y === 0) : undefined;
    return { label: `bias ${formatNumber(bias)}`, points, marks: knee && points.some(([, y]) => y > 0) ? [knee] : [] };
  });
  const formula = name === 'relu' ? 'max(0, x + bias)' : `${name}(x + bias)`;
  const facts = name === 'relu' ? '0 up to the knee at x = −bias, then x + bias' : '';
  return { image: lineGraph({ title: formula, facts, xLabel: 'x', yLabel: 'y', curves }), curves };
}

/** Even steps from −reach to reach, and the place of interest among them. */
function sampled(reach: number, place: number): number[] {
  const steps = Array.from({ length: SAMPLES + 1 }, (_, i) => reach * ((2 * i) / SAMPLES - 1));
  const all = Math.abs(place) <= reach && !steps.includes(place) ? [...steps, place] : steps;
  return all.sort((a, b) => a - b);
}
