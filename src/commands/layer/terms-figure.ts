import type { ChannelTerms, Taps, WeightedStep, WindowStep } from '../../analysis/explain/explanation.js';
import type { Scale } from '../../core/result.js';
import { formatNumber } from '../../core/text.js';
import { applyColormap } from '../../draw/colormaps.js';
import { chooseFit } from '../../draw/fit.js';
import { arrowPart, HALO, MARKED } from '../../draw/marks.js';
import { fitsNumberGrid, numberGrid, numbersOrPicture } from '../../draw/number-grid.js';
import {
  blank,
  boxed,
  imagePicture,
  type Part,
  type Plane,
  planePicture,
  sideBySide,
  stacked,
  TYPE,
  textPart,
  toLevels,
  widest,
} from '../../draw/part.js';
import { chooseScale } from '../../draw/scale.js';
import { type Rgb, strokeRect } from '../../draw/scene/scene.js';
import { textWidth } from '../../draw/scene/typeface.js';

/** More channels than this are counted, not drawn. */
export const MOST_CHANNELS = 4;
/** Where a window reaches beyond its input. */
export const PADDED: Rgb = [206, 214, 222];
/** A window too large for numbers is drawn in a box of this side. */
const BOX = 200;
const GAP = 12;
const ROW_GAP = 16;
/** Digits of a channel's sum. */
const SUM_DIGITS = 4;
const COLOURS = ['red', 'green', 'blue'];

/** How the rows of a sum of products are drawn. */
interface TermsLook {
  readonly isColour: boolean;
  /** Planes whose cells are of one size. */
  readonly cells: readonly Plane[];
  readonly productScale: Scale;
  /** The colours of a channel's patch, [kH, kW, 3]; where it is padded it has another. */
  readonly patchRgb: (channel: ChannelTerms) => Uint8Array;
  /** The channels that have a row. */
  readonly shown: readonly ChannelTerms[];
  /** Numbers for which the column of sums has room, so that it is of one width in every frame. */
  readonly sums?: readonly number[];
  /** How large pictures are against letters. */
  readonly box?: number;
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
  return allEqual(channels, values) ? channels.slice(0, 1) : channels.slice(0, MOST_CHANNELS);
}

/** The channels of a sum that are drawn: all, one for equal ones, or those whose sums are largest. */
export function telling(channels: readonly ChannelTerms[]): readonly ChannelTerms[] {
  if (channels.length <= MOST_CHANNELS || allEqual(channels, termsOf)) return shownChannels(channels, termsOf);
  const bySize = [...channels].sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
  const largest = new Set(bySize.slice(0, MOST_CHANNELS));
  return channels.filter((channel) => largest.has(channel));
}

function termsOf({ patch, kernel }: ChannelTerms): readonly Float32Array[] {
  return [patch, kernel];
}

function allEqual<T>(channels: readonly T[], values: (channel: T) => readonly Float32Array[]): boolean {
  const [first, ...rest] = channels;
  const own = values(first);
  return rest.every((one) => values(one).every((array, a) => array.every((value, i) => value === own[a][i])));
}

/** "red", "channel 5"; nothing where one is drawn. */
export function channelTitle(channel: number, isColour: boolean, count: number): Part[] {
  return count === 1 ? [] : [textPart(channelName(channel, isColour), 'name')];
}

function channelName(channel: number, isColour: boolean): string {
  return isColour ? COLOURS[channel] : `channel ${channel}`;
}

/** What is said of the channels that are not drawn. */
export function restOfChannels(shown: number, count: number): Part[] {
  if (shown === count) return [];
  return [textPart(shown === 1 ? `all ${count} channels are equal` : `+ ${count - shown} more channels`, 'detail')];
}

