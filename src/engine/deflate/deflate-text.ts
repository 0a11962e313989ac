import { canonicalCodes, codeLengths, putCodes } from './huffman.js';
import { distanceSymbol, LENGTH_RESTS, LENGTH_SYMBOLS, REACH_RESTS } from './symbols.js';

const WINDOW = 2 ** 15;
const LEAST = 3;
const MOST = 258;
/** Places that are looked at for a longer match; and matches that are long enough to look no further. */
const LOOKS = 2048;
const ENOUGH = 258;
const HASHES = 2 ** 15;
/** Tokens that share their codes. */
const BLOCK = 2 ** 14;
const END = 256;

/**
 * Bytes as a stream of deflate (RFC 1951, without a head). For texts and programs that are packed once and travel often: as
 * small as zlib's best, and the same everywhere, which zlib's is not.
 */
export function deflateText(bytes: Uint8Array): Uint8Array {
  const tokens = tokensOf(bytes);
  const out = new Bits();
  for (let from = 0; from < tokens.length || from === 0; from += BLOCK) {
    const end = Math.min(from + BLOCK, tokens.length);
    writeBlock(tokens.subarray(from, end), end === tokens.length, out);
  }
  return out.finish();
}

/** A byte, or length << 16 | distance of a repetition. Lazy: a match waits whether the next place has a longer one. */
function tokensOf(bytes: Uint8Array): Int32Array {
  const tokens = new Int32Array(bytes.length);
  const find = matcher(bytes);
  let count = 0;
  let waiting = 0;
  for (let at = 0; at < bytes.length; ) {
    const found = find(at);
    if (waiting > 0 && found >>> 16 <= waiting >>> 16) {
      tokens[count++] = waiting;
      // the first two of its bytes have been gone through
      const end = at - 1 + (waiting >>> 16);
      for (at++; at < end; at++) find(at, true);
      waiting = 0;
      continue;
    }
    if (waiting > 0) tokens[count++] = bytes[at - 1];
    waiting = found;
    if (found === 0) tokens[count++] = bytes[at];
    at++;
  }
  if (waiting > 0) tokens[count++] = bytes[bytes.length - 1];
  return tokens.subarray(0, count);
}

/** Finds the longest, of equals the nearest repetition at a place, 0 for none; places are asked for in order. `onlyNote`: none is looked for. */
function matcher(bytes: Uint8Array): (at: number, onlyNote?: boolean) => number {
  const heads = new Int32Array(HASHES).fill(-1);
  const before = new Int32Array(WINDOW);
  return (at, onlyNote = false) => {
    if (at + LEAST > bytes.length) return 0;
    const hash = ((bytes[at] << 10) ^ (bytes[at + 1] << 5) ^ bytes[at + 2]) & (HASHES - 1);
    let place = heads[hash];
    before[at % WINDOW] = place;
    heads[hash] = at;
    if (onlyNote) return 0;
    const most = Math.min(MOST, bytes.length - at);
    let [best, reach] = [LEAST - 1, 0];
    for (let looks = LOOKS; place >= 0 && at - place <= WINDOW && looks > 0; looks--) {
      if (bytes[place + best] === bytes[at + best]) {
        let length = 0;
        while (length < most && bytes[place + length] === bytes[at + length]) length++;
        if (length > best) [best, reach] = [length, at - place];
        if (best >= Math.min(most, ENOUGH)) break;
      }
      const earlier = before[place % WINDOW];
      // what stands there may be of a place that has come since
      if (earlier >= place) break;
      place = earlier;
    }
    // three bytes from far away cost more than three letters
    return best < LEAST || (best === LEAST && reach > 4096) ? 0 : (best << 16) | reach;
  };
}

function writeBlock(tokens: Int32Array, isLast: boolean, out: Bits): void {
  const literals = new Int32Array(286);
  const reaches = new Int32Array(30);
  literals[END] = 1;
  for (const token of tokens) {
    if (token < 2 ** 16) literals[token]++;
    else {
      literals[LENGTH_SYMBOLS[token >>> 16]]++;
      reaches[distanceSymbol((token & 0xffff) - 1)]++;
    }
  }
  const [literalLengths, reachLengths] = [codeLengths(literals), codeLengths(reaches)];
  const [literalCodes, reachCodes] = [canonicalCodes(literalLengths), canonicalCodes(reachLengths)];
  const putCode = (code: number) => out.put(code & 0xffffff, code >>> 24);
  out.put(isLast ? 1 : 0, 1);
  out.put(2, 2);
  putCodes(literalLengths, reachLengths, (bits, count) => out.put(bits, count));
  for (const token of tokens) {
    if (token < 2 ** 16) {
      putCode(literalCodes[token]);
      continue;
    }
    const length = token >>> 16;
    const distance = (token & 0xffff) - 1;
    const symbol = distanceSymbol(distance);
    putCode(literalCodes[LENGTH_SYMBOLS[length]]);
    out.put((length - LEAST) & ((1 << LENGTH_RESTS[length]) - 1), LENGTH_RESTS[length]);
    putCode(reachCodes[symbol]);
    out.put(distance & ((1 << REACH_RESTS[symbol]) - 1), REACH_RESTS[symbol]);
  }
  putCode(literalCodes[END]);
}

/** Bits one behind the other, the lowest first. */
class Bits {
  readonly #bytes: number[] = [];
  #bits = 0;
  #held = 0;

  put(bits: number, count: number): void {
    this.#bits |= bits << this.#held;
    this.#held += count;
    for (; this.#held >= 8; this.#held -= 8) {
      this.#bytes.push(this.#bits & 0xff);
      this.#bits >>>= 8;
    }
  }

  finish(): Uint8Array {
    if (this.#held > 0) this.#bytes.push(this.#bits & 0xff);
    return Uint8Array.from(this.#bytes);
  }
}
