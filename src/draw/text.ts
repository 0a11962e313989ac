import type { Image } from '../core/image.js';

/** The dots of a letter across: 7 above the baseline and a row for descenders make it 8 high. */
export const GLYPH_WIDTH = 5;
/** From one letter to the next, in dots. */
export const CELL_WIDTH = 6;
/** From one line to the next, in dots. */
const LINE_HEIGHT = 9;

/** A font of our own: labels must look the same on every machine. Each block: its letters, then their eight rows. */
const ART: readonly (readonly [letters: string, ...rows: string[]])[] = [
  [
    ' !"#$%&\'()*+,-./',
    '..... ..#.. .#.#. .#.#. ..#.. ##... .##.. ..#.. ...#. .#... ..... ..... ..... ..... ..... .....',
    '..... ..#.. .#.#. .#.#. .#### ##..# #..#. ..#.. ..#.. ..#.. ..#.. ..#.. ..... ..... ..... ....#',
    '..... ..#.. .#.#. ##### #.#.. ...#. #.#.. ..#.. .#... ...#. #.#.# ..#.. ..... ..... ..... ...#.',
    '..... ..#.. ..... .#.#. .###. ..#.. .#... ..... .#... ...#. .###. ##### ..... .###. ..... ..#..',
    '..... ..#.. ..... ##### ..#.# .#... #.#.# ..... .#... ...#. #.#.# ..#.. ..... ..... ..... .#...',
    '..... ..... ..... .#.#. ####. #..## #..#. ..... ..#.. ..#.. ..#.. ..#.. .##.. ..... .##.. #....',
    '..... ..#.. ..... .#.#. ..#.. ...## .##.# ..... ...#. .#... ..... ..... ..#.. ..... .##.. .....',
    '..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .#... ..... ..... .....',
  ],
  [
    '0123456789:;<=>?',
    '.###. ..#.. .###. ##### ...#. ##### ..##. ##### .###. .###. ..... ..... ...#. ..... .#... .###.',
    '#...# .##.. #...# ...#. ..##. #.... .#... ....# #...# #...# ..... ..... ..#.. ..... ..#.. #...#',
    '#..## ..#.. ....# ..#.. .#.#. ####. #.... ...#. #...# #...# .##.. .##.. .#... ##### ...#. ....#',
    '#.#.# ..#.. ...#. ...#. #..#. ....# ####. ..#.. .###. .#### .##.. .##.. #.... ..... ....# ...#.',
    '##..# ..#.. ..#.. ....# ##### ....# #...# .#... #...# ....# ..... ..... .#... ##### ...#. ..#..',
    '#...# ..#.. .#... #...# ...#. #...# #...# .#... #...# ...#. .##.. .##.. ..#.. ..... ..#.. .....',
    '.###. .###. ##### .###. ...#. .###. .###. .#... .###. .##.. .##.. ..#.. ...#. ..... .#... ..#..',
    '..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .#... ..... ..... ..... .....',
  ],
  [
    '@ABCDEFGHIJKLMNO',
    '.###. .###. ####. .###. ###.. ##### ##### .###. #...# .###. ..### #...# #.... #...# #...# .###.',
    '#...# #...# #...# #...# #..#. #.... #.... #...# #...# ..#.. ...#. #..#. #.... ##.## #...# #...#',
    '....# #...# #...# #.... #...# #.... #.... #.... #...# ..#.. ...#. #.#.. #.... #.#.# ##..# #...#',
    '.##.# #...# ####. #.... #...# ####. ####. #.### ##### ..#.. ...#. ##... #.... #.#.# #.#.# #...#',
    '#.#.# ##### #...# #.... #...# #.... #.... #...# #...# ..#.. ...#. #.#.. #.... #...# #..## #...#',
    '#.#.# #...# #...# #...# #..#. #.... #.... #...# #...# ..#.. #..#. #..#. #.... #...# #...# #...#',
    '.###. #...# ####. .###. ###.. ##### #.... .#### #...# .###. .##.. #...# ##### #...# #...# .###.',
    '..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .....',
  ],
  [
    'PQRSTUVWXYZ[\\]^_',
    '####. .###. ####. .#### ##### #...# #...# #...# #...# #...# ##### .###. ..... .###. ..#.. .....',
    '#...# #...# #...# #.... ..#.. #...# #...# #...# #...# #...# ....# .#... #.... ...#. .#.#. .....',
    '#...# #...# #...# #.... ..#.. #...# #...# #...# .#.#. #...# ...#. .#... .#... ...#. #...# .....',
    '####. #...# ####. .###. ..#.. #...# #...# #.#.# ..#.. .#.#. ..#.. .#... ..#.. ...#. ..... .....',
    '#.... #.#.# #.#.. ....# ..#.. #...# #...# #.#.# .#.#. ..#.. .#... .#... ...#. ...#. ..... .....',
    '#.... #..#. #..#. ....# ..#.. #...# .#.#. #.#.# #...# ..#.. #.... .#... ....# ...#. ..... .....',
    '#.... .##.# #...# ####. ..#.. .###. ..#.. .#.#. #...# ..#.. ##### .###. ..... .###. ..... .....',
    '..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... #####',
  ],
  [
    '`abcdefghijklmno',
    '.#... ..... #.... ..... ....# ..... ..##. ..... #.... ..#.. ...#. #.... .##.. ..... ..... .....',
    '..#.. ..... #.... ..... ....# ..... .#..# ..... #.... ..... ..... #.... ..#.. ..... ..... .....',
    '...#. .###. #.##. .###. .##.# .###. .#... .#### #.##. .##.. ..##. #..#. ..#.. ##.#. #.##. .###.',
    '..... ....# ##..# #.... #..## #...# ###.. #...# ##..# ..#.. ...#. #.#.. ..#.. #.#.# ##..# #...#',
    '..... .#### #...# #.... #...# ##### .#... #...# #...# ..#.. ...#. ##... ..#.. #.#.# #...# #...#',
    '..... #...# #...# #...# #...# #.... .#... .#### #...# ..#.. ...#. #.#.. ..#.# #.#.# #...# #...#',
    '..... .#### ####. .###. .#### .###. .#... ....# #...# .###. #..#. #..#. ...#. #.#.# #...# .###.',
    '..... ..... ..... ..... ..... ..... ..... .###. ..... ..... .##.. ..... ..... ..... ..... .....',
  ],
  [
    'pqrstuvwxyz{|}~',
    '..... ..... ..... ..... .#... ..... ..... ..... ..... ..... ..... ...#. ..#.. .#... .....',
    '..... ..... ..... ..... .#... ..... ..... ..... ..... ..... ..... ..#.. ..#.. ..#.. .....',
    '####. .#### #.##. .#### ###.. #...# #...# #...# #...# #...# ##### ..#.. ..#.. ..#.. .#...',
    '#...# #...# ##..# #.... .#... #...# #...# #...# .#.#. #...# ...#. .#... ..#.. ...#. #.#.#',
    '#...# #...# #.... .###. .#... #...# #...# #.#.# ..#.. #...# ..#.. ..#.. ..#.. ..#.. ...#.',
    '####. .#### #.... ....# .#..# #..## .#.#. #.#.# .#.#. .#### .#... ..#.. ..#.. ..#.. .....',
    '#.... ....# #.... ####. ..##. .##.# ..#.. .#.#. #...# ....# ##### ...#. ..#.. .#... .....',
    '#.... ....# ..... ..... ..... ..... ..... ..... ..... .###. ..... ..... ..... ..... .....',
  ],
  [
    '×÷−±≤≥▸→…·µσ°∞',
    '..... ..... ..... ..#.. ...## ##... .#... ..... ..... ..... ..... ..... .##.. .....',
    '#...# ..#.. ..... ..#.. .##.. ..##. .##.. ..#.. ..... ..... ..... ..... #..#. .....',
    '.#.#. ..... ..... ##### #.... ....# .###. ...#. ..... ..... #...# .#### #..#. .#.#.',
    '..#.. ##### ##### ..#.. .##.. ..##. .#### ##### ..... .##.. #...# #..#. .##.. #.#.#',
    '.#.#. ..... ..... ..#.. ...## ##... .###. ...#. ..... .##.. #...# #...# ..... #.#.#',
    '#...# ..#.. ..... ..... ..... ..... .##.. ..#.. ..... ..... #..## #...# ..... .#.#.',
    '..... ..... ..... ##### ##### ##### .#... ..... #.#.# ..... ###.# .###. ..... .....',
    '..... ..... ..... ..... ..... ..... ..... ..... ..... ..... #.... ..... ..... .....',
  ],
];

