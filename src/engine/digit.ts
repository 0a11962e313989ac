import { CnnvizError } from '../core/errors.js';
import { type Image, maxSample } from '../core/image.js';
import {
  type Area,
  fitDigit,
  type Point,
  type PreprocessPlan,
  planDigit,
  type Size,
} from '../core/preprocess-geometry.js';
import { LUMA } from './preprocess.js';
import { cropImage, resizeBilinear } from './resize.js';

/** A digit as MNIST has them, and how it came about. */
export interface PreparedDigit {
  /** 28×28, gray, ink light on a dark ground. */
  readonly image: Image;
  /** The whole image as ink: 0 where the ground is, 255 where the ink is strongest. */
  readonly ink: Image;
  readonly plan: PreprocessPlan;
  /** What was done, in a line. */
  readonly said: string;
}

const MNIST: Size = { width: 28, height: 28 };

/** Less contrast than this many of 255 greys is no ink. */
const LEAST_CONTRAST = 40;
/** A pixel counts to the box of the ink from this much of the strongest on. */
const BOX_FROM = 64;
/** Of all that is clearly lighter or darker than the ground, this share may be on the other side. */
const OTHER_SIDE = 0.05;
/** A pixel is of a third colour when it lies this far from the line between ground and ink, as a share of its length. */
const THIRD_COLOUR = 0.4;
/** As many as this share of the ink may be. */
const OTHER_COLOURS = 0.1;
/** Wider than this times its height is hardly one digit. */
const WIDEST = 1.6;

const OTHERWISE = 'or prepare it yourself: --preset none --gray --resize 28,28';

/**
 * An image of one digit, of any size and polarity, as MNIST's were made: gray; ink light on a dark ground, the ground told
 * by the border's pixels; the ink's box fitted into 20×20, its sides in proportion, with antialiasing, the strongest pixel
 * white; its centre of mass in the middle of 28×28. One that is so already is taken as it is.
 * @param side of the image to be made: MNIST's 28×28, or LeNet-5's 32×32
 * Source: yann.lecun.com/exdb/mnist: "size normalized to fit in a 20x20 pixel box while preserving their aspect ratio …
 * centered in a 28x28 image by computing the center of mass of the pixels"
 * @throws CnnvizError 'decode' where that says nothing sure: no ink, ink at the border, several tones or colours
 */
export function prepareDigit(image: Image, side: Size = MNIST): PreparedDigit {
  const gray = grayOf(image);
  const { ink, polarity, touching } = inkOf(image, gray);
  const original = { width: image.width, height: image.height };
  const box = boxOf(ink);
  if (isDone(ink, box, polarity)) {
    const plan = planDigit(original, { x: 0, y: 0, ...original }, original, { x: 14, y: 14 }, side);
    const placed = cropImage({ ...ink, data: gray }, plan.crop);
    return { image: placed, ink, plan, said: 'digit: 28×28 as MNIST has them, taken as it is' };
  }
  if (touching !== null) refuseTouching(original, touching);
  const fitted = whitened(resizeBilinear(cropImage(ink, box), fitDigit(box).width, fitDigit(box).height));
  const plan = planDigit(original, box, fitted, massOf(fitted), side);
  const placed = cropImage(fitted, plan.crop);
  const doubt = box.width > WIDEST * box.height ? '; wider than a digit is: are there several?' : '';
  const size = `${box.width}×${box.height} fitted into 20×20`;
  return { image: placed, ink, plan, said: `digit: ${polarity}, ${size}, centred by mass${doubt}` };
}

/** 8-bit greys, whole. */
function grayOf({ width, height, channels, depth, data }: Image): Uint8Array {
  const scale = 255 / maxSample(depth);
  const [r, g, b] = LUMA;
  const gray = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < gray.length; i++, at += channels) {
    const value = channels === 1 ? data[at] : r * data[at] + g * data[at + 1] + b * data[at + 2];
    gray[i] = Math.round(value * scale);
  }
  return gray;
}

interface InkFound {
  readonly ink: Image;
  readonly polarity: string;
  /** A pixel of the border that has ink; null: none. */
  readonly touching: number | null;
}

