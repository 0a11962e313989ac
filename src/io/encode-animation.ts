import type { Image } from '../core/image.js';
import type { Area } from '../core/preprocess-geometry.js';
import { toAscii } from './encode.js';
import { withGifComment } from './picture-notes.js';
import { loadSharp } from './sharp.js';

/** One picture of an animation and how long it stands. */
export interface TimedFrame {
  readonly image: Image;
  readonly delayMs: number;
}

/** Called between frames with the share done, 0 … 1; work goes on when its promise settles. */
type Breathe = (done: number) => Promise<void> | undefined;

/** One palette entry stands for "as before". */
const MOST_COLOURS = 255;

/**
 * A GIF that loops, of RGB frames of one size. With up to 255 colours in all frames together they are exact; else the
 * palette is chosen from the first, middle and last frame. Of a frame only the rectangle that changed is stored, and what
 * did not change in it is left transparent. `note` becomes its comment.
 */
export async function encodeGif(frames: readonly TimedFrame[], note: string, breathe: Breathe): Promise<Uint8Array> {
  const { GIFEncoder, quantize } = await loadGifenc();
  const { width, height } = frames[0].image;
  const exact = await exactPalette(frames, breathe);
  const chosen = exact ?? quantize(rgbaOf(sample(frames)), MOST_COLOURS, { format: 'rgb565' });
  const palette = [...chosen.map((colour) => colour.slice(0, 3)), [0, 0, 0]];
  const unchanged = palette.length - 1;
  const indexOf = exact ? exactIndex(exact) : nearestIndex(chosen);
  const gif = GIFEncoder();
  const shown = new Uint8Array(width * height).fill(unchanged);
  let before: Uint8Array | null = null;
  for (const [f, { image, delayMs }] of frames.entries()) {
    await breathe(f / frames.length);
    const data = image.data as Uint8Array;
    const area = changedArea(data, before, width, height);
    const indices = indicesOf(data, before, width, area, indexOf, shown, unchanged);
    const rest = before === null ? { palette, repeat: 0 } : { transparent: true, transparentIndex: unchanged };
    const start = gif.bytesView().length;
    gif.writeFrame(indices, area.width, area.height, { ...rest, delay: delayMs, dispose: 1 });
    if (before !== null) placeFrame(gif.bytesView(), start, area);
    before = data;
  }
  gif.finish();
  return withGifComment(gif.bytes(), toAscii(note));
}

/** A graphic control extension stands before the descriptor of an image: its mark, then left and top. Source: GIF89a. */
const CONTROL_BYTES = 8;

/** Gives a frame its place, which gifenc takes to be (0, 0). */
function placeFrame(gif: Uint8Array, start: number, { x, y }: Area): void {
  const descriptor = new DataView(gif.buffer, gif.byteOffset + start + CONTROL_BYTES + 1, 4);
  descriptor.setUint16(0, x, true);
  descriptor.setUint16(2, y, true);
}

/** The smallest rectangle that holds all that differs; one pixel of equal frames, all of the first. */
function changedArea(data: Uint8Array, before: Uint8Array | null, width: number, height: number): Area {
  if (before === null) return { x: 0, y: 0, width, height };
  const row = width * 3;
  const [now, then] = [bufferOf(data), bufferOf(before)];
  const differs = (y: number) => then.compare(now, y * row, (y + 1) * row, y * row, (y + 1) * row) !== 0;
  let top = 0;
  while (top < height && !differs(top)) top++;
  if (top === height) return { x: 0, y: 0, width: 1, height: 1 };
  let bottom = height - 1;
  while (!differs(bottom)) bottom--;
  let left = row;
  let right = -1;
  for (let y = top; y <= bottom; y++) {
    if (!differs(y)) continue;
    const start = y * row;
    let first = 0;
    while (first < left && data[start + first] === before[start + first]) first++;
    left = Math.min(left, first);
    let last = row - 1;
    while (last > right && data[start + last] === before[start + last]) last--;
    right = Math.max(right, last);
  }
  const x = Math.floor(left / 3);
  return { x, y: top, width: Math.floor(right / 3) - x + 1, height: bottom - top + 1 };
}

/** gifenc is CommonJS: a bundler gives its functions as a namespace, Node as the default export. */
async function loadGifenc(): Promise<typeof import('gifenc')> {
  const loaded: { default?: typeof import('gifenc') } & Partial<typeof import('gifenc')> = await import('gifenc');
  return loaded.default?.GIFEncoder ? loaded.default : (loaded as typeof import('gifenc'));
}

