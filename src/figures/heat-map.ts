import { applyColormap } from './colormaps.js';
import { chooseFit, fitWords } from './fit.js';
import { legend } from './legend.js';
import { commonLevels, type FigureOptions, type MapFigure, titledImage } from './map-figure.js';
import { type Rect, withFrames } from './marks.js';
import { fitsNumberGrid, numberGrid } from './number-grid.js';
import { type Plane, planePicture } from './pictures.js';

const BOX = 640;
const ZOOM_TO = 480;

/** What stands around a heat map. */
export interface HeatMapOptions extends FigureOptions {
  /** A line under the title. */
  readonly facts: string;
  /** What to point at, in the map's own positions. */
  readonly frames?: readonly Rect[];
}

/**
 * One map in the colours of its values, with a bar that says them: lo, zero and hi. At most 9×9 values stand in their
 * cells as numbers.
 */
export function heatMap(plane: Plane, options: HeatMapOptions): MapFigure {
  const { title, facts, scaleRule, colormap, frames = [] } = options;
  const { levels, scale, clipped } = commonLevels([plane], scaleRule);
  const key = legend('', scale, colormap, clipped);
  if (fitsNumberGrid(plane)) {
    const cells = numberGrid(plane, applyColormap(levels[0], colormap));
    return { image: titledImage(title, facts, cells, key), scale, clipped };
  }
  const fit = chooseFit(plane.width, plane.height, BOX, ZOOM_TO);
  const picture = withFrames(planePicture(plane, levels[0], colormap, fit), frames, fit);
  const words = [facts, fitWords(fit)].filter(Boolean).join(', ');
  return { image: titledImage(title, words, picture, key), scale, clipped };
}
