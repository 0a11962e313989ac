import type { Image } from '../core/image.js';
import type { ColormapName, ScaleRule } from '../core/job.js';
import type { ClippedOf, Scale } from '../core/result.js';
import { clippedWords, formatNumber, groupDigits } from '../core/text.js';
import { drawLevels, drawText, fillRect } from './canvas.js';
import { FAINT, framed, INK, onPaper, type Part, type Plane, sideBySide, stacked, textPart, widest } from './part.js';
import { chooseScale, midLevel, toPixels, zeroLevel } from './scale.js';
import { shortenMiddle, textHeight } from './text.js';

export interface LabelledMap extends Plane {
  readonly label: string;
  /** How many cells at the end stand for no value (NaN in `values`): a vector folded into rows. They stay paper. */
  readonly blank?: number;
}

export interface FigureOptions {
  readonly title: string;
  readonly scaleRule: ScaleRule;
  readonly colormap: ColormapName;
}

/** A picture of maps, with the one scale they share and what that scale lost of all of them together. */
export interface MapFigure {
  readonly image: Image;
  readonly scale: Scale;
  readonly clipped: ClippedOf;
}

const MARGIN = 16;
/** A title may make a figure this wide; a longer one loses its middle. */
const TITLE_WIDTH = 900;

/** The 8-bit greys of all maps on one common scale. */
export function commonLevels(
  maps: readonly (Plane & Pick<LabelledMap, 'blank'>)[],
  rule: ScaleRule,
): { levels: Uint8Array[]; scale: Scale; clipped: ClippedOf } {
  const scale = chooseScale(
    maps.map(({ values }) => values),
    rule,
  );
  const clipped = { below: 0, above: 0, nan: 0, of: 0 };
  const levels = maps.map(({ values, blank = 0 }) => {
    const one = toPixels(values, scale, 8);
    clipped.below += one.clipped.below;
    clipped.above += one.clipped.above;
    clipped.nan += one.clipped.nan - blank;
    clipped.of += values.length - blank;
    return one.data as Uint8Array;
  });
  return { levels, scale, clipped };
}

/** The finished picture: title, a line of facts, the figure, its legend at the foot. */
export function titledImage(title: string, facts: string, figure: Part, key: Part): Image {
  const below = [...(facts === '' ? [] : [textPart(facts, FAINT)]), figure, key];
  const room = Math.max(widest(below), Math.min(TITLE_WIDTH, textPart(title, INK, 2).width));
  return onPaper(stacked([textPart(shortenMiddle(title, room, 2), INK, 2), ...below], 10, 'left'), MARGIN);
}

const BAR_HEIGHT = 12;
const TICK = 4;

/** What the colours mean: lo, a bar of all levels with a tick at zero, hi; below it what was clipped, if anything. */
export function legend(name: string, scale: Scale, colormap: ColormapName, clipped: ClippedOf): Part {
  const parts = [scale.lo === scale.hi ? swatch(name, scale.lo, colormap) : bar(name, scale, colormap)];
  const lost = lostWords(clipped, colormap);
  if (lost) parts.push(textPart(lost, FAINT));
  return stacked(parts, 4, 'left');
}

function bar(name: string, scale: Scale, colormap: ColormapName): Part {
  const levels = Uint8Array.from({ length: 256 * BAR_HEIGHT }, (_, i) => i % 256);
  const colours = framed({
    width: 256,
    height: BAR_HEIGHT,
    draw: (canvas, x, y) => drawLevels(canvas, x, y, 256, BAR_HEIGHT, levels, colormap, 1),
  });
  const zero = zeroLevel(scale, 8);
  // "0" stands below its tick; where the bar begins or ends with zero, the number there says it already
  const label = scale.lo === 0 || scale.hi === 0 ? '' : '0';
  const ticked: Part = {
    width: colours.width,
    height: colours.height + TICK + textHeight(1),
    draw: (canvas, x, y) => {
      colours.draw(canvas, x, y);
      if (typeof zero === 'string') return;
      const at = x + 1 + zero.level;
      fillRect(canvas, at, y + colours.height, 1, TICK, INK);
      drawText(canvas, at - 2, y + colours.height + TICK + 1, label, { rgb: INK, size: 1 });
    },
  };
  const beside = (part: Part): Part => ({
    ...part,
    height: ticked.height,
    draw: (canvas, x, y) => part.draw(canvas, x, y + 3),
  });
  const before = [...named(name), textPart(formatNumber(scale.lo))];
  const after = [textPart(formatNumber(scale.hi))];
  if (zero === 'below') after.push(textPart('zero is darker than black', FAINT));
  if (zero === 'above') after.push(textPart('zero is brighter than white', FAINT));
  return sideBySide([...before.map(beside), ticked, ...after.map(beside)], 6, 'top');
}

function named(name: string): Part[] {
  return name === '' ? [] : [textPart(name, FAINT)];
}

/** The legend of a constant. */
function swatch(name: string, value: number, colormap: ColormapName): Part {
  const level = new Uint8Array([midLevel(8)]);
  const colour = framed({
    width: BAR_HEIGHT,
    height: BAR_HEIGHT,
    draw: (canvas, x, y) => drawLevels(canvas, x, y, 1, 1, level, colormap, BAR_HEIGHT),
  });
  const words = textPart(`= ${formatNumber(value)}, the only value`);
  return sideBySide([...named(name), colour, words], 6, 'middle');
}

/** "brightest 1 % clipped, 1 NaN, drawn as the lowest", or nothing. */
function lostWords(clipped: ClippedOf, colormap: ColormapName): string {
  const { nan } = clipped;
  const words = [clippedWords(clipped, colormap), nan > 0 ? `${groupDigits(nan)} NaN, drawn as the lowest` : ''];
  return words.filter(Boolean).join(', ');
}
