import { joinedBytes } from '../../core/bytes.js';
import type { ByteStore } from '../../explorer/byte-store.js';
import type { ByteRange } from '../../explorer/page-data.js';

/** Bytes of a store from a place on, in pieces: each part is read when its turn comes. Between parts lie zeros. */
export function* readStored({ parts, length }: ByteStore, at: number, size: number): Generator<Uint8Array> {
  const end = Math.min(at + size, length);
  let here = at;
  for (const part of parts) {
    if (part.at + part.length <= here) continue;
    if (part.at >= end) break;
    if (part.at > here) yield new Uint8Array(part.at - here);
    const from = Math.max(here, part.at) - part.at;
    here = Math.min(end, part.at + part.length);
    yield part.load().subarray(from, here - part.at);
  }
  if (here < end) yield new Uint8Array(end - here);
}

/** One range of a store. */
export function readRange(store: ByteStore, { at, length }: ByteRange): Uint8Array {
  const pieces = [...readStored(store, at, length)];
  return pieces.length === 1 ? pieces[0] : joinedBytes(pieces);
}