/** patch × kernel = products → sum, a row for each channel that is shown, and the sum of those that are not. */
export function termsRows(step: WeightedStep, look: TermsLook): Part {
  const { channels, taps, sum: total } = step;
  const { isColour, cells, productScale, patchRgb, shown, box = 1 } = look;
  const kernelScale = chooseScale(
    channels.map(({ kernel }) => kernel),
    { kind: 'symmetric' },
  );
  const rest = channels.length - shown.length;
  const restSum = total - shown.reduce((sum, one) => sum + one.sum, 0);
  const numbers = [...shown.map(({ sum }) => sum), ...(rest > 0 ? [restSum] : [])];
  const sums = alignedNumbers(numbers, look.sums);
  const [height, width] = taps.size;
  const side = BOX * box;
  const plane = (values: Float32Array, scale: Scale) => {
    const levels = toLevels(values, scale);
    const one = { width, height, values };
    const fit = chooseFit(width, height, side, side);
    return numbersOrPicture(one, levels, 'diverging', fit, { among: [one, ...cells] });
  };
  // numbers say it themselves; colours need their ends
  const ends = fitsNumberGrid({ width, height }) ? '' : ` ±${formatNumber(kernelScale.hi)}`;
  const head = ['', 'patch', '', `kernel${ends}`, '', 'products', '', 'sum'].map((text) =>
    text === '' ? blank(0, 0) : textPart(text, 'detail'),
  );
  const isNamed = channels.length > 1;
  const rows = shown.map((one, i) => [
    isNamed ? textPart(channelName(one.channel, isColour), 'name') : blank(0, 0),
    patchPart(taps, one.patch, patchRgb(one), cells, side),
    sign('×'),
    plane(one.kernel, kernelScale),
    sign('='),
    plane(one.products, productScale),
    arrowPart(null, null),
    sums[i],
  ]);
  const words =
    shown.length === 1 ? `the other ${rest} channels are equal to it` : `the other ${rest} channels together`;
  const others =
    rest === 0
      ? []
      : [sideBySide([textPart(words, 'detail'), arrowPart(null, null), sums[shown.length]], GAP, 'middle')];
  return stacked([inColumns([head, ...rows]), ...others], ROW_GAP, 'right');
}

function sign(text: string): Part {
  return textPart(text, { ...TYPE.title, weight: 'regular' });
}

/** Rows of parts in columns; the first is set to the right, as are numbers in the last. */
function inColumns(rows: readonly (readonly Part[])[]): Part {
  const widths = rows[0].map((_, c) => widest(rows.map((row) => row[c])));
  const last = widths.length - 1;
  const lines = rows.map((row) => {
    const cells = row.map((part, c) =>
      boxed(part, widths[c], part.height, c === 0 || c === last ? 'right' : 'centre', 'middle'),
    );
    return sideBySide(cells, GAP, 'middle');
  });
  const [head, ...rest] = lines;
  return stacked([head, stacked(rest, ROW_GAP, 'left')], 6, 'left');
}

/** Numbers one below the other, their points on one line; `among`: others for which there is room. */
function alignedNumbers(numbers: readonly number[], among: readonly number[] = []): Part[] {
  const style = { ...TYPE.name, size: TYPE.subtitle.size };
  const texts = numbers.map((value) => formatNumber(value, SUM_DIGITS));
  const before = (text: string) => textWidth(text.split('.')[0], style.size, style.weight);
  const all = [...new Set([...texts, ...among.map((value) => formatNumber(value, SUM_DIGITS))])];
  const whole = Math.max(...all.map(before));
  const width = whole + Math.max(...all.map((text) => textWidth(text, style.size, style.weight) - before(text)));
  return texts.map((text) => {
    const part = textPart(text, style);
    return { ...part, width, draw: (marks, x, y) => part.draw(marks, x + whole - before(text), y) };
  });
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
export function windowPart(explained: WindowStep, scale: Scale, cells: readonly Plane[], box = 1): Part {
  const [values] = productPlanes(explained);
  const head = textPart(explained.weights === null ? 'window, its largest framed' : 'values × weights', 'detail');
  const levels = toLevels(values.values, scale);
  if (!fitsNumberGrid(values)) {
    const fit = chooseFit(values.width, values.height, BOX * box, BOX * box);
    return stacked([head, planePicture(values, levels, 'diverging', fit)], 6, 'left');
  }
  const grid = numberGrid(values, applyColormap(levels, 'diverging'), {
    among: [values, ...cells],
    isBlank: (t) => explained.taps.padding[t] === 1,
  });
  const [row, column] = [Math.floor(explained.chosen / values.width), explained.chosen % values.width];
  return stacked([head, explained.weights === null ? markCells(grid, grid.step, [row], [column]) : grid], 6, 'left');
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
    draw: (marks, x, y) => {
      grid.draw(marks, x, y);
      for (const { row, column, height, width } of frames) {
        const [left, top] = [x + 1 + column * step, y + 1 + row * step];
        strokeRect(marks, left - 2, top - 2, width * step + 2, height * step + 2, MARKED, 3);
        strokeRect(marks, left + 1, top + 1, width * step - 4, height * step - 4, HALO, 1);
      }
    },
  };
}