/** The image as ink on its ground, and which way round it was. @throws CnnvizError 'decode' where that is not sure */
function inkOf(image: Image, gray: Uint8Array): InkFound {
  const { width, height } = image;
  const border = borderOf(width, height);
  const ground = medianOf(border, gray);
  let [least, most] = [255, 0];
  for (let i = 0; i < gray.length; i++) {
    if (gray[i] < least) least = gray[i];
    if (gray[i] > most) most = gray[i];
  }
  const isDark = ground - least > most - ground;
  const contrast = isDark ? ground - least : most - ground;
  if (contrast < LEAST_CONTRAST) {
    refuse(
      `blank: nothing differs from its ground by ${LEAST_CONTRAST} of 255 greys`,
      '--background white shows dark ink on a transparent ground',
    );
  }
  const depth = new Int16Array(gray.length);
  let [inked, other] = [0, 0];
  for (let i = 0; i < gray.length; i++) {
    depth[i] = isDark ? ground - gray[i] : gray[i] - ground;
    if (depth[i] > contrast / 2) inked++;
    else if (depth[i] < -contrast / 2) other++;
  }
  if (other > OTHER_SIDE * inked) refuse('some of it is lighter and some darker than its ground: which is the ink?');
  checkColours(image, depth, contrast, border);
  // what is as little different as the border is ground
  const isGround = (i: number) => depth[i] <= contrast / 2;
  const floor = border.reduce((most, i) => (isGround(i) ? Math.max(most, depth[i]) : most), 0);
  const inkAt = Uint8Array.from({ length: contrast + 1 }, (_, at) =>
    Math.round((255 * Math.max(0, at - floor)) / (contrast - floor)),
  );
  const data = new Uint8Array(depth.length);
  for (let i = 0; i < data.length; i++) data[i] = depth[i] > 0 ? inkAt[depth[i]] : 0;
  const polarity = isDark ? 'dark on light turned round' : 'light on dark';
  const touching = border.find((i) => !isGround(i)) ?? null;
  return { ink: { width, height, channels: 1, depth: 8, data }, polarity, touching };
}

/** @throws CnnvizError 'decode' with the side of the border that has ink at this pixel */
function refuseTouching({ width }: Size, pixel: number): never {
  const [x, y] = [pixel % width, Math.floor(pixel / width)];
  const side = x === 0 ? 'left' : x === width - 1 ? 'right' : y === 0 ? 'upper' : 'lower';
  return refuse(`the ink touches the ${side} border, at (${x}, ${y}): leave a margin of the ground all around it`);
}

function refuse(what: string, fix?: string): never {
  throw new CnnvizError('decode', `no digit can be told: ${what}`, {
    fix: fix ? `${fix}; ${OTHERWISE}` : OTHERWISE,
  });
}

/** The outermost pixels, by their index. */
function borderOf(width: number, height: number): number[] {
  const places = new Set<number>();
  for (let x = 0; x < width; x++) places.add(x).add((height - 1) * width + x);
  for (let y = 0; y < height; y++) places.add(y * width).add(y * width + width - 1);
  return [...places];
}

function medianOf(places: readonly number[], values: ArrayLike<number>): number {
  return places.map((i) => values[i]).sort((a, b) => a - b)[places.length >> 1];
}

/** Every pixel is a mixture of the ground's colour and the ink's. @throws CnnvizError 'decode' for a third one */
function checkColours({ channels, data }: Image, depth: Int16Array, contrast: number, border: readonly number[]): void {
  if (channels === 1) return;
  const channel = (c: number) => border.map((i) => data[3 * i + c]);
  const ground = [0, 1, 2].map((c) => medianOf([...border.keys()], channel(c)));
  const line = [0, 0, 0];
  let strong = 0;
  for (let i = 0; i < depth.length; i++) {
    if (depth[i] <= 0.75 * contrast) continue;
    strong++;
    for (let c = 0; c < 3; c++) line[c] += data[3 * i + c] - ground[c];
  }
  const [r, g, b] = line.map((sum) => sum / strong);
  const length = r * r + g * g + b * b;
  let [third, inked] = [0, 0];
  for (let i = 0, at = 0; i < depth.length; i++, at += 3) {
    const [red, green, blue] = [data[at] - ground[0], data[at + 1] - ground[1], data[at + 2] - ground[2]];
    const along = Math.min(1, Math.max(0, (red * r + green * g + blue * b) / length));
    const off = (red - along * r) ** 2 + (green - along * g) ** 2 + (blue - along * b) ** 2;
    if (off > THIRD_COLOUR ** 2 * length) third++;
    if (depth[i] > contrast / 2) inked++;
  }
  if (third > OTHER_COLOURS * inked) refuse('several colours, where one ink on one ground is expected');
}

/** The smallest rectangle that holds the ink. */
function boxOf({ width, height, data }: Image): Area {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (data[i] < BOX_FROM) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** The middle of the ink; the middle of the first pixel is (½, ½). */
function massOf({ width, height, data }: Image): Point {
  let [sum, across, down] = [0, 0, 0];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      sum += data[i];
      across += data[i] * (x + 0.5);
      down += data[i] * (y + 0.5);
    }
  }
  return { x: across / sum, y: down / sum };
}

/** Thin strokes grow faint when they are made small: the strongest pixel becomes white. */
function whitened(image: Image): Image {
  const samples = Array.from(image.data);
  const most = Math.max(...samples);
  return { ...image, data: Uint8Array.from(samples, (value) => Math.round((255 * value) / most)) };
}

function isDone(ink: Image, box: Area, polarity: string): boolean {
  if (ink.width !== MNIST.width || ink.height !== MNIST.height || polarity !== 'light on dark') return false;
  const { x, y } = massOf(ink);
  return Math.max(box.width, box.height) <= 20 && Math.abs(x - 14) <= 1 && Math.abs(y - 14) <= 1;
}
