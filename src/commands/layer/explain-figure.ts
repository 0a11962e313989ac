import type {
  Agreement,
  ChannelTerms,
  ElementStep,
  ExplainedStep,
  Explanation,
  Taps,
  WeightedStep,
  WindowStep,
} from '../../analysis/explain/explanation.js';
import type { Image } from '../../core/image.js';
import type { ColormapName } from '../../core/job.js';
import type { Scale } from '../../core/result.js';
import { formatNumber } from '../../core/text.js';
import type { ValuePlace } from '../../core/value-place.js';
import type { Canvas, Rgb } from '../../draw/canvas.js';
import { applyColormap } from '../../draw/colormaps.js';
import { legend, titledImage } from '../../draw/map-figure.js';
import { MARKED, outline } from '../../draw/marks.js';
import { fitsNumberGrid, numberGrid } from '../../draw/number-grid.js';
import {
  FAINT,
  INK,
  imagePicture,
  type Part,
  type Plane,
  planePicture,
  sideBySide,
  stacked,
  textPart,
  toLevels,
} from '../../draw/part.js';
import { chooseScale } from '../../draw/scale.js';
import { chooseFit } from '../../draw/text.js';

const DIGITS = 7;
const MOST_READ = 6;
const NOTHING_CLIPPED = { below: 0, above: 0, nan: 0 };

/** Numbers in cells: patch × kernel = products, channel by channel, their sum and bias; then what follows. */
export function explanationFigure(explanation: Explanation, title: string): Image {
  const isColour = explanation.input.channels === 3;
  const parts = explanation.steps.map((step) => stepPart(step, isColour));
  const value = formatNumber(explanation.value, DIGITS);
  return titledImage(title, `stored value ${value}`, stacked(parts, 18, 'left'), keyOf(explanation.steps));
}

function stepPart(step: ExplainedStep, isColour: boolean): Part {
  const head = textPart(`${step.layer}: ${step.words}, ${placeWords(step.place)}`);
  switch (step.step) {
    case 'weighted':
      return stacked([head, ...weightedParts(step, isColour && step.readsInput)], 6, 'left');
    case 'window':
      return stacked([head, windowPart(step, productScale([step]), []), windowTotal(step)], 6, 'left');
    case 'element':
      return stacked([head, elementPart(step)], 6, 'left');
  }
}

function weightedParts(step: WeightedStep, isColour: boolean): Part[] {
  const { taps, channels, kind } = step;
  const total = textPart(totalWords(step));
  if (kind === 'linear') return [textPart(`${channels.length} inputs × their weights`, FAINT), total];
  const [height, width] = taps.size;
  const cells = channels.flatMap(({ patch, kernel, products }) =>
    [patch, kernel, products].map((values) => ({ width, height, values })),
  );
  const patchRgb = patchGreys(patchScale([step])!);
  const look = { isColour, cells, productScale: productScale([step]), patchRgb };
  return [textPart(windowWords(taps), FAINT), termsRows(step, look), total];
}

function totalWords({ sum, bias, windowNorm, agreement }: WeightedStep): string {
  const norm = windowNorm === null ? '' : `   ÷ length of the window ${formatNumber(windowNorm, DIGITS)}`;
  return `sum of products ${formatNumber(sum, DIGITS)}${norm}   + bias ${formatNumber(bias, DIGITS)}   = ${agreementWords(agreement)}`;
}

function windowTotal({ weights, agreement }: WindowStep): Part {
  return textPart(`${weights === null ? 'largest' : 'sum'} = ${agreementWords(agreement)}`);
}

function elementPart({ formula, reads, numbers, agreement }: ElementStep): Part {
  const values = reads.slice(0, MOST_READ).map(({ value }) => formatNumber(value, DIGITS));
  const more = reads.length > MOST_READ ? ` … ${reads.length} numbers` : '';
  const named = Object.entries(numbers).map(([name, value]) => `   ${name} ${formatNumber(value, DIGITS)}`);
  return textPart(`${formula}   of ${values.join(', ')}${more}${named.join('')}   = ${agreementWords(agreement)}`);
}

function agreementWords({ explained, stored, same, bound, difference, algorithm }: Agreement): string {
  const by = algorithm === null ? '' : `, ${algorithm}`;
  const value = formatNumber(explained, DIGITS);
  if (same) return `${value}   (stored: same bits${by})`;
  const verdict =
    difference <= bound ? `at most ${formatNumber(bound, 2)}` : `more than the bound ${formatNumber(bound, 2)}`;
  return `${value}   (stored: ${formatNumber(stored, DIGITS)}, differs by ${formatNumber(difference, 2)}, ${verdict}${by})`;
}

