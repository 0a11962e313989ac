import { expect, it } from 'vitest';
import type { ChannelTerms, Taps, WeightedStep, WindowStep } from '../../src/analysis/explain/explanation.js';
import { PADDED, patchGreys, productPlanes, termsRows } from '../../src/commands/layer/explain-figure.js';
import { createCanvas, toImage } from '../../src/draw/canvas.js';
import { PAPER } from '../../src/draw/part.js';
import { pixel } from './paper.js';

/** A window of 3×3 taps; those of the first row and the first column are padding. */
const CORNER: Taps = {
  size: [3, 3],
  rows: [-1, 0, 1],
  columns: [-1, 0, 1],
  window: { x0: -1, y0: -1, x1: 1, y1: 1 },
  padding: Uint8Array.of(1, 1, 1, 1, 0, 0, 1, 0, 0),
} as Taps;
const PATCH = Float32Array.of(0, 0, 0, 0, 5, 6, 0, 8, 9);
const KERNEL = Float32Array.of(1, 0, -1, 2, 1, -2, 1, 0, -1);
const CHANNEL: ChannelTerms = {
  channel: 0,
  patch: PATCH,
  kernel: KERNEL,
  products: PATCH.map((value, t) => value * KERNEL[t]),
  sum: -16,
};
const STEP = { step: 'weighted', taps: CORNER, channels: [CHANNEL] } as unknown as WeightedStep;
/** Cells of short numbers and the line between two. */
const CELL = 25;

it('the taps in the padding, and no others, have the colour of the padding', () => {
  const { width, height, draw } = termsRows(STEP, {
    isColour: false,
    cells: [],
    productScale: { lo: -12, hi: 12, zero: 0 } as never,
    patchRgb: patchGreys({ lo: 0, hi: 9 }),
  });
  const canvas = createCanvas(width, height, PAPER);
  draw(canvas, 0, 0);
  const image = toImage(canvas);
  const padded: [number, number][] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) if (pixel(image, x, y).join() === PADDED.join()) padded.push([x, y]);
  }
  const left = Math.min(...padded.map(([x]) => x));
  const top = Math.min(...padded.map(([, y]) => y));
  const cells = padded.map(([x, y]) => 3 * Math.floor((y - top) / CELL) + Math.floor((x - left) / CELL));
  expect([...new Set(cells)].sort()).toEqual([0, 1, 2, 3, 6]);
  // a whole cell but for the zero that is written in it
  for (const t of [0, 1, 2, 3, 6]) expect(cells.filter((cell) => cell === t).length).toBeGreaterThan(0.9 * 24 * 24);
});

it('the planes of a step are its products, and the values of a window times their weights', () => {
  const values = Float32Array.of(1, 2, 3, 4);
  const taps = { size: [1, 4] } as unknown as Taps;
  const window = (weights: Float64Array | null) =>
    productPlanes({ step: 'window', taps, values, weights } as unknown as WindowStep)[0];
  expect(productPlanes(STEP)).toEqual([{ width: 3, height: 3, values: CHANNEL.products }]);
  expect(window(null)).toEqual({ width: 4, height: 1, values });
  expect(window(Float64Array.of(0.25, 0.5, 0.25, 2))).toEqual({
    width: 4,
    height: 1,
    values: Float32Array.of(0.25, 1, 0.75, 8),
  });
});
