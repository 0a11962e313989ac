import type { Image } from '../core/image.js';
import { formatNumber } from '../core/text.js';
import { applyColormap } from './colormaps.js';
import { chooseFit } from './fit.js';
import { fitsNumberGrid, numberGrid } from './number-grid.js';
import { imagePicture, inGrid, type Part, type Plane, planePicture, stacked, textPart, toLevels } from './part.js';
import { chooseScale } from './scale.js';

/** Planes beyond these are only counted. */
const MAX_PLANES = 8;
const PLANES_A_ROW = 4;

/** A kernel to draw. */
export interface KernelPlanes {
  readonly label: string;
  /** [C, kH, kW], one plane a channel */
  readonly channels: readonly Plane[];
  /** What its planes make together, where they are not channels of one kernel: "gradient magnitude". */
  readonly combined?: string;
}

/** A kernel as it is drawn, and what its caption says of it. */
interface KernelPicture {
  readonly picture: Part;
  /** "3×3 × 3 equal channels" */
  readonly size: string;
  /** "own scale −1 … 1" */
  readonly range: string;
}

/**
 * A kernel [C, kH, kW], one plane a channel, on a scale of its own. Small ones are cells with their `numbers`, signs told
 * by colour; three differing channels are a colour picture, darkest to brightest; others are grey planes.
 */
export function kernelPicture(
  channels: readonly Plane[],
  box: number,
  combined: string | null = null,
  numbers = true,
): KernelPicture {
  const [first] = channels;
  const planes = channels.map(({ values }) => values);
  const { lo, hi } = chooseScale(planes, { kind: 'minmax' });
  const equal = planes.every((values) => values.every((value, i) => value === first.values[i]));
  const count = channels.length === 1 ? '' : ` × ${channels.length} ${equal ? 'equal ' : ''}channels`;
  const words = {
    size:
      combined === null
        ? `${first.width}×${first.height}${count}`
        : `${channels.length} × ${first.width}×${first.height}: ${combined}`,
    range: lo === hi ? `all ${formatNumber(lo)}` : `own scale ${formatNumber(lo)} … ${formatNumber(hi)}`,
  };
  if (!equal && channels.length === 3 && combined === null) return { ...words, picture: colourPicture(channels, box) };
  if (equal) return { ...words, picture: onePlane(first, [first], box, numbers) };
  const shown = channels.slice(0, MAX_PLANES);
  const side =
    numbers && fitsNumberGrid(first) ? box : Math.max(32, Math.floor(box / Math.min(PLANES_A_ROW, shown.length)));
  const parts = [
    inGrid(
      shown.map((plane) => onePlane(plane, channels, side, numbers)),
      4,
      PLANES_A_ROW,
    ),
  ];
  const rest = channels.length - shown.length;
  if (rest > 0) parts.push(textPart(`+ ${rest} more`, 'detail'));
  return { ...words, picture: stacked(parts, 3, 'centre') };
}

/** One channel, on the scale of all of them. */
function onePlane(plane: Plane, all: readonly Plane[], box: number, numbers: boolean): Part {
  const values = all.map((one) => one.values);
  if (fitsNumberGrid(plane)) {
    // signs are told by colour
    const levels = toLevels(plane.values, chooseScale(values, { kind: 'symmetric' }));
    if (!numbers) return planePicture(plane, levels, 'diverging', chooseFit(plane.width, plane.height, box, box));
    return numberGrid(plane, applyColormap(levels, 'diverging'), { among: all });
  }
  const levels = toLevels(plane.values, chooseScale(values, { kind: 'minmax' }));
  return planePicture(plane, levels, 'gray', chooseFit(plane.width, plane.height, box, box));
}

/** Red, green and blue weights as colours: the smallest is 0, the largest 255. */
function colourPicture(channels: readonly Plane[], box: number): Part {
  const { width, height } = channels[0];
  const scale = chooseScale(
    channels.map(({ values }) => values),
    { kind: 'minmax' },
  );
  const levels = channels.map(({ values }) => toLevels(values, scale));
  return imagePicture(colourImage(levels, width, height), chooseFit(width, height, box, box));
}

/** Three planes of levels as one picture. */
export function colourImage(levels: readonly Uint8Array[], width: number, height: number): Image {
  const data = new Uint8Array(width * height * 3);
  for (const [c, plane] of levels.entries()) for (let i = 0; i < plane.length; i++) data[3 * i + c] = plane[i];
  return { width, height, channels: 3, depth: 8, data };
}
