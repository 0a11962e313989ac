import { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import type { Image } from '../../core/image.js';
import type { ColormapName } from '../../core/job.js';
import { commonLevels, legend, type MapFigure, titledImage } from '../../draw/map-figure.js';
import { imagePicture, inGrid, type Plane, planePicture, sideBySide, stacked, textPart } from '../../draw/part.js';
import { chooseFit } from '../../draw/text.js';

/** The kernels of one convolution. */
interface DrawnFilters {
  readonly title: string;
  /** [M, C/groups, kH, kW] */
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** First and last kernel, both included; null: as many as fit. */
  readonly range: readonly [number, number] | null;
  readonly colormap: ColormapName;
}

/** Planes on one sheet, if nobody says which. */
const MOST_PLANES = 1024;
const GAP = 8;
const AREA = 1.2e6;
const LARGEST_BOX = 96;
const SMALLEST_BOX = 12;

/**
 * Kernels as a labelled sheet on one scale around zero: three channels as colours (mid-grey is 0 in each), others
 * plane by plane, side by side.
 * @throws CnnvizError 'usage' when the range lies outside
 */
export function filtersSheet({ title, shape, data, range, colormap }: DrawnFilters): MapFigure {
  const [M, C, kH, kW] = shape;
  const isColour = C === 3;
  const perKernel = isColour ? 1 : C;
  const fitting = Math.max(1, Math.floor(MOST_PLANES / perKernel));
  const [first, last] = range ?? [0, Math.min(M, fitting) - 1];
  if (first > last || last >= M) {
    throw new CnnvizError('usage', `--kernels ${first}-${last}: there are ${plural(M, 'kernel')}, counted from 0`);
  }
  const size = C * kH * kW;
  const planes: Plane[][] = [];
  for (let m = first; m <= last; m++) {
    planes.push(
      Array.from({ length: C }, (_, c) => {
        const start = m * size + c * kH * kW;
        return { width: kW, height: kH, values: data.subarray(start, start + kH * kW) };
      }),
    );
  }
  const { levels, scale, clipped } = commonLevels(planes.flat(), { kind: 'symmetric' });
  const count = last - first + 1;
  const box = Math.min(LARGEST_BOX, Math.max(SMALLEST_BOX, Math.sqrt(AREA / (count * perKernel)) - GAP));
  const fit = chooseFit(kW, kH, box, box);
  const cells = planes.map((channels, i) => {
    const own = levels.slice(i * C, (i + 1) * C);
    const picture = isColour
      ? imagePicture(colourImage(own, kW, kH), fit)
      : sideBySide(
          channels.map((plane, c) => planePicture(plane, own[c], colormap, fit)),
          1,
          'top',
        );
    const stackedPicture =
      isColour || C <= 16
        ? picture
        : inGrid(
            channels.map((plane, c) => planePicture(plane, own[c], colormap, fit)),
            1,
            Math.ceil(Math.sqrt(C)),
          );
    return stacked([stackedPicture, textPart(String(first + i))], 2, 'left');
  });
  const what = count === M ? plural(M, 'kernel') : `kernels ${first}–${last} of ${M}`;
  const how = isColour ? 'red, green, blue; mid-grey is 0' : `${plural(C, 'plane')} each`;
  const facts = `${what} ${kW}×${kH}×${C}: ${how}; one scale for all`;
  const image = titledImage(title, facts, inGrid(cells, GAP), legend('', scale, isColour ? 'gray' : colormap, clipped));
  return { image, scale, clipped };
}

/** Three planes of levels as one picture. */
function colourImage(levels: readonly Uint8Array[], width: number, height: number): Image {
  const data = new Uint8Array(width * height * 3);
  for (const [c, plane] of levels.entries()) for (let i = 0; i < plane.length; i++) data[3 * i + c] = plane[i];
  return { width, height, channels: 3, depth: 8, data };
}
