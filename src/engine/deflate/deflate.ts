import { CRC_TABLES } from '../../core/crc32.js';
import { type EngineMemory, type RoutineKind, returnMemory, takeMemory } from '../wasm/memory.js';
import { canonicalCodes, codeLengths, putCodes } from './huffman.js';

/** Bytes that are worked on at a time: nothing is looked for before them. */
const PORTION = 2 ** 20;
/** Bytes that share their codes. */
const BLOCK = 2 ** 16;
const PLACES = 2 ** 13;
/** Every match has eight bytes at least, and one token more tells of what follows the last. */
const TOKENS = BLOCK / 8 + 1;
/** Matches of 3 … 258 bytes stand behind 256 bytes; the distances as deflateWrite reads them. */
const CODES = 256 + 259;
const DISTANCES = 2 * (256 + 256);
const END = 256;
/** No byte needs more than 14 bits, nor a block more than its codes. */
const MOST_OUT = BLOCK * 2 + 4096;

/** A stream of zlib in pieces, with what a file around it asks for. */
interface Deflated {
  /** One behind the other: joined by whoever knows what else goes with them. */
  readonly parts: readonly Uint8Array[];
  /** CRC-32 of the name of a chunk and of these bytes behind it. */
  readonly crc: number;
}

/**
 * `size` bytes as a stream of zlib (RFC 1950), piece by piece. They are the same everywhere: those of other encoders depend on
 * their version and the processor.
 * @param fill puts the bytes from a place on where they are to be worked on, as many as there is room for
 * @param name four letters that the check sum of a piece begins with
 */
export function* deflate(
  size: number,
  fill: (target: Uint8Array, from: number) => void,
  name: string,
  kind: RoutineKind = 'wasm',
): Generator<Deflated> {
  const sizes = [PORTION + 16, PLACES * 4, 2048, TOKENS * 12, CODES * 4, DISTANCES * 4, 64, 8192, MOST_OUT];
  const memory = takeMemory(
    sizes.reduce((sum, size) => sum + size + 64, 0),
    kind,
  );
  try {
    const [x, places, counts, tokens, codes, distances, state, table, out] = sizes.map((size) => memory.allocate(size));
    const at = { places, counts, tokens, codes, distances, state };
    const { heap, routines } = memory;
    heap.i32.set(CRC_TABLES, table / 4);
    let sum = 1;
    let held: readonly number[] = [0, 0];
    for (let from = 0; from < size || from === 0; from += PORTION) {
      const length = Math.min(PORTION, size - from);
      fill(heap.u8.subarray(x, x + length), from);
      heap.i32.fill(0, places / 4, places / 4 + PLACES);
      sum = routines.adler32(x, length, sum);
      const pieces: Uint8Array[] = [];
      let crc = 0;
      /** Takes bytes that lie in the memory, up to an address. */
      const take = (top: number): void => {
        crc = routines.crc32(out, top - out, crc, table);
        pieces.push(heap.u8.slice(out, top));
      };
      const put = (piece: Uint8Array): void => {
        heap.u8.set(piece, out);
        take(out + piece.length);
      };
      put(new TextEncoder().encode(name));
      if (from === 0) put(ZLIB_HEAD);
      for (let block = 0; block < length || block === 0; block += BLOCK) {
        const end = Math.min(block + BLOCK, length);
        const isLast = from + end >= size;
        heap.i32.set([...held, out], state / 4);
        writeBlock(memory, at, { start: x, from: x + block, end: x + end, isLast });
        const [bits, count, top] = heap.i32.slice(state / 4, state / 4 + 3);
        held = [bits, count];
        take(top);
        if (isLast) put(Uint8Array.of(...(count > 0 ? [bits] : []), sum >>> 24, sum >>> 16, sum >>> 8, sum));
      }
      yield { parts: pieces.slice(1), crc };
    }
  } finally {
    returnMemory(memory);
  }
}

/** Deflate with a window of 32 KiB, no dictionary, the fastest kind. */
const ZLIB_HEAD = Uint8Array.of(0x78, 0x01);

