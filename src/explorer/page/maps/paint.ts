import type { ColormapName } from '../../../core/job.js';
import { COLORMAPS } from '../../../draw/colormaps.js';

const LEVELS = 256;

/** A picture that can be drawn at any size. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly canvas: HTMLCanvasElement;
}

/** A whole pixel for each of the 256 levels, written at once. */
const WHOLE = new Map<ColormapName, Uint32Array>();

function wholePixels(colormap: ColormapName): Uint32Array {
  const known = WHOLE.get(colormap);
  if (known) return known;
  const table = COLORMAPS[colormap];
  const bytes = Uint8Array.from({ length: 4 * LEVELS }, (_, i) => (i % 4 === 3 ? 255 : table[3 * (i >> 2) + (i % 4)]));
  const made = new Uint32Array(bytes.buffer);
  WHOLE.set(colormap, made);
  return made;
}

/** Greys [height, width] in the colours of a colour map. */
export function pictureOfGreys(
  greys: Uint8Array,
  width: number,
  height: number,
  colormap: ColormapName,
  before?: Picture,
): Picture {
  const table = wholePixels(colormap);
  const fill = (pixels: Uint8ClampedArray) => {
    const whole = new Uint32Array(pixels.buffer);
    for (let i = 0; i < greys.length; i++) whole[i] = table[greys[i]];
  };
  return paint(width, height, fill, before);
}

/** RGBA pixels as they are. */
export function pictureOfPixels(rgba: Uint8ClampedArray, width: number, height: number): Picture {
  return paint(width, height, (pixels) => pixels.set(rgba));
}

/**
 * A picture whose pixels, RGBA, a function fills in; they are transparent before.
 * @param before one of no use any more: its canvas is taken if it has the size, for making one takes longer than filling it
 */
export function paint(
  width: number,
  height: number,
  fill: (pixels: Uint8ClampedArray) => void,
  before?: Picture,
): Picture {
  const isFit = before?.width === width && before.height === height;
  const canvas = isFit ? before.canvas : document.createElement('canvas');
  if (!isFit) {
    canvas.width = width;
    canvas.height = height;
  }
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
  context.imageSmoothingQuality = 'medium';
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
