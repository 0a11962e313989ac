import type { WholeSizes, WholeWork } from '../../layers/row-work.js';
import { roundUp } from '../conv2d/taps.js';
import { aligned, type EngineMemory } from '../wasm/memory.js';
import { type Room, take } from './room.js';

/** Places multiplied at a time. */
const PLACES = 128;
/** Terms of one part of a sum, at most: what is gathered stays in the cache. */
const TERMS = 512;
/** Up to here float32 has every whole number. */
const EXACT = 2 ** 24;

/** Bytes of each part of what products need. */
function partsOf({ rows, inner, area }: WholeSizes) {
  const terms = Math.min(inner, TERMS);
  return {
    area: area * 4,
    taps: inner * 4,
    places: PLACES * 4,
    gathered: terms * PLACES * 4,
    /** A part of the rows as they are, and all parts as they are multiplied. */
    rows: rows * terms * 4,
    packed: roundUp(rows, 4) * inner * 4,
    sums: rows * PLACES * 4,
    bias: roundUp(rows, 4) * 4,
    scratch: 512,
  };
}

/** What `multiplyWhole` needs of a room. */
export function wholeBytes(sizes: WholeSizes): number {
  return Object.values(partsOf(sizes)).reduce((sum, bytes) => sum + aligned(bytes), 0);
}

/**
 * Does all products of a layer of whole numbers by the routines of convolutions in float32. No sum of theirs rounds: each has
 * so few terms that it stays below 2²⁴; the parts are added up in 32 bits.
 * @returns false: there is too little room, nothing was done
 */
export function multiplyWhole(memory: EngineMemory, given: Readonly<Room>, work: WholeWork): boolean {
  const room = { ...given };
  const { rows, inner, places } = work;
  const addresses = Object.fromEntries(
    Object.entries(partsOf(work)).map(([part, bytes]) => [part, take(room, bytes)]),
  ) as ReturnType<typeof partsOf>;
  if (Object.values(addresses).includes(-1)) return false;
  const { routines, heap } = memory;
  const { f32, i32 } = heap;
  const terms = Math.min(inner, TERMS, Math.max(1, Math.floor((EXACT - 1) / Math.max(1, work.most))));
  for (let k = 0; k < inner; k++) i32[addresses.taps / 4 + k] = work.taps[k] * 4;
  f32.fill(0, addresses.bias / 4, addresses.bias / 4 + roundUp(rows, 4));
  const sums = new Int32Array(rows * PLACES);
  let packed = -1;
  for (let product = 0; product < work.products; product++) {
    if (work.rowsOf(product) !== packed) packRows(memory, addresses, work, product, terms);
    packed = work.rowsOf(product);
    work.fillArea(product, f32, addresses.area / 4);
    for (let from = 0; from < places; from += PLACES) {
      const count = Math.min(PLACES, places - from);
      for (let j = 0; j < count; j++) i32[addresses.places / 4 + j] = work.starts[from + j] * 4;
      sums.fill(0);
      for (let k = 0; k < inner; k += terms) {
        const { area, taps, places: at, gathered, packed: left, bias, sums: y, scratch } = addresses;
        const own = Math.min(terms, inner - k);
        routines.packPixels(area, taps + k * 4, own, at, count, gathered);
        routines.gemmPanels(left + roundUp(rows, 4) * k * 4, gathered, own, rows, count, bias, y, count * 4, scratch);
        for (let i = 0; i < rows * count; i++) sums[i] += f32[y / 4 + i];
      }
      work.take(product, sums, from, count);
    }
  }
  return true;
}

/** The rows of a product, part after part, as the multiplication reads them. */
function packRows(
  { routines, heap }: EngineMemory,
  addresses: ReturnType<typeof partsOf>,
  work: WholeWork,
  product: number,
  terms: number,
): void {
  const { rows, inner } = work;
  for (let k = 0; k < inner; k += terms) {
    const end = Math.min(inner, k + terms);
    work.fillRows(product, k, end, heap.f32, addresses.rows / 4);
    routines.packWeights(addresses.rows, rows, end - k, addresses.packed + roundUp(rows, 4) * k * 4);
  }
}
