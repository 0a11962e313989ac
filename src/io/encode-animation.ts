import type { Image } from '../core/image.js';
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
 * palette is chosen from the first, middle and last frame. What does not change from frame to frame is left transparent.
 * `note` becomes its comment.
 */
export async function encodeGif(frames: readonly TimedFrame[], note: string, breathe: Breathe): Promise<Uint8Array> {
  const { GIFEncoder, applyPalette, quantize } = await loadGifenc();
  const { width, height } = frames[0].image;
  const exact = await exactPalette(frames, breathe);
  const chosen = exact ?? quantize(rgbaOf(sample(frames)), MOST_COLOURS, { format: 'rgb565' });
  const palette = [...chosen.map((colour) => colour.slice(0, 3)), [0, 0, 0]];
  const unchanged = palette.length - 1;
  const lookUp = new Map(palette.slice(0, -1).map(([r, g, b], i) => [packed(r, g, b), i]));
  const gif = GIFEncoder();
  let before: Uint8Array | null = null;
  for (const [f, { image, delayMs }] of frames.entries()) {
    await breathe(f / frames.length);
    const data = image.data as Uint8Array;
    const indices = exact ? indicesOf(data, lookUp) : applyPalette(rgbaOf([data]), chosen, 'rgb565');
    const shown = before === null ? indices : withoutRepeats(indices, before, unchanged);
    const rest = before === null ? { palette, repeat: 0 } : { transparent: true, transparentIndex: unchanged };
    gif.writeFrame(shown, width, height, { ...rest, delay: delayMs, dispose: 1 });
    before = indices;
  }
  gif.finish();
  return withGifComment(gif.bytes(), toAscii(note));
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
  for (const { image } of frames) {
    await breathe(0);
    const { data } = image;
    let last = -1;
    for (let i = 0; i < data.length; i += 3) {
      const key = packed(data[i], data[i + 1], data[i + 2]);
      if (key === last || seen.has(key)) continue;
      last = key;
      seen.add(key);
      palette.push([data[i], data[i + 1], data[i + 2]]);
      if (palette.length > MOST_COLOURS) return null;
    }
  }
  return palette;
}

function indicesOf(data: Uint8Array, lookUp: ReadonlyMap<number, number>): Uint8Array {
  const indices = new Uint8Array(data.length / 3);
  let [last, index] = [-1, 0];
  for (let i = 0, p = 0; p < indices.length; i += 3, p++) {
    const key = packed(data[i], data[i + 1], data[i + 2]);
    if (key !== last) index = lookUp.get(key)!;
    last = key;
    indices[p] = index;
  }
  return indices;
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

function withoutRepeats(indices: Uint8Array, before: Uint8Array, unchanged: number): Uint8Array {
  return indices.map((index, p) => (index === before[p] ? unchanged : index));
}
