import { createHash, type Hash } from 'node:crypto';
import { isPipe } from './descriptors.js';
import { readBytes, readFault, withRegular } from './files.js';
import { memberPath } from './tar/member-path.js';

/** SHA-256 of parts one after another, as lower-case hexadecimal. */
export function sha256OfParts(parts: Iterable<Uint8Array>): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** SHA-256 as lower-case hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Parts on their way to where they are written: how many bytes they are, and their SHA-256 where it is asked for. */
export class PassedParts implements Iterable<Uint8Array> {
  readonly #parts: Iterable<Uint8Array>;
  readonly #hash: Hash | null;
  #size = 0;

  constructor(parts: Iterable<Uint8Array>, isHashed: boolean) {
    this.#parts = parts;
    this.#hash = isHashed ? createHash('sha256') : null;
  }

  *[Symbol.iterator](): Generator<Uint8Array> {
    for (const part of this.#parts) {
      this.#size += part.length;
      this.#hash?.update(part);
      yield part;
    }
  }

  get size(): number {
    return this.#size;
  }

  /** Once all have passed, and once only; '' where nobody asked. */
  get sha256(): string {
    return this.#hash?.digest('hex') ?? '';
  }
}

/** The same of parts that come one by one. */
export class AwaitedParts implements AsyncIterable<Uint8Array> {
  readonly #parts: AsyncIterable<Uint8Array>;
  readonly #hash = createHash('sha256');
  #size = 0;

  constructor(parts: AsyncIterable<Uint8Array>) {
    this.#parts = parts;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const part of this.#parts) {
      this.#size += part.length;
      this.#hash.update(part);
      yield part;
    }
  }

  get size(): number {
    return this.#size;
  }

  /** Once all have passed, and once only. */
  get sha256(): string {
    return this.#hash.digest('hex');
  }
}

const PORTION = 2 ** 20;

/** SHA-256 of a file, read in portions. @throws CnnvizError 'input' */
export async function sha256OfFile(path: string): Promise<string> {
  if (isPipe(path) || memberPath(path)) return sha256(await readBytes(path));
  const hash = createHash('sha256');
  try {
    // one array for all: memory that nobody has touched costs more than to read into it
    const part = new Uint8Array(PORTION);
    await withRegular(path, async (file) => {
      let size: number;
      do {
        size = (await file.read(part, 0, PORTION)).bytesRead;
        hash.update(part.subarray(0, size));
      } while (size > 0);
    });
  } catch (error) {
    throw await readFault(path, error);
  }
  return hash.digest('hex');
}
