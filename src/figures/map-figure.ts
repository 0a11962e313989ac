import type { Clipped, Scale } from '../core/facts.js';
import type { Image } from '../core/image.js';
import type { ColormapName, ScaleRule } from '../core/job.js';
import { shortenMiddle } from './font.js';
import { FAINT, INK, onPaper, type Part, stacked, textPart, widest } from './part.js';
import type { Plane } from './pictures.js';
import { chooseScale, toPixels } from './scale.js';

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
  readonly clipped: Clipped;
}

const MARGIN = 16;
/** A title may make a figure this wide; a longer one loses its middle. */
const TITLE_WIDTH = 900;

/** The 8-bit greys of all maps on one common scale. */
export function commonLevels(
  maps: readonly (Plane & Pick<LabelledMap, 'blank'>)[],
  rule: ScaleRule,
): { levels: Uint8Array[]; scale: Scale; clipped: Clipped } {
  const scale = chooseScale(
    maps.map(({ values }) => values),
    rule,
  );
  const clipped = { below: 0, above: 0, nan: 0 };
  const levels = maps.map(({ values, blank = 0 }) => {
    const one = toPixels(values, scale, 8);
    clipped.below += one.clipped.below;
    clipped.above += one.clipped.above;
    clipped.nan += one.clipped.nan - blank;
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
