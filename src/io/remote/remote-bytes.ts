import { CnnvizError } from '../../core/errors.js';
import type { RemoteBytes } from '../find/input.js';
import { isStored } from '../paths.js';
import { openStore } from './object-store.js';
import { addressOf } from './stored.js';

/** As of files: what one array of bytes holds. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * The bytes of something that is far away, all or the range that is meant, of the very object that was listed.
 * @param place how errors call it
 * @throws CnnvizError 'input'
 */
export async function readRemote(remote: RemoteBytes, place: string): Promise<Uint8Array> {
  const { address, size, etag, range = null } = remote;
  if ((range?.size ?? size ?? 0) > MOST_BYTES) throw tooLarge(place);
  if (isStored(address)) {
    const { bucket, key } = addressOf(address);
    return (await openStore()).read(bucket, key, range, etag, MOST_BYTES);
  }
  const { readWeb } = await import('./web-file.js');
  return (await readWeb(address, place, { range, etag, mostBytes: MOST_BYTES })).bytes;
}

function tooLarge(place: string): CnnvizError {
  return new CnnvizError('input', `${place}: larger than 2 GiB`, { fix: 'name something smaller' });
}

/** How large something is, and what changes with its bytes. @throws CnnvizError 'input' */
export async function factsOf(
  { address }: Pick<RemoteBytes, 'address'>,
  place: string,
): Promise<{ readonly size: number; readonly etag: string | null }> {
  if (!isStored(address)) {
    const { readWeb } = await import('./web-file.js');
    const { total, etag } = await readWeb(address, place, { range: { from: 0, size: 1 }, etag: null, mostBytes: 1 });
    return { size: total, etag };
  }
  const { bucket, key } = addressOf(address);
  const found = await (await openStore()).head(bucket, key);
  if (found === null)
    throw new CnnvizError('input', `${place}: no such object`, { fix: 'check its bucket and its key' });
  return found;
}

/** The ETag of what is at an address of a bucket now; null where there is none, or it is no bucket. @throws CnnvizError 'input' */
export async function tagOf({ address }: Pick<RemoteBytes, 'address'>): Promise<string | null> {
  if (!isStored(address)) return null;
  const { bucket, key } = addressOf(address);
  return (await (await openStore()).head(bucket, key))?.etag ?? null;
}