function placeWords({ item, channel, x, y }: ValuePlace): string {
  const of = item > 0 ? `item ${item}, ` : '';
  return x === null ? `${of}unit ${channel}` : `${of}channel ${channel} at (${x}, ${y})`;
}

function windowWords({ window: { x0, x1, y0, y1 }, padding }: Taps): string {
  const border = padding.includes(1) ? '; blue-grey cells are padding' : '';
  return `input x ${formatNumber(x0)} to ${formatNumber(x1)}, y ${formatNumber(y0)} to ${formatNumber(y1)}${border}`;
}

function productScale(steps: readonly ExplainedStep[]) {
  const planes = steps.flatMap((step) => (step.step === 'element' ? [] : productPlanes(step)));
  const finite = planes.map(({ values }) => values.filter(Number.isFinite));
  return chooseScale(finite, { kind: 'symmetric' });
}

function patchScale(steps: readonly ExplainedStep[]) {
  const patches = steps.flatMap((step) => (step.step === 'weighted' ? step.channels.map(({ patch }) => patch) : []));
  return patches.length === 0 ? null : chooseScale(patches, { kind: 'minmax' });
}

/** What greys and colours mean, where there are any. */
function keyOf(steps: readonly ExplainedStep[]): Part {
  const weighted = steps.filter((step) => step.step === 'weighted' && step.kind !== 'linear');
  const windows = steps.filter((step) => step.step === 'window');
  const patch = patchScale(weighted);
  const parts = [
    ...(patch ? [legend('patch', patch, 'gray', NOTHING_CLIPPED)] : []),
    ...(weighted.length > 0 ? [legend('products', productScale(weighted), 'diverging', NOTHING_CLIPPED)] : []),
    ...windows.map((step) => legend(step.layer, productScale([step]), 'diverging', NOTHING_CLIPPED)),
  ];
  return parts.length === 0 ? textPart('numbers only: no colours to explain', INK) : stacked(parts, 6, 'left');
}

/** More channels than this are counted, not drawn. */
export const MOST_CHANNELS = 4;
/** Where a window reaches beyond its input. */
export const PADDED: Rgb = [206, 214, 222];
const BOX = 150;
const COLOURS = ['red', 'green', 'blue'];

/** How the rows of a sum of products are drawn. */
interface TermsLook {
  readonly isColour: boolean;
  /** Planes whose cells are of one size. */
  readonly cells: readonly Plane[];
  readonly productScale: Scale;
  /** The colours of a channel's patch, [kH, kW, 3]; where it is padded it has another. */
  readonly patchRgb: (channel: ChannelTerms) => Uint8Array;
}

/** A patch in greys. */
export function patchGreys(scale: Scale): (channel: ChannelTerms) => Uint8Array {
  return ({ patch }) => applyColormap(toLevels(patch, scale), 'gray');
}

/** Channels that are drawn: one for all where kernel and values of all are equal, as of a gray image read as RGB. */
export function shownChannels<T>(
  channels: readonly T[],
  values: (channel: T) => readonly Float32Array[],
): readonly T[] {
  const [first, ...rest] = channels;
  const own = values(first);
  const equal = rest.every((one) => values(one).every((array, a) => array.every((value, i) => value === own[a][i])));
  return equal ? [first] : channels.slice(0, MOST_CHANNELS);
}

/** "red", "channel 5"; nothing where one is drawn. */
export function channelTitle(channel: number, isColour: boolean, count: number): Part[] {
  return count === 1 ? [] : [textPart(isColour ? COLOURS[channel] : `channel ${channel}`, FAINT)];
}

/** What is said of the channels that are not drawn. */
export function restOfChannels(shown: number, count: number): Part[] {
  if (shown === count) return [];
  return [textPart(shown === 1 ? `all ${count} channels are equal` : `+ ${count - shown} more channels`, FAINT)];
}

/** patch × kernel = products, a row for each channel. */
export function termsRows({ channels, taps }: WeightedStep, look: TermsLook): Part {
  const kernelScale = chooseScale(
    channels.map(({ kernel }) => kernel),
    { kind: 'symmetric' },
  );
  const shown = shownChannels(channels, ({ patch, kernel }) => [patch, kernel]);
  const rows = shown.map((one) => termsRow(one, taps, look, kernelScale, shown.length));
  return stacked([...rows, ...restOfChannels(shown.length, channels.length)], 8, 'left');
}

