import { CnnvizError } from '../core/errors.js';
import { plural } from '../core/geometry.js';
import {
  commonLevels,
  type FigureOptions,
  type LabelledMap,
  legend,
  type MapFigure,
  titledImage,
} from './map-figure.js';
import { captioned, inGrid, planePicture, textPart, widest } from './part.js';
import { chooseFit, fitWords, shortenMiddle } from './text.js';

const GAP = 12;
/** The area the maps of a sheet share, in pixels, and the bounds of one map's side. */
const AREA = 1.4e6;
const SMALLEST_BOX = 64;
const LARGEST_BOX = 800;
/** Small maps are enlarged to at most this side. */
const ZOOM_TO = 160;
/** A label may be this wide under a narrower map. */
const LABEL_WIDTH = 84;
/** Of more maps than this each label takes one line. */
const MOST_WRAPPED = 64;

/**
 * All maps in one labelled picture, on one common scale. Large maps are shrunk (box means), small ones enlarged by whole
 * factors, and the picture says so.
 * @throws CnnvizError 'shape' when there is no map, or too many for one picture
 */
export function contactSheet(maps: readonly LabelledMap[], { title, scaleRule, colormap }: FigureOptions): MapFigure {
  if (maps.length === 0) throw new CnnvizError('shape', 'a sheet needs at least one map');
  const { levels, scale, clipped } = commonLevels(maps, scaleRule);
  const box = Math.min(LARGEST_BOX, Math.max(SMALLEST_BOX, Math.sqrt(AREA / maps.length) - GAP));
  const fits = maps.map(({ width, height }) => chooseFit(width, height, box, ZOOM_TO));
  const pictures = maps.map((map, i) => planePicture(map, levels[i], colormap, fits[i], map.blank));
  const details = maps.map(({ width, height }, i) =>
    [`${width}×${height}`, fitWords(fits[i])].filter(Boolean).join(', '),
  );
  const alike = details.every((detail) => detail === details[0]);
  const widestLabel = widest(maps.map(({ label }) => textPart(label)));
  const width = alike ? Math.min(LABEL_WIDTH, widestLabel) : LABEL_WIDTH;
  const labelOf = ({ label }: LabelledMap, room: number) =>
    maps.length > MOST_WRAPPED ? shortenMiddle(label, room, 1) : label;
  const cells = pictures.map((picture, i) =>
    captioned(picture, [labelOf(maps[i], Math.max(picture.width, width)), ...(alike ? [] : [details[i]])], { width }),
  );
  const subject = alike ? `${plural(maps.length, 'map')} ${details[0]}` : plural(maps.length, 'map');
  const facts = maps.length > 1 ? `${subject}; one scale for all` : subject;
  const image = titledImage(title, facts, inGrid(cells, GAP), legend('', scale, colormap, clipped));
  return { image, scale, clipped };
}
