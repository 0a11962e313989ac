import { type ByteSource, memorySource } from '../core/bytes.js';

/** Files that are bytes at hand, by the names they are read under. */
const files = new Map<string, Uint8Array>();
let count = 0;

/**
 * Lends bytes a file's name while `use` reads them: whatever reads files reads these, and nothing is written to disk.
 * @param name what messages call it; its ending may say a format
 */
export async function asFile<T>(bytes: Uint8Array, name: string, use: (path: string) => Promise<T>): Promise<T> {
  const path = `bytes:${++count}/${name}`;
  files.set(path, bytes);
  try {
    return await use(path);
  } finally {
    files.delete(path);
  }
}

/** The bytes of this name; null for what may be a file on disk. */
export function bytesInMemory(path: string): Uint8Array | null {
  return files.get(path) ?? null;
}

/** The same, to be read in parts. */
export function sourceInMemory(path: string): (ByteSource & { readonly path: string; close(): void }) | null {
  const bytes = bytesInMemory(path);
  return bytes && { ...memorySource(bytes), path, close: () => undefined };
}
