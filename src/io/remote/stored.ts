import { CnnvizError } from '../../core/errors.js';

/** An object of a bucket, as a listing or its head tells of it. */
export interface StoredObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** What changes with its bytes, without quotes; null where the store says none. */
  readonly etag: string | null;
  /** SHA-256 in hexadecimal, as whoever wrote it by `write` said; listings do not tell it. */
  readonly sha256: string | null;
}

/** Some bytes of an object. */
export interface ByteRange {
  readonly from: number;
  readonly size: number;
}

/** Buckets: every method tries again what may go better, and says in words what does not. */
export interface ObjectStore {
  /**
   * The objects whose keys begin with a prefix, in the store's order; without `recursive` only those with no "/" behind it.
   * @throws CnnvizError 'input'
   */
  list(bucket: string, prefix: string, options: { readonly recursive: boolean }): AsyncIterable<StoredObject>;
  /**
   * An object's bytes, or some of them.
   * @param etag of the object that is meant: another one under its key is refused
   * @throws CnnvizError 'input', also for more bytes than `mostBytes`, before they are read
   */
  read(
    bucket: string,
    key: string,
    range?: ByteRange | null,
    etag?: string | null,
    mostBytes?: number,
  ): Promise<Uint8Array>;
  /** What is known of an object; null: there is none. @throws CnnvizError 'input' */
  head(bucket: string, key: string): Promise<StoredObject | null>;
  /**
   * Writes an object, which appears whole or not at all.
   * @param options.clobber whether one of its key may be replaced
   * @throws CnnvizError 'usage' when it may not be replaced, 'output' when it cannot be written
   */
  write(
    bucket: string,
    key: string,
    bytes: Uint8Array,
    options: { readonly sha256: string; readonly clobber: boolean },
  ): Promise<void>;
  /** Removes an object; one that is not there is none the less removed. @throws CnnvizError 'output' */
  remove(bucket: string, key: string): Promise<void>;
}

/** A place in a store. */
export interface Place {
  readonly bucket: string;
  /** '' for the whole bucket; with "/" at its end what lies below. */
  readonly key: string;
}

const STORED = /^s3:\/\/([A-Za-z0-9][\w.:-]*)(?:\/([\s\S]*))?$/i;

/** Whether addressOf understands it. */
export function isAddressOfStore(address: string): boolean {
  return STORED.test(address);
}

/** What s3://bucket/key means: letter by letter, nothing in a key is a code for something else. @throws CnnvizError 'usage' */
export function addressOf(address: string): Place {
  const [, bucket, key = ''] = STORED.exec(address) ?? [];
  if (bucket !== undefined) return { bucket, key };
  throw new CnnvizError('usage', `${address}: expected s3://bucket/key`, {
    fix: 'name the bucket behind s3://, and what is in it behind a /',
  });
}

/** The address of an object. */
export function addressTo(bucket: string, key: string): string {
  return `s3://${bucket}/${key}`;
}
