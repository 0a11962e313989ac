import type { Scale } from '../core/facts.js';
import type { Image } from '../core/image.js';
import type { ColormapName } from '../core/job.js';
import { drawImage, drawLevels, fillRect } from './canvas.js';
import { type Fit, fittedSide, shrinkImage, shrinkSamples } from './fit.js';
import { framed, PAPER, type Part } from './part.js';
import { toPixels } from './scale.js';

/** A plane of numbers, row-major: [height, width]. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** The 8-bit greys of some values. */
export function toLevels(values: Float32Array, scale: Scale): Uint8Array {
  return toPixels(values, scale, 8).data as Uint8Array;
}

/**
 * A plane as a framed picture. The greys are averaged where it is shrunk, then coloured.
 * @param blank so many cells at the end of the last row stand for nothing and stay paper, where cells are drawn one by one
 */
export function planePicture(
  { width, height }: Omit<Plane, 'values'>,
  levels: Uint8Array,
  colormap: ColormapName,
  fit: Fit,
  blank = 0,
): Part {
  const small = shrinkSamples(levels, width, height, 1, fit.shrink);
  const across = Math.ceil(width / fit.shrink);
  const down = Math.ceil(height / fit.shrink);
  return framed({
    width: across * fit.zoom,
    height: down * fit.zoom,
    draw: (canvas, x, y) => {
      drawLevels(canvas, x, y, across, down, small, colormap, fit.zoom);
      if (fit.shrink > 1) return;
      const left = x + (across - blank) * fit.zoom;
      fillRect(canvas, left, y + (down - 1) * fit.zoom, blank * fit.zoom, fit.zoom, PAPER);
    },
  });
}

/** An image as a framed picture. */
export function imagePicture(image: Image, fit: Fit): Part {
  const small = shrinkImage(image, fit.shrink);
  return framed({
    width: fittedSide(image.width, fit),
    height: fittedSide(image.height, fit),
    draw: (canvas, x, y) => drawImage(canvas, x, y, small, fit.zoom),
  });
}