/** An animated WebP, lossless, that loops. `note` goes into EXIF as in a PNG. */
export async function encodeWebp(frames: readonly TimedFrame[], note: string): Promise<Uint8Array> {
  const { width, height } = frames[0].image;
  const size = width * height * 3;
  const pages = new Uint8Array(size * frames.length);
  frames.forEach(({ image }, f) => {
    pages.set(image.data, f * size);
  });
  return loadSharp()(pages, {
    raw: { width, height: height * frames.length, channels: 3, pageHeight: height },
    limitInputPixels: false,
  })
    .withExif({ IFD0: { ImageDescription: toAscii(note) } })
    .webp({ lossless: true, effort: 2, loop: 0, delay: frames.map(({ delayMs }) => delayMs) })
    .toBuffer();
}

function packed(r: number, g: number, b: number): number {
  return (r << 16) | (g << 8) | b;
}

/** All colours of all frames, in the order they are met; null when there are too many. */
async function exactPalette(frames: readonly TimedFrame[], breathe: Breathe): Promise<number[][] | null> {
  const seen = new Set<number>();
  const palette: number[][] = [];
  let before: Uint8Array | null = null;
  for (const { image } of frames) {
    await breathe(0);
    const data = image.data as Uint8Array;
    const area = changedArea(data, before, image.width, image.height);
    before = data;
    let last = -1;
    for (let y = area.y; y < area.y + area.height; y++) {
      const end = (y * image.width + area.x + area.width) * 3;
      for (let i = (y * image.width + area.x) * 3; i < end; i += 3) {
        const key = packed(data[i], data[i + 1], data[i + 2]);
        if (key === last || seen.has(key)) continue;
        last = key;
        seen.add(key);
        palette.push([data[i], data[i + 1], data[i + 2]]);
        if (palette.length > MOST_COLOURS) return null;
      }
    }
  }
  return palette;
}

/**
 * The colours of an area as places in the palette, row by row; `unchanged` where it is the one that is shown already.
 * What is shown, [height, width], is brought up to date.
 */
function indicesOf(
  data: Uint8Array,
  before: Uint8Array | null,
  width: number,
  area: Area,
  indexOf: (r: number, g: number, b: number) => number,
  shown: Uint8Array,
  unchanged: number,
): Uint8Array {
  const indices = new Uint8Array(area.width * area.height).fill(unchanged);
  const end = area.x + area.width;
  const [now, then] = [bufferOf(data), before && bufferOf(before)];
  for (let y = area.y; y < area.y + area.height; y++) {
    for (let x = area.x; x < end; x += PIECE) {
      const [start, stop] = [y * width + x, y * width + Math.min(end, x + PIECE)];
      // most of a frame is as it was
      if (then?.compare(now, 3 * start, 3 * stop, 3 * start, 3 * stop) === 0) continue;
      let p = (y - area.y) * area.width + x - area.x;
      for (let at = start, i = 3 * start; at < stop; at++, i += 3) {
        const index = indexOf(data[i], data[i + 1], data[i + 2]);
        indices[p++] = index === shown[at] ? unchanged : index;
        shown[at] = index;
      }
    }
  }
  return indices;
}

/** So many pixels of a row are compared at once. */
const PIECE = 64;

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Of a palette that holds every colour. */
function exactIndex(palette: readonly (readonly number[])[]): (r: number, g: number, b: number) => number {
  const lookUp = new Map(palette.map(([r, g, b], i) => [packed(r, g, b), i]));
  let last = -1;
  let index = 0;
  return (r, g, b) => {
    const key = packed(r, g, b);
    if (key !== last) {
      last = key;
      index = lookUp.get(key)!;
    }
    return index;
  };
}

/** The nearest colour; those that are equal in their first 5, 6 and 5 bits share the one of the first that is met. */
function nearestIndex(palette: readonly (readonly number[])[]): (r: number, g: number, b: number) => number {
  const known = new Int16Array(1 << 16).fill(-1);
  return (r, g, b) => {
    const key = ((r >> 3) << 11) | ((g >> 2) << 5) | (b >> 3);
    if (known[key] < 0) known[key] = nearest(palette, r, g, b);
    return known[key];
  };
}

function nearest(palette: readonly (readonly number[])[], r: number, g: number, b: number): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (const [i, colour] of palette.entries()) {
    const distance = (colour[0] - r) ** 2 + (colour[1] - g) ** 2 + (colour[2] - b) ** 2;
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

function sample(frames: readonly TimedFrame[]): Uint8Array[] {
  const chosen = new Set([0, Math.floor(frames.length / 2), frames.length - 1]);
  return [...chosen].map((f) => frames[f].image.data as Uint8Array);
}

function rgbaOf(pictures: readonly Uint8Array[]): Uint8Array {
  const rgba = new Uint8Array((pictures.reduce((sum, { length }) => sum + length, 0) / 3) * 4);
  let o = 0;
  for (const data of pictures) {
    for (let i = 0; i < data.length; i += 3, o += 4) {
      rgba[o] = data[i];
      rgba[o + 1] = data[i + 1];
      rgba[o + 2] = data[i + 2];
      rgba[o + 3] = 255;
    }
  }
  return rgba;
}
