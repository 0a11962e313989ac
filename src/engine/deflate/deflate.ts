import { CRC_TABLES, crc32 } from '../../core/crc32.js';
import { type EngineMemory, type RoutineKind, returnMemory, takeMemory } from '../wasm/memory.js';
import { canonicalCodes, codeLengths, putCodes } from './huffman.js';
import { distanceSymbol, LENGTH_RESTS, LENGTH_SYMBOLS, REACH_RESTS } from './symbols.js';

/** Bytes that are worked on at a time: nothing is looked for before them. */
const PORTION = 2 ** 20;
/** Bytes that share their codes. */
const BLOCK = 2 ** 16;
const PLACES = 2 ** 13;
/** Every match has eight bytes at least, and one token more tells of what follows the last. */
const TOKENS = BLOCK / 8 + 1;
/** Matches of 3 … 258 bytes stand behind 256 bytes; the distances as deflateWrite reads them. */
const CODES = 256 + 259;
const DISTANCES = 2 * 512;
const END = 256;
/** No byte needs more than 14 bits, nor a block more than its codes. */
const MOST_OUT = BLOCK * 2 + 4096;

/** A piece of a stream of zlib, with what a file around it asks for. */
interface Deflated {
  /** They lie in the engine's memory: good until the next piece is asked for. */
  readonly bytes: Uint8Array;
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
    const crcOfName = crc32(new TextEncoder().encode(name));
    let sum = 1;
    let [bits, held] = [0, 0];
    for (let from = 0; from < size || from === 0; from += PORTION) {
      const length = Math.min(PORTION, size - from);
      fill(heap.u8.subarray(x, x + length), from);
      heap.i32.fill(0, places / 4, places / 4 + PLACES);
      sum = routines.adler32(x, length, sum);
      for (let block = 0; block < length || block === 0; block += BLOCK) {
        const end = Math.min(block + BLOCK, length);
        const isFirst = from + block === 0;
        const isLast = from + end >= size;
        if (isFirst) heap.u8.set(ZLIB_HEAD, out);
        heap.i32.set([bits, held, isFirst ? out + ZLIB_HEAD.length : out], state / 4);
        writeBlock(memory, at, { start: x, from: x + block, end: x + end, isLast });
        let top = heap.i32[state / 4 + 2];
        [bits, held] = [heap.i32[state / 4], heap.i32[state / 4 + 1]];
        if (isLast) {
          const tail = [...(held > 0 ? [bits] : []), sum >>> 24, sum >>> 16, sum >>> 8, sum];
          heap.u8.set(Uint8Array.from(tail), top);
          top += tail.length;
        }
        yield { bytes: heap.u8.subarray(out, top), crc: routines.crc32(out, top - out, crcOfName, table) };
      }
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
  // without a match nobody looks there
  if (count > 1) {
    for (let length = 3; length <= 258; length++) {
      const code = literalCodes[LENGTH_SYMBOLS[length]];
      const bits = LENGTH_RESTS[length];
      const beyond = (length - 3) & ((1 << bits) - 1);
      heap.i32[codes / 4 + 256 + length] =
        (code & 0xffffff) | (beyond << (code >>> 24)) | (((code >>> 24) + bits) << 24);
    }
    for (let entry = 0; entry < ENTRIES; entry++) {
      const symbol = ENTRY_SYMBOLS[entry];
      heap.i32[distances / 4 + entry * 2] = reachCodes[symbol];
      heap.i32[distances / 4 + entry * 2 + 1] = REACH_RESTS[symbol];
    }
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

/** The symbols of the distances as deflateWrite reads them */
const ENTRIES = 512;
const ENTRY_SYMBOLS = Uint8Array.from({ length: ENTRIES }, (_, entry) =>
  distanceSymbol(entry < 256 ? entry : (entry - 256) << 7),
);
