import { CnnvizError } from './errors.js';

/** The bytes of a file, read where they are asked for: what weight readers see instead of a disk. */
export interface ByteSource {
  readonly size: number;
  /** Bytes from … from+length−1. @throws CnnvizError 'format' when they lie outside */
  read(from: number, length: number): Uint8Array;
  /** Fills `target` with the bytes from `from` on. @throws CnnvizError 'format' when they lie outside */
  readInto(from: number, target: Uint8Array): void;
}

/** Bytes in memory as a source. `read` gives views. */
export function memorySource(bytes: Uint8Array): ByteSource {
  const view = (from: number, length: number) => {
    checkRange(bytes.length, from, length);
    return bytes.subarray(from, from + length);
  };
  return {
    size: bytes.length,
    read: view,
    readInto: (from, target) => target.set(view(from, target.length)),
  };
}

/** A source of `size` bytes that fills what it is asked for; `read` gives bytes of its own. */
export function fillingSource(size: number, readInto: ByteSource['readInto']): ByteSource {
  return {
    size,
    readInto,
    read(from, length) {
      checkRange(size, from, length);
      const bytes = new Uint8Array(length);
      readInto(from, bytes);
      return bytes;
    },
  };
}

/** @throws CnnvizError 'format' unless from … from+length−1 lies within `size` bytes */
export function checkRange(size: number, from: number, length: number): void {
  if (from >= 0 && length >= 0 && Number.isSafeInteger(from) && Number.isSafeInteger(length) && from + length <= size) {
    return;
  }
  throw new CnnvizError('format', `bytes ${from} … ${from + length} lie outside the ${size} bytes of the file`, {
    fix: 'the file is cut off or damaged: copy it again',
  });
}

/** Bytes one behind the other, as one array. */
export function joinedBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The same of parts each of which is good until the next one is asked for. */
export function copiedParts(parts: Iterable<Uint8Array>): Uint8Array {
  return joinedBytes(Array.from(parts, (part) => part.slice()));
}

/** The numbers of some bytes. Not their buffer's: bytes are often a part of a larger one. */
export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** float32 numbers as little-endian bytes: a view where the machine has them so, else a copy. */
export function float32Bytes(data: Float32Array): Uint8Array {
  const isLittle = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
  if (isLittle) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const bytes = new Uint8Array(data.byteLength);
  const view = viewOf(bytes);
  for (let i = 0; i < data.length; i++) view.setFloat32(4 * i, data[i], true);
  return bytes;
}

/** `size` bytes of a source from `start` on, as a source of their own. @throws CnnvizError 'format' when they lie outside */
export function windowOf(source: ByteSource, start: number, size: number): ByteSource {
  checkRange(source.size, start, size);
  return {
    size,
    read(from, length) {
      checkRange(size, from, length);
      return source.read(start + from, length);
    },
    readInto(from, target) {
      checkRange(size, from, target.length);
      source.readInto(start + from, target);
    },
  };
}
