import type { ByteRange } from './page-data.js';

/** Ranges begin at multiples of this: typed arrays of every kind can look at them. */
const ALIGNED = 8;

/** Bytes that lie somewhere in the run of bytes of a page. */
export interface StoredBytes extends ByteRange {
  /** Reads them; may be called again. */
  readonly load: () => Uint8Array;
}

/**
 * The run of bytes beside a page's JSON: weights and pixels one after another, of equal ones one. Nothing is held but how
 * each is read again, so a page that is served may have more than fits into memory.
 */
export class ByteStore {
  readonly #parts: StoredBytes[] = [];
  readonly #byHash = new Map<string, StoredBytes[]>();
  #length = 0;

  /** Bytes of all. */
  get length(): number {
    return this.#length;
  }

  /** In the order they lie in. */
  get parts(): readonly StoredBytes[] {
    return this.#parts;
  }

  /** Where these bytes lie: behind all others, or where equal ones do already. */
  add(load: () => Uint8Array): ByteRange {
    const bytes = load();
    const key = `${bytes.length}:${hashOf(bytes)}`;
    const alike = this.#byHash.get(key) ?? [];
    const same = alike.find((one) => areEqual(one.load(), bytes));
    if (same) return { at: same.at, length: same.length };
    const part = { at: this.#length, length: bytes.length, load };
    this.#parts.push(part);
    this.#byHash.set(key, [...alike, part]);
    this.#length = Math.ceil((part.at + part.length) / ALIGNED) * ALIGNED;
    return { at: part.at, length: part.length };
  }

  /** All of them as one array, for a page that holds them. */
  whole(): Uint8Array {
    const all = new Uint8Array(this.#length);
    for (const { at, load } of this.#parts) all.set(load(), at);
    return all;
  }
}

/** FNV-1a over words of four bytes: what is alike is compared anyway. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const words = bytes.length & ~3;
  for (let i = 0; i < words; i += 4) hash = Math.imul(hash ^ view.getInt32(i, true), 0x01000193);
  for (let i = words; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return hash >>> 0;
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
