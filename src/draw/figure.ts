import type { ColormapName, ScaleRule } from '../core/job.js';
import type { ClippedOf, Scale } from '../core/result.js';
import { clippedWords, formatNumber, groupDigits } from '../core/text.js';
import type { CountHalves } from '../core/values.js';
import {
  drawText,
  framed,
  lineHeight,
  onPaper,
  type Part,
  type Plane,
  sideBySide,
  stacked,
  TYPE,
  textPart,
  widest,
} from './part.js';
import { chooseScale, midLevel, toPixels, zeroLevel } from './scale.js';
import { drawLevels, fillRect, type Scene } from './scene/scene.js';
import { shortenMiddle, textWidth, wrapText } from './scene/typeface.js';

export interface LabelledMap extends Plane {
  readonly label: string;
  /** How many cells at the end stand for no value (NaN in `values`): a vector folded into rows. They stay paper. */
  readonly blank?: number;
}

/** What whoever asks for a figure may change of it. */
export interface FigureLook {
  /** How large pictures are against letters: 1 as usual. */
  readonly box: number;
  /** The points there are across; null: as many as it takes. */
  readonly width: number | null;
  /** In place of the title that says what is seen. */
  readonly title: string | null;
  /** A sentence at the foot. */
  readonly caption: string | null;
}

export const PLAIN_LOOK: FigureLook = { box: 1, width: null, title: null, caption: null };

export interface FigureOptions {
  readonly title: string;
  readonly scaleRule: ScaleRule;
  readonly colormap: ColormapName;
  /** Values of both signs get blue and orange instead, with zero in the middle. */
  readonly signs?: boolean;
  /** The pass that percentiles are found by, in place of the plain one. */
  readonly count?: CountHalves;
  readonly look: FigureLook;
}

/** A figure of maps, with the one scale they share and what that scale lost of all of them together. */
export interface MapFigure {
  readonly scene: Scene;
  readonly scale: Scale;
  readonly clipped: ClippedOf;
}

/** One whose colours were chosen with its scale. */
export interface ColouredFigure extends MapFigure {
  /** The colours its values have. */
  readonly colormap: ColormapName;
}

/** Paper around a figure. */
export const MARGIN = 32;
/** A title may make a figure this wide; a longer one loses its middle. */
const TITLE_WIDTH = 1100;
/** Facts and captions are broken into lines at least this wide. */
const LEAST_WIDTH = 420;

/** Planes as 8-bit levels of one common scale. */
export interface CommonLevels extends Omit<ColouredFigure, 'scene'> {
  readonly levels: Uint8Array[];
}

/**
 * The levels of all maps on one common scale. `signs`: where values have both signs and no limits were named, the scale is
 * brought around zero and the colours tell the sign.
 */
export function commonLevels(
  maps: readonly (Plane & Pick<LabelledMap, 'blank'>)[],
  rule: ScaleRule,
  colours: Partial<Pick<FigureOptions, 'colormap' | 'signs' | 'count'>> = {},
): CommonLevels {
  const chosen = chooseScale(
    maps.map(({ values }) => values),
    rule,
    null,
    colours.count,
  );
  const isSigned = colours.signs === true && chosen.lo < 0 && chosen.hi > 0 && rule.kind !== 'fixed';
  const reach = Math.max(-chosen.lo, chosen.hi);
  const scale = isSigned ? { lo: -reach, hi: reach } : chosen;
  const colormap = isSigned ? 'diverging' : (colours.colormap ?? 'gray');
  const clipped = { below: 0, above: 0, nan: 0, of: 0 };
  const levels = maps.map(({ values, blank = 0 }) => {
    const one = toPixels(values, scale, 8);
    clipped.below += one.clipped.below;
    clipped.above += one.clipped.above;
    clipped.nan += one.clipped.nan - blank;
    clipped.of += values.length - blank;
    return one.data as Uint8Array;
  });
  return { levels, scale, clipped, colormap };
}

/** The finished figure: a sentence as its title, a line of facts, the figure, its legend, and a caption at the foot. */
export function titledScene(title: string, facts: string, figure: Part, key: Part | null, look: FigureLook): Scene {
  const said = look.title ?? title;
  const { size, weight } = TYPE.title;
  const content = key ? [figure, key] : [figure];
  const room = Math.max(widest(content), LEAST_WIDTH, Math.min(TITLE_WIDTH, textWidth(said, size, weight)));
  const head = [
    textPart(shortenMiddle(said, room, size, weight), 'title'),
    ...wrapText(facts, room, TYPE.subtitle.size).map((line) => textPart(line, 'subtitle')),
  ];
  const foot = look.caption === null ? [] : wrapText(look.caption, room, TYPE.body.size).map((line) => textPart(line));
  const parts = [stacked(head, 4, 'left'), ...content, ...(foot.length > 0 ? [stacked(foot, 2, 'left')] : [])];
  return onPaper(stacked(parts, 24, 'left'), MARGIN);
}