function termsRow(
  terms: ChannelTerms,
  taps: Taps,
  { isColour, cells, productScale, patchRgb }: TermsLook,
  kernelScale: Scale,
  count: number,
): Part {
  const { channel, patch, kernel, products, sum } = terms;
  const sign = (text: string) => textPart(text, INK, 2);
  const one = (values: Float32Array, scale: Scale, colormap: ColormapName, caption: string) =>
    stacked([plane(taps, values, scale, colormap, cells), textPart(caption)], 4, 'left');
  const [height, width] = taps.size;
  // numbers say it themselves; colours need their ends
  const ends = fitsNumberGrid({ width, height }) ? '' : ` ±${formatNumber(kernelScale.hi)}`;
  const kernelCaption = `kernel${ends}`;
  const parts = [
    stacked([patchPart(taps, patch, patchRgb(terms), cells), textPart('patch')], 4, 'left'),
    sign('×'),
    one(kernel, kernelScale, 'diverging', kernelCaption),
    sign('='),
    one(products, productScale, 'diverging', `products: ${formatNumber(sum, 4)}`),
  ];
  return stacked([...channelTitle(channel, isColour, count), sideBySide(parts, 8, 'middle')], 3, 'left');
}

/** Taps as numbers where they fit, else as a picture. */
function plane(
  { size: [height, width] }: Taps,
  values: Float32Array,
  scale: Scale,
  colormap: ColormapName,
  cells: readonly Plane[],
): Part {
  const levels = toLevels(values, scale);
  const taps = { width, height, values };
  if (!fitsNumberGrid(taps)) return planePicture(taps, levels, colormap, chooseFit(width, height, BOX, BOX));
  return numberGrid(taps, applyColormap(levels, colormap), { among: [taps, ...cells] });
}

/** A patch in its colours: its numbers in cells where they fit, else as a picture. */
export function patchPart(
  { size: [height, width], padding }: Taps,
  values: Float32Array,
  colours: Uint8Array,
  cells: readonly Plane[],
  box = BOX,
): Part {
  const rgb = colours.slice();
  padding.forEach((flag, t) => {
    if (flag === 1) rgb.set(PADDED, 3 * t);
  });
  const taps = { width, height, values };
  if (fitsNumberGrid(taps)) return numberGrid(taps, rgb, { among: [taps, ...cells] });
  return imagePicture({ width, height, channels: 3, depth: 8, data: rgb }, chooseFit(width, height, box, box));
}

/** patch × kernel of each channel, or the values of a pool's window (weighted, for means). */
export function productPlanes(explained: WeightedStep | WindowStep): Plane[] {
  const [height, width] = explained.taps.size;
  if (explained.step === 'weighted') {
    return explained.channels.map(({ products }) => ({ width, height, values: products }));
  }
  const { values, weights } = explained;
  return [{ width, height, values: weights ? values.map((value, t) => value * weights[t]) : values }];
}

/** A pool's window: the largest outlined, or every value times its weight. */
export function windowPart(explained: WindowStep, scale: Scale, cells: readonly Plane[]): Part {
  const [values] = productPlanes(explained);
  const caption = explained.weights === null ? 'window, largest marked' : 'values × weights';
  const levels = toLevels(values.values, scale);
  if (!fitsNumberGrid(values)) {
    const fit = chooseFit(values.width, values.height, BOX, BOX);
    return stacked([planePicture(values, levels, 'diverging', fit), textPart(caption)], 4, 'left');
  }
  const grid = numberGrid(values, applyColormap(levels, 'diverging'), {
    among: [values, ...cells],
    isBlank: (t) => explained.taps.padding[t] === 1,
  });
  const [row, column] = [Math.floor(explained.chosen / values.width), explained.chosen % values.width];
  return stacked(
    [explained.weights === null ? markCells(grid, grid.step, [row], [column]) : grid, textPart(caption)],
    4,
    'left',
  );
}

/** Cells of a grid outlined: one frame around neighbours, or one each where the window is dilated. */
export function markCells(grid: Part, step: number, rows: readonly number[], columns: readonly number[]): Part {
  const isDense = (at: readonly number[]) => at.every((one, i) => i === 0 || one === at[i - 1] + 1);
  const frames =
    isDense(rows) && isDense(columns)
      ? [{ row: rows[0], column: columns[0], height: rows.length, width: columns.length }]
      : rows.flatMap((row) => columns.map((column) => ({ row, column, height: 1, width: 1 })));
  return {
    ...grid,
    draw: (canvas: Canvas, x: number, y: number) => {
      grid.draw(canvas, x, y);
      for (const { row, column, height, width } of frames) {
        outline(canvas, x + column * step - 1, y + row * step - 1, width * step + 3, height * step + 3, MARKED, 3);
      }
    },
  };
}
