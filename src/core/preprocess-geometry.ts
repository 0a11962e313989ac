import { CnnvizError } from './errors.js';
import type { Fit, GeometryJob } from './job.js';
import { roundHalfToEven } from './math.js';
import { groupDigits } from './text.js';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle in whole pixels, (x, y) its top left corner. */
export interface Area extends Size {
  readonly x: number;
  readonly y: number;
}

/** A place, in pixels from the top left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where every pixel of a prepared image comes from. */
export interface PreprocessPlan {
  readonly original: Size;
  /** The part of it that is resized: a digit's box; absent: all of it. */
  readonly from?: Area;
  readonly resized: Size;
  /** What is kept of the resized image; parts of it outside the image are zeros. */
  readonly crop: Area;
  /** The colour of those parts, "#rrggbb"; absent: zeros. */
  readonly fill?: string;
}

const MAX_PIXELS = 200e6;

/**
 * Sizes as torchvision works them out. Resize: the shorter side as asked, the longer one cut to a whole number.
 * CenterCrop: offsets of a half go to the even neighbour, as Python rounds; a smaller image is put into the middle of
 * zeros, an odd one to the bottom and right.
 * Source: torchvision 0.14, transforms/functional.py: _compute_resized_output_size, center_crop
 * @throws CnnvizError 'usage' for sides that are no whole numbers from 1, 'shape' for more than 200 million pixels
 */
export function planPreprocess(width: number, height: number, { resize, crop, fit }: GeometryJob): PreprocessPlan {
  const original = { width, height };
  if (fit && typeof resize === 'object' && resize !== null) return planFit(original, resize, fit);
  const resized = resizedSize(original, resize);
  const kept = crop === null ? resized : { width: side('crop', crop[1]), height: side('crop', crop[0]) };
  checkPixels(kept, crop === null ? 'resized' : 'cropped');
  const area = { ...kept, x: centred(resized.width, kept.width), y: centred(resized.height, kept.height) };
  return { original, resized, crop: area };
}

/**
 * An image brought to a size with its proportions kept.
 * crop: for squares Resize(n) and CenterCrop(n) of torchvision. letterbox in the corner: as YOLOX, sides cut to whole
 * numbers; in the middle: as Ultralytics' LetterBox, sides rounded as Python rounds, an odd row or column below and right.
 * Source: Megvii-BaseDetection/YOLOX, yolox/data/data_augment.py, preproc; ultralytics/ultralytics, ultralytics/data/augment.py
 */
function planFit(original: Size, [h, w]: readonly [number, number], fit: Fit): PreprocessPlan {
  const size = { width: side('resize', w), height: side('resize', h) };
  checkPixels(size, 'resized');
  const { width, height } = original;
  if (fit.kind === 'crop') {
    // of the two sides that would do, the one that leaves nothing uncovered
    const isWide = width * h >= height * w;
    const resized = isWide
      ? { width: Math.trunc((h * width) / height), height: h }
      : { width: w, height: Math.trunc((w * height) / width) };
    checkPixels(resized, 'resized');
    return { original, resized, crop: { ...size, x: centred(resized.width, w), y: centred(resized.height, h) } };
  }
  const factor = Math.min(h / height, w / width);
  const whole = fit.corner ? Math.trunc : roundHalfToEven;
  const resized = { width: Math.max(1, whole(width * factor)), height: Math.max(1, whole(height * factor)) };
  const [x, y] = fit.corner ? [0, 0] : [w - resized.width, h - resized.height].map((room) => 0 - Math.floor(room / 2));
  return { original, resized, crop: { ...size, x, y }, fill: fit.colour };
}

function resizedSize({ width, height }: Size, resize: GeometryJob['resize']): Size {
  if (resize === null) return { width, height };
  if (typeof resize !== 'number') return { width: side('resize', resize[1]), height: side('resize', resize[0]) };
  const short = side('resize', resize);
  return width <= height
    ? { width: short, height: Math.trunc((short * height) / width) }
    : { width: Math.trunc((short * width) / height), height: short };
}

function side(flag: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new CnnvizError('usage', `${flag} ${value}: expected whole numbers of pixels from 1`);
}

/** The side of the square in the middle of MNIST's images that the ink is fitted into. */
const INK_SIDE = 20;

/** The size of a digit's box in MNIST: its longer side 20. */
export function fitDigit({ width, height }: Size): Size {
  const factor = INK_SIDE / Math.max(width, height);
  const sideOf = (length: number) => Math.max(1, Math.round(length * factor));
  return { width: sideOf(width), height: sideOf(height) };
}

/** A digit's box, brought to `resized`, put into `side` so that its centre of mass lies in the middle, as far as it fits. */
export function planDigit(
  original: Size,
  from: Area,
  { width, height }: Size,
  mass: Point,
  side: Size,
): PreprocessPlan {
  const begin = (room: number, centre: number, size: number) => {
    const first = Math.round(room / 2 - centre);
    return 0 - Math.min(room - size, Math.max(0, first));
  };
  const crop = { x: begin(side.width, mass.x, width), y: begin(side.height, mass.y, height), ...side };
  return { original, from, resized: { width, height }, crop };
}

/** Where the middle `kept` of `size` pixels begins; negative when it is longer. */
function centred(size: number, kept: number): number {
  return kept > size ? 0 - Math.floor((kept - size) / 2) : roundHalfToEven((size - kept) / 2);
}

/** @throws CnnvizError 'shape' for more than 200 million pixels */
export function checkPixels({ width, height }: Size, what: string): void {
  if (width * height <= MAX_PIXELS) return;
  throw new CnnvizError(
    'shape',
    `the ${what} image would have ${width}×${height} = ${groupDigits(width * height)} pixels, more than ${groupDigits(MAX_PIXELS)}`,
    { fix: 'resize to less, or crop to less' },
  );
}

/**
 * The place in the original image that a place (x, y) of the prepared one shows. Pixel centres are whole numbers, so
 * the pixel x of the input spans x − ½ … x + ½, and both ends can be mapped. Where zeros were added it lies outside.
 */
export function toOriginal(x: number, y: number, { original, from, resized, crop }: PreprocessPlan): Point {
  const area = from ?? { x: 0, y: 0, ...original };
  return {
    x: area.x + ((x + crop.x + 0.5) * area.width) / resized.width - 0.5,
    y: area.y + ((y + crop.y + 0.5) * area.height) / resized.height - 0.5,
  };
}
