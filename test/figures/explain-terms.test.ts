import { expect, it } from 'vitest';
import type { ChannelTerms, Taps, WeightedStep, WindowStep } from '../../src/analysis/explain/explanation.js';
import {
  PADDED,
  patchGreys,
  productPlanes,
  shownChannels,
  telling,
  termsRows,
} from '../../src/commands/layer/terms-figure.js';
import type { Marks } from '../../src/draw/scene/scene.js';
import { textWidth } from '../../src/draw/scene/typeface.js';

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
const STEP = { step: 'weighted', taps: CORNER, channels: [CHANNEL], sum: -16 } as unknown as WeightedStep;

function marksOf(step: WeightedStep, shown = telling(step.channels)): Marks {
  const part = termsRows(step, {
    isColour: false,
    cells: [],
    productScale: { lo: -12, hi: 12 },
    patchRgb: patchGreys({ lo: 0, hi: 9 }),
    shown,
  });
  const marks: Marks = [];
  part.draw(marks, 0, 0);
  return marks;
}

const textsOf = (marks: Marks) => marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));

/** Sums of 1, −7, 2 …: the largest are channels 1, 3, 4 and 5. */
const SUMS = [1, -7, 2, 30, 4, -5];
const MANY = {
  ...STEP,
  channels: SUMS.map((sum, channel) => ({ ...CHANNEL, channel, kernel: KERNEL.map((value) => value * sum), sum })),
  sum: 25,
} as WeightedStep;

it('the taps in the padding, and no others, have the colour of the padding', () => {
  const cells = marksOf(STEP).flatMap((mark) => (mark.kind === 'rect' && Array.isArray(mark.paint) ? [mark] : []));
  // the patch is drawn first, cell by cell
  const patch = cells.slice(0, 9);
  const padded = patch.flatMap(({ paint }, t) => (String(paint) === String(PADDED) ? [t] : []));
  expect(padded).toEqual([0, 1, 2, 3, 6]);
  expect(patch[8].paint).toEqual([255, 255, 255]);
});

it('every number of patch, kernel and products stands in a cell, the sum behind them', () => {
  const texts = textsOf(marksOf(STEP));
  expect(texts.slice(0, 4)).toEqual(['patch', 'kernel', 'products', 'sum']);
  const numbers = texts.slice(4).filter((text) => text !== '×' && text !== '=');
  const written = [...PATCH, ...KERNEL, ...CHANNEL.products].map((value) => String(value).replace('-', '−'));
  expect(numbers).toEqual([...written.map((text) => (text === '−0' ? '0' : text)), '−16']);
});

it('of many channels those whose sums are largest are drawn, the others are summed in words', () => {
  expect(telling(MANY.channels).map(({ channel }) => channel)).toEqual([1, 3, 4, 5]);
  const texts = textsOf(marksOf(MANY));
  expect(texts).toEqual(expect.arrayContaining(['channel 1', 'channel 3', 'channel 4', 'channel 5']));
  // 1 + 2
  expect(texts.slice(-2)).toEqual(['the other 2 channels together', '3']);
});

it('equal channels are drawn once', () => {
  const equal = { ...STEP, channels: [0, 1, 2].map((channel) => ({ ...CHANNEL, channel })), sum: -48 };
  expect(telling(equal.channels)).toHaveLength(1);
  expect(shownChannels(MANY.channels, ({ patch, kernel }) => [patch, kernel])).toHaveLength(4);
  expect(textsOf(marksOf(equal)).slice(-2)).toEqual(['the other 2 channels are equal to it', '−32']);
});

it('sums stand below each other, points on one line', () => {
  const sums = [1.25, -16, 100.5];
  const channels = sums.map((sum, channel) => ({ ...CHANNEL, channel, kernel: KERNEL.map((v) => v * sum), sum }));
  const marks = marksOf({ ...STEP, channels, sum: 85.75 } as WeightedStep);
  const at = (text: string) => {
    const mark = marks.find((one) => one.kind === 'text' && one.weight === 'bold' && one.text === text)!;
    if (mark.kind !== 'text') throw new Error(text);
    return mark;
  };
  const { size } = at('1.25');
  // digits are of one width: "100" begins two digits before "1"
  expect(at('1.25').x - at('100.5').x).toBeCloseTo(2 * digitWidth(size), 6);
});

function digitWidth(size: number): number {
  return textWidth('0', size, 'bold');
}

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
