import { createHash } from 'node:crypto';
import { CnnvizError } from '../../core/errors.js';
import { addressOf, addressTo, openStore, type StoredObject } from '../remote/object-store.js';

/**
 * Writes an object, which appears whole or not at all. Its SHA-256 goes with it, so that a later run knows it for its own.
 * @throws CnnvizError 'usage' when it may not be replaced, 'output' when it cannot be written
 */
export async function writeStored(
  address: string,
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  clobber: boolean,
): Promise<void> {
  const { bucket, key } = placeOf(address);
  const all: Uint8Array[] = [];
  // a part may be good only until the next is asked for
  for await (const part of parts) all.push(part.slice());
  const bytes = all.length === 1 ? all[0] : Buffer.concat(all);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const store = await openStore();
  await store.write(bucket, key, bytes, { sha256, clobber });
}

/** A key that tools would take for a path elsewhere is never written. */
function placeOf(address: string): { bucket: string; key: string } {
  const place = addressOf(address);
  const isOdd = place.key.split('/').some((part) => part === '' || part === '.' || part === '..');
  if (!isOdd) return place;
  throw new CnnvizError('usage', `${address}: a key with an empty part, or with ".." in it`, {
    fix: 'choose another place with -o: s3://BUCKET/FOLDER/',
    scope: 'command',
  });
}

/** The SHA-256 that an object was written with, if it has these many bytes; null when it is another's, or gone. */
export async function hashOfStored(address: string, bytes: number): Promise<string | null> {
  const { bucket, key } = addressOf(address);
  const found = await (await openStore()).head(bucket, key);
  return found?.size === bytes ? found.sha256 : null;
}

/** Whether there is an object. @throws CnnvizError 'input' */
export async function isStoredThere(address: string): Promise<boolean> {
  const { bucket, key } = addressOf(address);
  return (await (await openStore()).head(bucket, key)) !== null;
}

/** Bytes that are asked for at once. */
const PORTION = 8 << 20;

/** An object in portions; null: there is none. @throws CnnvizError 'input' */
export async function readStored(address: string): Promise<AsyncGenerator<Uint8Array> | null> {
  const { bucket, key } = addressOf(address);
  const store = await openStore();
  const found = await store.head(bucket, key);
  if (found === null) return null;
  async function* portions({ size, etag }: StoredObject): AsyncGenerator<Uint8Array> {
    for (let from = 0; from < size; from += PORTION) {
      yield await store.read(bucket, key, { from, size: Math.min(PORTION, size - from) }, etag);
    }
  }
  return portions(found);
}

/** The first bytes of an object; null: there is none. @throws CnnvizError 'input' */
export async function startOfStored(address: string, length: number): Promise<Uint8Array | null> {
  const { bucket, key } = addressOf(address);
  const store = await openStore();
  const found = await store.head(bucket, key);
  if (found === null) return null;
  const size = Math.min(length, found.size);
  return size === 0 ? new Uint8Array() : store.read(bucket, key, { from: 0, size }, found.etag);
}

/** The addresses of all objects below one, each with its size. @throws CnnvizError 'input' */
export async function storedBelow(address: string): Promise<Map<string, number>> {
  const { bucket, key } = addressOf(address);
  const prefix = key === '' || key.endsWith('/') ? key : `${key}/`;
  const found = new Map<string, number>();
  for await (const one of (await openStore()).list(bucket, prefix, { recursive: true })) {
    found.set(addressTo(bucket, one.key), one.size);
  }
  return found;
}
