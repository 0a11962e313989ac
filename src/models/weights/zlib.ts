import { viewOf } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { inflate } from './inflate.js';

function refuse(what: string): never {
  throw new CnnvizError('format', `compressed data: ${what}`, { fix: 'the file is damaged: copy it again' });
}

const DEFLATE = 8;
const HAS_DICTIONARY = 0x20;
/** So many bytes are summed before the remainder is taken: the sums stay below 2^32. */
const BEFORE_REMAINDER = 5552;

/** Source: RFC 1950, 2.2 */
function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (let start = 0; start < bytes.length; start += BEFORE_REMAINDER) {
    const end = Math.min(bytes.length, start + BEFORE_REMAINDER);
    for (let i = start; i < end; i++) {
      low += bytes[i];
      high += low;
    }
    low %= 65_521;
    high %= 65_521;
  }
  return high * 65_536 + low;
}

/** Unpacks zlib data of a known size: its head and its checksum are checked. @throws CnnvizError 'format'. Source: RFC 1950 */
export function unzlib(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length < 6) refuse('ends too early');
  const [method, flags] = bytes;
  if ((method & 15) !== DEFLATE || (method * 256 + flags) % 31 !== 0) refuse('no head of zlib');
  if (flags & HAS_DICTIONARY) refuse('a dictionary of its own');
  const out = inflate(bytes.subarray(2, bytes.length - 4), size);
  if (viewOf(bytes).getUint32(bytes.length - 4) !== adler32(out)) refuse('does not fit its checksum');
  return out;
}