/** Where in the memory the parts of the work lie. */
interface Places {
  readonly places: number;
  readonly counts: number;
  readonly tokens: number;
  readonly codes: number;
  readonly distances: number;
  readonly state: number;
}

/** One block, with codes of its own. Addresses: the first byte that may be repeated, the first and the end of the block. */
function writeBlock(
  { heap, routines }: EngineMemory,
  { places, counts, tokens, codes, distances, state }: Places,
  {
    start,
    from,
    end,
    isLast,
  }: { readonly start: number; readonly from: number; readonly end: number; readonly isLast: boolean },
): void {
  heap.i32.fill(0, counts / 4, counts / 4 + 512);
  const count = routines.deflateScan(from, end, start, places, counts, tokens);
  const literals = new Int32Array(286);
  const reaches = new Int32Array(30);
  for (let byte = 0; byte < 256; byte++)
    literals[byte] = heap.i32[counts / 4 + byte] + heap.i32[counts / 4 + 256 + byte];
  literals[END] = 1;
  for (let t = tokens / 4; t < tokens / 4 + (count - 1) * 3; t += 3) {
    literals[LENGTH_SYMBOLS[heap.i32[t + 1]]]++;
    reaches[distanceSymbol(heap.i32[t + 2] - 1)]++;
  }
  const [literalLengths, reachLengths] = [codeLengths(literals), codeLengths(reaches)];
  const [literalCodes, reachCodes] = [canonicalCodes(literalLengths), canonicalCodes(reachLengths)];
  const put = bitsInto(heap, state);
  put(isLast ? 1 : 0, 1);
  put(2, 2);
  putCodes(literalLengths, reachLengths, put);
  heap.i32.set(literalCodes.subarray(0, 256), codes / 4);
  for (let length = 3; length <= 258; length++) {
    const symbol = LENGTH_SYMBOLS[length];
    const [code, size] = [literalCodes[symbol] & 0xffffff, literalCodes[symbol] >>> 24];
    const rest = restBits(symbol - 257, 4, 8);
    const bits = length === 258 ? 0 : rest;
    const beyond = (length - 3) & ((1 << bits) - 1);
    heap.i32[codes / 4 + 256 + length] = code | (beyond << size) | ((size + bits) << 24);
  }
  for (let entry = 0; entry < 512; entry++) {
    const symbol = distanceSymbol(entry < 256 ? entry : (entry - 256) << 7);
    heap.i32[distances / 4 + entry * 2] = reachCodes[symbol];
    heap.i32[distances / 4 + entry * 2 + 1] = restBits(symbol, 2, 4);
  }
  routines.deflateWrite(from, tokens, count, codes, distances, state);
  put(literalCodes[END] & 0xffffff, literalCodes[END] >>> 24);
}

/** Writes bits behind those that wait at `state`. */
function bitsInto({ i32, u8 }: EngineMemory['heap'], state: number): (bits: number, count: number) => void {
  const s = state / 4;
  return (bits, count) => {
    i32[s] |= bits << i32[s + 1];
    i32[s + 1] += count;
    for (; i32[s + 1] >= 8; i32[s + 1] -= 8) {
      u8[i32[s + 2]++] = i32[s];
      i32[s] >>>= 8;
    }
  };
}

/** Further bits of symbol s: none for the first `plain`, then one more for each `step / 2`, as both tables of RFC 1951 have it. */
function restBits(symbol: number, step: 2 | 4, plain: 4 | 8): number {
  return symbol < plain ? 0 : Math.floor(symbol / step) - 1;
}

/** The symbol of each length of a match. */
const LENGTH_SYMBOLS = Uint16Array.from({ length: 259 }, (_, length) => {
  if (length < 3) return 0;
  if (length === 258) return 285;
  const beyond = length - 3;
  if (beyond < 8) return 257 + beyond;
  const bits = 29 - Math.clz32(beyond);
  return 257 + 4 * (bits + 1) + ((beyond >> bits) & 3);
});

/** The symbol of a distance less one. */
function distanceSymbol(distance: number): number {
  if (distance < 4) return distance;
  const bits = 30 - Math.clz32(distance);
  return 2 * (bits + 1) + ((distance >> bits) & 1);
}
