import type { MatrixProducts } from '../../layers/row-work.js';
import { roundUp } from '../conv2d/taps.js';
import { aligned, type EngineMemory } from '../wasm/memory.js';
import { operationNumber } from './pairs.js';
import { NOTHING, type Portions } from './portions.js';
import type { Room } from './room.js';

const ADD = operationNumber('+');

/** Columns that are gathered take about this many bytes, so that they stay in the second-level cache. */
const BLOCK_BYTES = 384 * 1024;
/** Columns multiplied at a time, at least and at most, and rows. */
const [FEWEST, MOST] = [24, 384];
const ROWS = 512;

export function columnsAtOnce(inner: number): number {
  return Math.min(MOST, Math.max(FEWEST, Math.floor(BLOCK_BYTES / (inner * 32)) * 8));
}

/** Bytes of each part of what a product needs beside its matrices. */
function partsOf({ rows, inner, columns }: MatrixProducts) {
  const [tall, wide] = [Math.min(rows, ROWS), Math.min(roundUp(columns, 8), columnsAtOnce(inner))];
  return {
    scratch: 512,
    bias: tall * 4,
    taps: inner * 4,
    pixels: wide * 4,
    gathered: inner * wide * 4,
    packed: roundUp(tall, 4) * inner * 4,
    /** Rows of a left matrix that lies column by column. */
    turned: tall * inner * 4,
  };
}

/** What `multiply` needs of a room. */
export function matrixBytes(products: MatrixProducts): number {
  return Object.values(partsOf(products)).reduce((sum, bytes) => sum + aligned(bytes), 0);
}

/** What is added to each product: its address, and its steps in numbers from row to row and from column to column. */
export interface AddedMatrix {
  readonly at: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/**
 * y = left · right for each of the products, by the routines of convolutions: rows of the left are kernels, columns of the
 * right are pixels, and each number is summed in the one order; then `added` is. left, right, y: addresses. Null: there is
 * too little room.
 */
export function multiply(
  memory: EngineMemory,
  room: Room,
  products: MatrixProducts,
  [left, right]: readonly [number, number],
  y: number,
  added: AddedMatrix | null,
): Portions | null {
  const { rows, inner, columns, starts } = products;
  if (matrixBytes(products) > room.left) return null;
  if (rows * columns === 0) return NOTHING;
  const places = placesIn(room, partsOf(products));
  const { routines, heap } = memory;
  const { f32, i32 } = heap;
  const block = columnsAtOnce(inner);
  f32.fill(0, places.bias / 4, places.bias / 4 + Math.min(rows, ROWS));
  for (let k = 0; k < inner; k++) i32[places.taps / 4 + k] = k * products.right.rowStep * 4;
  for (let j = 0; j < Math.min(columns, block); j++) {
    i32[places.pixels / 4 + j] = j * products.right.columnStep * 4;
  }
  const [tiers, blocks] = [Math.ceil(rows / ROWS), Math.ceil(columns / block)];
  let packed = -1;
  return {
    count: starts.length * tiers * blocks,
    run(index) {
      const tier = Math.floor(index / blocks);
      const [product, m, n] = [Math.floor(tier / tiers), (tier % tiers) * ROWS, (index % blocks) * block];
      const [tall, wide] = [Math.min(ROWS, rows - m), Math.min(block, columns - n)];
      const to = y + ((product * rows + m) * columns + n) * 4;
      if (inner === 0) for (let r = 0; r < tall; r++) f32.fill(0, to / 4 + r * columns, to / 4 + r * columns + wide);
      else {
        const [p, q] = starts[product];
        if (packed !== tier) packLeft(memory, places, products, left + (p + m * products.left.rowStep) * 4, tall);
        packed = tier;
        gather(memory, places, products, right + (q + n * products.right.columnStep) * 4, wide);
        const { packed: a, gathered, bias, scratch } = places;
        routines.gemmPanels(a, gathered, inner, tall, wide, bias, to, columns * 4, scratch);
      }
      if (added === null) return;
      for (let r = 0; r < tall; r++) {
        const other = added.at + ((m + r) * added.rowStep + n * added.columnStep) * 4;
        const own = to + r * columns * 4;
        routines.combinePairs(ADD, own, 0, 1, other, 0, added.columnStep, own, 1, wide);
      }
    },
  };
}

/** Addresses of parts in a room, one after another. */
export function placesIn<P extends Record<string, number>>({ at }: Room, parts: P): P {
  let next = at;
  const placed = Object.entries(parts).map(([part, bytes]) => {
    const place = next;
    next += aligned(bytes);
    return [part, place];
  });
  return Object.fromEntries(placed) as P;
}

type Places = ReturnType<typeof partsOf>;

/** `tall` rows of a left matrix from an address on, as the multiplication reads them. */
function packLeft(
  { routines }: EngineMemory,
  places: Places,
  { inner, left }: MatrixProducts,
  from: number,
  tall: number,
) {
  const { rowStep, columnStep } = left;
  if (columnStep === 1 && rowStep === inner) {
    routines.packWeights(from, tall, inner, places.packed);
    return;
  }
  routines.transposePlane(from, columnStep * 4, places.turned, inner * 4, tall, inner);
  routines.packWeights(places.turned, tall, inner, places.packed);
}

/** `wide` columns of a right matrix from an address on. */
function gather(
  { routines }: EngineMemory,
  places: Places,
  { inner, right }: MatrixProducts,
  from: number,
  wide: number,
) {
  if (right.columnStep === 1) routines.packPlanes(from, right.rowStep * 4, inner, wide, places.gathered);
  else routines.packPixels(from, places.taps, inner, places.pixels, wide, places.gathered);
}
