import type { ObjectStore } from './stored.js';

export { addressOf, addressTo, type ByteRange, type ObjectStore, type StoredObject } from './stored.js';

let opened: Promise<ObjectStore> | null = null;

/** The one store of this process, where the environment says. @throws CnnvizError 'unsupported' without its package */
export function openStore(): Promise<ObjectStore> {
  opened ??= import('./s3-store.js').then(({ openS3 }) => openS3(process.env));
  return opened;
}