/** What stands for a letter the font does not have. */
const HOLLOW_BOX = ['#####', '#...#', '#...#', '#...#', '#...#', '#...#', '#####'].map(bits);

const GLYPHS: ReadonlyMap<string, readonly number[]> = new Map(
  ART.flatMap(([letters, ...rows]) =>
    [...letters].map(
      (letter, i) =>
        [letter, rows.map((row) => bits(row.slice(i * CELL_WIDTH, i * CELL_WIDTH + GLYPH_WIDTH)))] as const,
    ),
  ),
);

/** '#' is ink; the leftmost dot is the highest of five bits. */
function bits(row: string): number {
  return Number.parseInt(row.replaceAll('.', '0').replaceAll('#', '1'), 2);
}

/** The letters the font has. */
export const LETTERS: readonly string[] = [...GLYPHS.keys()];

/** The rows of a letter from the top, five bits each, leftmost dot highest; a hollow box for an unknown one. */
export function glyphRows(letter: string): readonly number[] {
  return GLYPHS.get(letter) ?? HOLLOW_BOX;
}

/** Pixels across one line of text; `size` is the pixels of a dot. The gap after the last letter does not count. */
export function textWidth(text: string, size: number): number {
  return Math.max(0, [...text].length * CELL_WIDTH - 1) * size;
}

