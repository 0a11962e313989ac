import type { Routines } from '../routines/index.js';

/** Small calls of routines, on which what the compiler made of them is compared with their twins. */

export type RoutineName = keyof Routines;

/** Pages of a memory for them, and where their numbers begin. */
export const TILE_PAGES = 2;
export const TILES_FROM = 65_536;

/** Addresses: numbers from −2 to 2; from 1/64 to 4; 0, 4, 8 …; results; scratch. */
const X = TILES_FROM;
const W = X + 8192;
const T = W + 8192;
const Y = T + 1024;
const S = Y + 8192;
/** Numbers and results; what a routine leaves in its scratch is its own affair. */
export const TILE_WORDS = (S - TILES_FROM) / 4;
/** Of these, the numbers. */
const NUMBERS = (Y - TILES_FROM) / 4;

/**
 * The routines that gain by packing, each with its calls, one after another on the same numbers: all parts of a loop, whole
 * vectors and what is left. Not among them: erfInPlace, which packed by V8 13.6 (Node 24) gave 0.998 for erf(−0.92).
 */
export const TILES: Partial<Readonly<Record<RoutineName, readonly (readonly number[])[]>>> = {
  gemmPanels: [
    [W, X, 33, 5, 9, X, Y, 64, S],
    [W, X, 257, 3, 8, X, Y + 1024, 64, S],
    [W, X, 20, 4, 8, X, Y + 2048, 64, S],
  ],
  gemmRows: [
    [W, X, 33, 5, 9, X, Y, 64, S],
    [W, X, 257, 3, 8, X, Y + 1024, 64, S],
    [W, X, 20, 4, 8, X, Y + 2048, 64, S],
  ],
  winogradMultiply: [
    [W, X, 34, 5, 12, Y, 64, S],
    [W, X, 257, 1, 8, Y + 1024, 32, S],
    [W, X, 20, 4, 8, Y + 2048, 32, S],
  ],
  directRows: [
    [X, T, 9, W, X, 3, Y, 512, 1, 28, 128, S],
    [X, T, 33, W, X, 3, Y + 4096, 512, 1, 12, 128, S],
  ],
  reluInPlace: [[X, 19]],
  relu6InPlace: [[X, 19]],
  leakyReluInPlace: [[X, 19, 0.3]],
  clipInPlace: [[X, 19, -0.7, 0.9]],
  expInPlace: [[X, 71, S]],
  logInPlace: [[W, 71, S]],
  tanhInPlace: [[X, 71, S]],
  sigmoidInPlace: [[X, 71, S]],
  swishInPlace: [[X, 71, 1.3, S]],
  geluInPlace: [[X, 71, S]],
  geluTanhInPlace: [[X, 71, S]],
  softplusInPlace: [[X, 71, 1.3, 2, S]],
  eluInPlace: [[X, 71, 1.7, S]],
  mishInPlace: [[X, 71, S]],
  hardswishInPlace: [[X, 71, S]],
  hardSigmoidInPlace: [[X, 71, 0.2, 0.5, S]],
  combinePairs: [0, 1, 2, 3, 4, 5].flatMap((op) => [
    [op, X, 84, 1, W, 84, 1, Y + op * 512, 2, 21],
    [op, X, 84, 1, W, 4, 0, Y + op * 512 + 256, 1, 21],
  ]),
  softmaxRows: [[X, Y, 2, 23, S]],
  softmaxColumns: [[X, Y, 5, 6, S]],
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
  const floats = new Float32Array(words.buffer, 0, (T - X) / 4);
  const half = floats.length / 2;
  // the golden ratio's multiples spread evenly, and have all their bits
  for (let i = 0; i < half; i++) {
    const share = (i * 0.6180339887498949) % 1;
    floats[i] = 4 * share - 2;
    floats[half + i] = 1 / 64 + 4 * share;
  }
  for (let i = 0; i < (Y - T) / 4; i++) words[(T - X) / 4 + i] = 4 * i;
  return words;
}