const BAR_WIDTH = 256;
const BAR_HEIGHT = 12;
/** What was clipped is said in lines at least this wide. */
const LEAST_WORDS = 120;
const TICK = 5;

/** What the colours mean: a bar of all levels over its lowest, zero and highest value; below it what was clipped, if anything. */
export function legend(
  name: string,
  scale: Scale,
  colormap: ColormapName,
  clipped: ClippedOf,
  width = BAR_WIDTH,
): Part {
  const parts = [scale.lo === scale.hi ? swatch(name, scale.lo, colormap) : bar(name, scale, colormap, width)];
  const room = Math.max(width, LEAST_WORDS);
  for (const line of wrapText(lostWords(clipped, colormap), room, TYPE.detail.size))
    parts.push(textPart(line, 'detail'));
  return stacked(parts, 4, 'left');
}

function bar(name: string, scale: Scale, colormap: ColormapName, width: number): Part {
  const levels = Uint8Array.from({ length: 256 }, (_, i) => i);
  const colours = framed({
    width,
    height: BAR_HEIGHT,
    draw: (marks, x, y) => {
      const image = { width: 256, height: 1, channels: 1, depth: 8, data: levels } as const;
      marks.push({ kind: 'image', x, y, width, height: BAR_HEIGHT, image, colormap });
    },
  });
  const zero = zeroLevel(scale, 8);
  const [lo, hi] = [formatNumber(scale.lo), formatNumber(scale.hi)];
  const { size } = TYPE.detail;
  // "0" stands below its tick; where the bar begins or ends with zero, or near it, the number there says it already
  const [before, after] = [textWidth(lo, size), textWidth(hi, size)];
  const at = typeof zero === 'string' ? null : 1 + (zero.level / 255) * width;
  const isFree = at !== null && at > before + 8 && at < width - after - 8;
  const ticked: Part = {
    width: colours.width,
    height: colours.height + TICK + lineHeight(TYPE.detail),
    draw: (marks, x, y) => {
      colours.draw(marks, x, y);
      const foot = y + colours.height;
      fillRect(marks, x, foot, 1, TICK, 'second');
      fillRect(marks, x + colours.width - 1, foot, 1, TICK, 'second');
      drawText(marks, x, foot + TICK, lo, TYPE.detail);
      drawText(marks, x + colours.width, foot + TICK, hi, TYPE.detail, 'end');
      if (at === null) return;
      fillRect(marks, x + Math.min(at, colours.width - 1), foot, 1, TICK, 'second');
      if (isFree) drawText(marks, x + at, foot + TICK, '0', TYPE.detail, 'middle');
    },
  };
  const beside = (part: Part): Part => ({
    ...part,
    height: ticked.height,
    draw: (marks, x, y) => part.draw(marks, x, y - 1),
  });
  const words = zero === 'below' ? 'zero is darker than black' : zero === 'above' ? 'zero is brighter than white' : '';
  const more = words === '' ? [] : [textPart(words, 'detail')];
  const isNarrow = width < LEAST_WORDS;
  const scaled = sideBySide([...named(name).map(beside), ticked, ...(isNarrow ? [] : more.map(beside))], 12, 'top');
  return isNarrow && more.length > 0 ? stacked([scaled, ...more], 2, 'left') : scaled;
}

function named(name: string): Part[] {
  return name === '' ? [] : [textPart(name, 'detail')];
}

/** The legend of a constant. */
function swatch(name: string, value: number, colormap: ColormapName): Part {
  const level = new Uint8Array([midLevel(8)]);
  const colour = framed({
    width: BAR_HEIGHT,
    height: BAR_HEIGHT,
    draw: (marks, x, y) => drawLevels(marks, x, y, 1, 1, level, colormap, BAR_HEIGHT),
  });
  const words = textPart(`= ${formatNumber(value)}, the only value`, 'detail');
  return sideBySide([...named(name), colour, words], 8, 'middle');
}

/** "brightest 1 % clipped, 1 NaN, drawn as the lowest", or nothing. */
export function lostWords(clipped: ClippedOf, colormap: ColormapName): string {
  const { nan } = clipped;
  const words = [clippedWords(clipped, colormap), nan > 0 ? `${groupDigits(nan)} NaN, drawn as the lowest` : ''];
  return words.filter(Boolean).join(', ');
}