/** Pixels from one line of text to the next. */
export function textHeight(size: number): number {
  return LINE_HEIGHT * size;
}

/** The text itself where it fits into `width` pixels, else without its middle: "features…weight". */
export function shortenMiddle(text: string, width: number, size: number): string {
  const letters = [...text];
  const room = Math.floor((width / size + 1) / CELL_WIDTH);
  if (letters.length <= room) return text;
  if (room < 2) return room < 1 ? '' : '…';
  const head = Math.ceil((room - 1) / 2);
  const tail = room - 1 - head;
  return `${letters.slice(0, head).join('')}…${letters.slice(letters.length - tail).join('')}`;
}

/** How a picture is brought to a size that suits the eye: `zoom` times larger and 1/`shrink` as large; one of them is 1. */
export interface Fit {
  readonly zoom: number;
  readonly shrink: number;
}

/**
 * The least shrinking that fits width×height into `box` a side; or, when it is small, the largest whole zoom that stays
 * within `zoomTo` a side.
 */
export function chooseFit(width: number, height: number, box: number, zoomTo: number): Fit {
  const side = Math.max(width, height);
  if (side > box) return { zoom: 1, shrink: Math.ceil(side / box) };
  return { zoom: Math.max(1, Math.floor(Math.min(box, zoomTo) / side)), shrink: 1 };
}

/** The pixels a side takes on the paper. */
export function fittedSide(side: number, { zoom, shrink }: Fit): number {
  return Math.ceil(side / shrink) * zoom;
}

/** "shown at 1/4", "shown 8×", or nothing when a value is a pixel. */
export function fitWords({ zoom, shrink }: Fit): string {
  if (shrink > 1) return `shown at 1/${shrink}`;
  return zoom > 1 ? `shown ${zoom}×` : '';
}

/**
 * The mean of each factor×factor box, rounded, halves up; boxes at the right and bottom edge may be smaller.
 * samples [height, width, channels] → [ceil(height / factor), ceil(width / factor), channels]. Sums are whole numbers,
 * so the result is exact.
 */
export function shrinkSamples<T extends Uint8Array | Uint16Array>(
  samples: T,
  width: number,
  height: number,
  channels: number,
  factor: number,
): T {
  if (factor === 1) return samples;
  const outWidth = Math.ceil(width / factor);
  const outHeight = Math.ceil(height / factor);
  const size = outWidth * outHeight * channels;
  const out = (samples instanceof Uint8Array ? new Uint8Array(size) : new Uint16Array(size)) as T;
  const sums = new Float64Array(outWidth * channels);
  for (let row = 0; row < outHeight; row++) {
    sums.fill(0);
    const bottom = Math.min(height, (row + 1) * factor);
    for (let y = row * factor; y < bottom; y++) {
      let i = y * width * channels;
      for (let x = 0; x < width; x++) {
        const o = Math.floor(x / factor) * channels;
        for (let channel = 0; channel < channels; channel++) sums[o + channel] += samples[i++];
      }
    }
    for (let o = 0; o < sums.length; o++) {
      const left = Math.floor(o / channels) * factor;
      const count = (bottom - row * factor) * (Math.min(width, left + factor) - left);
      out[row * sums.length + o] = Math.floor((2 * sums[o] + count) / (2 * count));
    }
  }
  return out;
}

/** The image at 1/factor of its size. */
export function shrinkImage(image: Image, factor: number): Image {
  if (factor === 1) return image;
  const { width, height, channels, data } = image;
  return {
    ...image,
    width: Math.ceil(width / factor),
    height: Math.ceil(height / factor),
    data: shrinkSamples(data, width, height, channels, factor),
  };
}
