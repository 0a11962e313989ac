import { log1p } from '../core/math.js';
import type { Histogram } from '../core/result.js';
import { formatNumber, groupDigits } from '../core/text.js';
import { type FigureLook, titledScene } from './figure.js';
import { swatchOf } from './marks.js';
import { captioned, drawText, inGrid, lineHeight, type Part, sideBySide, TYPE, textPart } from './part.js';
import { fillRect, type Rgb, type Scene, strokeRect } from './scene/scene.js';
import { textWidth } from './scene/typeface.js';

/** The activations of one layer. */
export interface LayerHistogram {
  readonly name: string;
  /** "64 maps 55 × 55" */
  readonly size: string;
  /** What else is known of it: "3 of 64 never fire". */
  readonly facts: readonly string[];
  readonly histogram: Histogram;
}

const WIDTH = 256;
const HEIGHT = 96;
/** The numbers below do not fit into less. */
const LEAST_WIDTH = 168;
const LEAST_HEIGHT = 48;
/** The column of what is exactly zero. */
const ZEROS = 16;
const GAP = 12;
const TICK = 4;
const COLOUR: Rgb = [43, 110, 190];
/** A step this much fuller than the middle one would flatten all others. */
const STEEP = 40;

/**
 * How large the activations of layers are, one small histogram a layer, each over its own range. Exact zeros stand in a
 * column of their own, as a share of all values; steps that would flatten all others make counts logarithmic.
 */
export function histograms(
  layers: readonly LayerHistogram[],
  { title, facts, look }: { readonly title: string; readonly facts: string; readonly look: FigureLook },
): { readonly scene: Scene } {
  const cells = layers.map((layer) => cellOf(layer, look.box));
  const key = [
    sideBySide([swatchOf('accent'), textPart('the share of values that are exactly 0', 'detail')], 8, 'middle'),
    sideBySide([swatchOf(COLOUR), textPart('how many of the others fall into each step', 'detail')], 8, 'middle'),
  ];
  return { scene: titledScene(title, facts, inGrid(cells, 32, undefined, 24), sideBySide(key, 24, 'middle'), look) };
}

function cellOf({ name, size, facts, histogram }: LayerHistogram, box: number): Part {
  const { count, zeros, nan, infinite } = histogram;
  const isLog = isSteep(histogram.bins);
  const share = zeros === 0 ? '' : `${formatNumber((100 * zeros) / count)} % zero`;
  const lost = [nan > 0 ? `${groupDigits(nan)} NaN` : '', infinite > 0 ? `${groupDigits(infinite)} infinite` : ''];
  const words = [share, ...facts, ...lost, isLog ? 'counts on a logarithmic scale' : ''].filter(Boolean).join(', ');
  return captioned(plotOf(histogram, isLog, box), [[name, size], words]);
}

function isSteep(bins: readonly number[]): boolean {
  const filled = bins.filter((count) => count > 0).sort((a, b) => a - b);
  return filled.length > 2 && filled[filled.length - 1] > STEEP * filled[filled.length >> 1];
}

function plotOf({ count, zeros, lo, hi, bins }: Histogram, isLog: boolean, box: number): Part {
  const [width, height] = [
    Math.round(Math.max(LEAST_WIDTH, WIDTH * box)),
    Math.round(Math.max(LEAST_HEIGHT, HEIGHT * box)),
  ];
  const sizeOf = (value: number) => (isLog ? log1p(value) : value);
  const most = Math.max(1, ...bins.map(sizeOf));
  const line = lineHeight(TYPE.detail);
  const { size } = TYPE.detail;
  return {
    width: ZEROS + GAP + width,
    height: height + TICK + line,
    draw: (marks, x, y) => {
      const foot = y + height;
      const share = count === 0 ? 0 : zeros / count;
      strokeRect(marks, x, y, ZEROS, height, 'hairline');
      const filled = zeros === 0 ? 0 : Math.max(0.5, halves(share * height));
      fillRect(marks, x, foot - filled, ZEROS, filled, 'accent');
      drawText(marks, x + ZEROS / 2, foot + TICK, '0', TYPE.detail, 'middle');
      const left = x + ZEROS + GAP;
      const step = width / bins.length;
      for (const [i, value] of bins.entries()) {
        if (value === 0) continue;
        const tall = Math.max(0.5, halves((sizeOf(value) / most) * height));
        const [from, to] = [halves(i * step), halves((i + 1) * step)];
        fillRect(marks, left + from, foot - tall, to - from, tall, COLOUR);
      }
      fillRect(marks, left, foot, width, 1, 'frame');
      if (Number.isNaN(lo)) {
        drawText(marks, left, foot + TICK, 'no other value', TYPE.detail);
        return;
      }
      if (lo === hi) {
        drawText(marks, left + width / 2, foot + TICK, formatNumber(lo), TYPE.detail, 'middle');
        return;
      }
      const [first, last] = [formatNumber(lo), formatNumber(hi)];
      drawText(marks, left, foot + TICK, first, TYPE.detail);
      drawText(marks, left + width, foot + TICK, last, TYPE.detail, 'end');
      if (lo > 0 || hi < 0) return;
      const zero = ((0 - lo) / (hi - lo)) * width;
      fillRect(marks, left + halves(zero) - 0.5, y, 1, height + TICK, 'second');
      const isFree = zero > textWidth(first, size) + 10 && zero < width - textWidth(last, size) - 10;
      if (isFree) drawText(marks, left + zero, foot + TICK, '0', TYPE.detail, 'middle');
    },
  };
}

function halves(points: number): number {
  return Math.round(2 * points) / 2;
}
