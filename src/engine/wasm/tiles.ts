import type { Routines } from '../routines/index.js';

/** Small calls of routines, on which what the compiler made of them is compared with their twins. */

export type RoutineName = keyof Routines;

/** Pages of a memory for them, and where their numbers begin. */
export const TILE_PAGES = 2;
export const TILES_FROM = 65_536;

/** Addresses: numbers from −2 to 2, and others; float64 from ½ to 2; 0, 4, 8 …; results; scratch. */
const X = TILES_FROM;
const W = X + 8192;
const D = W + 8192;
const T = D + 1024;
const Y = T + 1024;
const S = Y + 8192;
/** Numbers and results; what a routine leaves in its scratch is its own affair. */
export const TILE_WORDS = (S - TILES_FROM) / 4;
/** Of these, the numbers. */
const NUMBERS = (Y - TILES_FROM) / 4;

/**
 * The routines that gain by packing, each with its calls, one after another on the same numbers: all parts of a loop, whole
 * vectors and what is left.
 */
export const TILES: Partial<Readonly<Record<RoutineName, readonly (readonly number[])[]>>> = {
  gemmPanels: [
    [W, X, 33, 5, 9, X, Y, 64, S],
    [W, X, 257, 3, 8, X, Y + 1024, 64, S],
  ],
  winogradMultiply: [
    [W, X, 34, 5, 1, Y, S],
    [W, X, 257, 1, 1, Y + 1024, S],
  ],
  directRows: [
    [X, T, 9, W, X, 3, Y, 512, 1, 28, 128, S],
    [X, T, 33, W, X, 3, Y + 4096, 512, 1, 12, 128, S],
  ],
};

let numbers: Int32Array | null = null;

/** Writes the numbers of the tiles to a memory's words from `TILES_FROM` on, and zeros where results will be. */
export function fillTiles(words: Int32Array): void {
  numbers ??= tileNumbers();
  words.set(numbers);
  words.fill(0, NUMBERS, TILE_WORDS);
}

function tileNumbers(): Int32Array {
  const words = new Int32Array(NUMBERS);
  const floats = new Float32Array(words.buffer, 0, (D - X) / 4);
  const doubles = new Float64Array(words.buffer, D - X, (T - D) / 8);
  // the golden ratio's multiples spread evenly, and have all their bits
  for (let i = 0; i < floats.length; i++) floats[i] = 4 * ((i * 0.6180339887498949) % 1) - 2;
  for (let i = 0; i < doubles.length; i++) doubles[i] = 0.5 + 1.5 * ((i * 0.6180339887498949) % 1);
  for (let i = 0; i < (Y - T) / 4; i++) words[(T - X) / 4 + i] = 4 * i;
  return words;
}
