import type { ColormapName } from '../../../core/job.js';
import { COLORMAPS } from '../../../draw/colormaps.js';

/** A picture that can be drawn at any size. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly canvas: HTMLCanvasElement;
}

/** Greys [height, width] in the colours of a colour map. */
export function pictureOfGreys(greys: Uint8Array, width: number, height: number, colormap: ColormapName): Picture {
  const table = COLORMAPS[colormap];
  return paint(width, height, (pixels) => {
    for (let i = 0, o = 0; i < greys.length; i++, o += 4) {
      const entry = 3 * greys[i];
      pixels[o] = table[entry];
      pixels[o + 1] = table[entry + 1];
      pixels[o + 2] = table[entry + 2];
      pixels[o + 3] = 255;
    }
  });
}

/** RGBA pixels as they are. */
export function pictureOfPixels(rgba: Uint8ClampedArray, width: number, height: number): Picture {
  return paint(width, height, (pixels) => pixels.set(rgba));
}

/** A picture whose pixels, RGBA, a function fills in; they are transparent before. */
export function paint(width: number, height: number, fill: (pixels: Uint8ClampedArray) => void): Picture {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (context) {
    const image = context.createImageData(width, height);
    fill(image.data);
    context.putImageData(image, 0, 0);
  }
  return { width, height, canvas };
}

/** Draws a picture: enlarged pixel by pixel, or made smaller smoothly. */
export function drawPicture(
  context: CanvasRenderingContext2D,
  { canvas, width }: Picture,
  [left, top, shownWidth, shownHeight]: readonly [number, number, number, number],
): void {
  context.imageSmoothingEnabled = shownWidth < width;
  context.imageSmoothingQuality = 'high';
  context.drawImage(canvas, left, top, shownWidth, shownHeight);
}

/** A canvas takes as many pixels as the screen has for it. */
export function sizeCanvas(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const ratio = window.devicePixelRatio || 1;
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== across) canvas.width = across;
  if (canvas.height !== down) canvas.height = down;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}
