/** Memory that threads share, and memory that is one thread's: a page that is not cross-origin isolated has no other. */

declare const crossOriginIsolated: boolean | undefined;

let wanted: boolean | null = null;

/** Whether new memories are shared, whatever the host says. Null: as it says. */
export function shareMemory(isShared: boolean | null): void {
  wanted = isShared;
}

/** Whether new memories are shared: wherever they can be, but for pages that are not cross-origin isolated. */
export function sharesMemory(): boolean {
  if (wanted !== null) return wanted;
  const isKept = typeof crossOriginIsolated !== 'undefined' && !crossOriginIsolated;
  return typeof SharedArrayBuffer !== 'undefined' && !isKept;
}

/** Whether a memory is shared; told by its buffer, whose constructor a page need not have. */
export function isShared({ buffer }: WebAssembly.Memory): boolean {
  return Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]';
}

const IMPORTS = 2;
const MEMORY = 2;
const SHARED = 2;

/**
 * A module for memories that are not shared: the same bytes without the flag "shared" of the memory that it imports.
 * Atomic operations are allowed on either. Source: webassembly.github.io/threads, binary format of limits
 */
export function withoutSharing(module: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bytes = module.slice();
  let at = 8;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  const name = (): void => {
    const length = number();
    at += length;
  };
  while (at < bytes.length) {
    const id = bytes[at++];
    const end = number() + at;
    if (id !== IMPORTS) {
      at = end;
      continue;
    }
    for (let left = number(); left > 0; left--) {
      name();
      name();
      if (bytes[at++] !== MEMORY) throw new Error('the engine imports something that is no memory');
      bytes[at++] &= ~SHARED;
      number();
      number();
    }
    return bytes;
  }
  throw new Error('the engine imports no memory');
}
