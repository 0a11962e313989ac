import type { MatrixProducts } from '../../layers/row-work.js';
import { roundUp } from '../conv2d/taps.js';
import { aligned, type EngineMemory } from '../wasm/memory.js';
import type { Room } from './room.js';

/** Columns that are gathered take about this many bytes, so that they stay in the second-level cache. */
const BLOCK_BYTES = 384 * 1024;
/** Columns multiplied at a time, at least and at most, and rows. */
const [FEWEST, MOST] = [24, 384];
const ROWS = 512;

function columnsAtOnce(inner: number): number {
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

/**
 * y = left · right for each of the products, by the routines of convolutions: rows of the left are kernels, columns of the
 * right are pixels, and each number is summed in the one order. left, right, y: addresses.
 * @returns false: nothing was done
 */
export function multiply(
  memory: EngineMemory,
  room: Room,
  products: MatrixProducts,
  left: number,
  right: number,
  y: number,
): boolean {
  const { rows, inner, columns, starts } = products;
  const bytes = matrixBytes(products);
  if (bytes > room.left) return false;
  const parts = Object.entries(partsOf(products));
  let at = room.at;
  const places = Object.fromEntries(
    parts.map(([part, size]) => {
      const place = at;
      at += aligned(size);
      return [part, place];
    }),
  ) as ReturnType<typeof partsOf>;
  const { f32, i32 } = memory.heap;
  f32.fill(0, places.bias / 4, places.bias / 4 + Math.min(rows, ROWS));
  for (let k = 0; k < inner; k++) i32[places.taps / 4 + k] = k * products.right.rowStep * 4;
  for (let j = 0; j < Math.min(columns, columnsAtOnce(inner)); j++)
    i32[places.pixels / 4 + j] = j * products.right.columnStep * 4;
  for (const [n, [p, q]] of starts.entries()) {
    multiplyOne(memory, places, products, left + p * 4, right + q * 4, y + n * rows * columns * 4);
  }
  return true;
}

function multiplyOne(
  { routines, heap }: EngineMemory,
  places: ReturnType<typeof partsOf>,
  { rows, inner, columns, ...steps }: MatrixProducts,
  left: number,
  right: number,
  y: number,
): void {
  const { rowStep, columnStep } = steps.left;
  if (inner === 0) {
    heap.f32.fill(0, y / 4, y / 4 + rows * columns);
    return;
  }
  for (let m = 0; m < rows; m += ROWS) {
    const tall = Math.min(ROWS, rows - m);
    const from = left + m * rowStep * 4;
    if (columnStep === 1 && rowStep === inner) routines.packWeights(from, tall, inner, places.packed);
    else {
      routines.transposePlane(from, columnStep * 4, places.turned, inner * 4, tall, inner);
      routines.packWeights(places.turned, tall, inner, places.packed);
    }
    const block = columnsAtOnce(inner);
    for (let n = 0; n < columns; n += block) {
      const wide = Math.min(block, columns - n);
      const x = right + n * steps.right.columnStep * 4;
      if (steps.right.columnStep === 1) routines.packPlanes(x, steps.right.rowStep * 4, inner, wide, places.gathered);
      else routines.packPixels(x, places.taps, inner, places.pixels, wide, places.gathered);
      const to = y + (m * columns + n) * 4;
      routines.gemmPanels(
        places.packed,
        places.gathered,
        inner,
        tall,
        wide,
        places.bias,
        to,
        columns * 4,
        places.scratch,
      );
    }
  }
}
