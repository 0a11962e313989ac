import type { TransposedConv } from '../../layers/row-work.js';
import { roundUp } from '../conv2d/taps.js';
import { aligned, type EngineMemory } from '../wasm/memory.js';
import { columnsAtOnce, placesIn } from './matrix.js';
import type { Portions } from './portions.js';
import type { Room } from './room.js';

/** Rows of a product, kernels' taps, that one portion has about. */
const ROWS = 96;

export function transposedMacs({ N, groups, C, M, axes: [rows, columns] }: TransposedConv): number {
  return N * groups * C * M * rows.kernel * columns.kernel * rows.out * columns.out;
}

/** Maps of one group that are computed together. */
function mapsAtOnce({ M, axes: [rows, columns] }: TransposedConv): number {
  return Math.min(M, Math.max(1, Math.floor(ROWS / (rows.kernel * columns.kernel))));
}

/** Pixels of the input that are multiplied at a time: whole rows, or a part of one. */
function pixelsAtOnce({ C, axes: [rows, columns] }: TransposedConv): number {
  const most = columnsAtOnce(C);
  if (most < columns.out) return most;
  return Math.min(rows.out, Math.floor(most / columns.out)) * columns.out;
}

/** Bytes of each part of what a portion needs beside its maps. */
function partsOf(conv: TransposedConv) {
  const { C, axes } = conv;
  const tall = mapsAtOnce(conv) * axes[0].kernel * axes[1].kernel;
  const pixels = pixelsAtOnce(conv);
  return {
    scratch: 512,
    zeros: tall * 4,
    /** The weights of the maps, a row of channels for each tap; and as the multiplication reads them. */
    turned: tall * C * 4,
    packed: roundUp(tall, 4) * C * 4,
    gathered: C * roundUp(pixels, 8) * 4,
    /** What each tap gives for each pixel. */
    given: tall * pixels * 4,
  };
}

/** What `spread` needs of a room, with a place for an input that lies elsewhere. */
export function roomOfSpread(conv: TransposedConv): number {
  const { N, groups, C, axes } = conv;
  return spreadBytes(conv) + aligned(N * groups * C * axes[0].out * axes[1].out * 4);
}

function spreadBytes(conv: TransposedConv): number {
  return Object.values(partsOf(conv)).reduce((sum, bytes) => sum + aligned(bytes), 0);
}

/**
 * A transposed convolution, some maps at a time: their taps [maps·kH·kW, C] times pixels [C, …], then what each tap gives is
 * added where it falls. Pixels are taken as they lie, so that the order in which a number of y is added up does not depend
 * on how many are taken at a time. Addresses; bias null: none. Null: there is too little room.
 * @see src/layers/spatial/conv-transpose.ts, whose bits these are
 */
export function spread(
  memory: EngineMemory,
  room: Room,
  conv: TransposedConv,
  at: { readonly x: number; readonly weight: number; readonly bias: number | null; readonly y: number },
): Portions | null {
  const { N, groups, C, M, axes } = conv;
  const [rows, columns] = axes;
  if (spreadBytes(conv) > room.left || transposedMacs(conv) === 0) return null;
  const { routines, heap } = memory;
  const places = placesIn(room, partsOf(conv));
  const [taps, pixels, plane] = [rows.kernel * columns.kernel, rows.out * columns.out, rows.size * columns.size];
  const [together, block] = [mapsAtOnce(conv), pixelsAtOnce(conv)];
  const tiers = Math.ceil(M / together);
  heap.f32.fill(0, places.zeros / 4, places.zeros / 4 + together * taps);
  let packed = -1;

  /** Puts the weights of maps m … m + maps − 1 of a group in place, unless they are. */
  const pack = (g: number, m: number, maps: number): void => {
    if (packed === g * M + m) return;
    packed = g * M + m;
    const from = at.weight + (g * C * M + m) * taps * 4;
    routines.transposePlane(from, M * taps * 4, places.turned, C * 4, maps * taps, C);
    routines.packWeights(places.turned, maps * taps, C, places.packed);
  };

  /** Adds what a tap gives for `tall` rows of pixels from h on, columns w … w + wide − 1, to a map. */
  const fold = (given: number, tap: number, y: number, h: number, tall: number, w: number, wide: number): void => {
    const [top, left] = [Math.floor(tap / columns.kernel) * rows.dilation, (tap % columns.kernel) * columns.dilation];
    const [first, end] = inside(rows, top, h, h + tall);
    const [from, until] = inside(columns, left, w, w + wide);
    if (first >= end || from >= until) return;
    const row = first * rows.stride - rows.padBefore + top;
    const column = from * columns.stride - columns.padBefore + left;
    const x = given + ((first - h) * wide + from - w) * 4;
    const to = y + (row * columns.size + column) * 4;
    routines.foldRows(x, wide * 4, to, rows.stride * columns.size * 4, end - first, until - from, columns.stride);
  };

  return {
    count: N * groups * tiers,
    run(index) {
      const [n, g, m] = [
        Math.floor(index / (groups * tiers)),
        Math.floor(index / tiers) % groups,
        (index % tiers) * together,
      ];
      const maps = Math.min(together, M - m);
      pack(g, m, maps);
      const x = at.x + (n * groups + g) * C * pixels * 4;
      const y = at.y + ((n * groups + g) * M + m) * plane * 4;
      for (let map = 0; map < maps; map++) {
        const bias = at.bias === null ? 0 : heap.f32[at.bias / 4 + g * M + m + map];
        heap.f32.fill(bias, y / 4 + map * plane, y / 4 + (map + 1) * plane);
      }
      let next = 0;
      for (let p = 0; p < pixels; p = next) {
        const [h, w] = [Math.floor(p / columns.out), p % columns.out];
        // a part of a row ends with it
        next = block < columns.out ? Math.min(p + block, (h + 1) * columns.out) : Math.min(p + block, pixels);
        const count = next - p;
        const [tall, wide] = block < columns.out ? [1, count] : [count / columns.out, columns.out];
        routines.packPlanes(x + p * 4, pixels * 4, C, count, places.gathered);
        const { packed: a, gathered, zeros, given, scratch } = places;
        routines.gemmPanels(a, gathered, C, maps * taps, count, zeros, given, count * 4, scratch);
        for (let map = 0; map < maps; map++) {
          for (let tap = taps - 1; tap >= 0; tap--) {
            fold(given + (map * taps + tap) * count * 4, tap, y + map * plane * 4, h, tall, w, wide);
          }
        }
      }
    },
  };
}

/** Of pixels from … end − 1 along an axis the first and the end of those whose tap at `offset` falls into the output. */
function inside(
  { stride, padBefore, size }: TransposedConv['axes'][0],
  offset: number,
  from: number,
  end: number,
): [first: number, end: number] {
  const first = Math.ceil((padBefore - offset) / stride);
  const last = Math.floor((size - 1 + padBefore - offset) / stride);
  return [Math.max(from, first), Math.min(end, last + 1)];
}
