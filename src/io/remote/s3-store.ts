import type { GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { CnnvizError } from '../../core/errors.js';
import { formatBytes, groupDigits } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { type BodyLimits, bodyOf, CutShort, SILENCE_MS } from './body.js';
import { optionalPackage } from './optional-package.js';
import { persistently, type Waits } from './retry.js';
import { changed, NoList, passingFault, statusOf, storeFault } from './s3-faults.js';
import { addressTo, type ByteRange, type ObjectStore, type StoredObject } from './stored.js';

type Package = typeof import('@aws-sdk/client-s3');

/** As many as a process ever has in flight. */
const SOCKETS = 64;
/** What one request may upload. Source: Amazon S3 User Guide, "Uploading objects" */
const MOST_WRITTEN = 5 * 2 ** 30;
const EVERYTHING = Number.MAX_SAFE_INTEGER;

/** How it waits and how long for, other than usual. */
interface StoreOptions {
  readonly waits?: Waits;
  readonly silenceMs?: number;
}

/**
 * S3, and what speaks as it does. Endpoint, region and credentials are those that the package's own chain finds: variables,
 * profiles, roles of machines and containers. Nothing of them is read or kept here.
 */
export async function openS3(
  env: Record<string, string | undefined>,
  { waits, silenceMs = SILENCE_MS }: StoreOptions = {},
): Promise<ObjectStore> {
  // it would say on every worker's stderr which versions of Node its own next versions will want
  env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const s3 = await optionalPackage(['@aws-sdk/client-s3'], 's3://', () => import('@aws-sdk/client-s3'));
  return new S3Store(s3, await clientOf(s3, silenceMs), silenceMs, waits);
}

async function clientOf({ S3Client }: Package, silenceMs: number): Promise<S3Client> {
  const agent = { keepAlive: true, maxSockets: SOCKETS };
  const client = new S3Client({
    // tried again here, bodies and all
    maxAttempts: 1,
    // the signature covers what is sent; other dialects know no checksums beside it
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: 10_000,
      socketTimeout: silenceMs,
      // the time to an answer's headers; an upload may take its time, and its silence is the socket's
      httpAgent: agent,
      httpsAgent: agent,
    },
    customUserAgent: [['cnnviz', VERSION]],
    logger: SILENT,
  });
  const { serviceConfiguredEndpoint: endpoint } = client.config as {
    serviceConfiguredEndpoint?: () => Promise<unknown>;
  };
  // servers elsewhere rarely have a name for each bucket
  if ((await endpoint?.()) !== undefined) client.config.forcePathStyle = true;
  return client;
}

/** What it says goes nowhere: addresses it tells may be signed. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

class S3Store implements ObjectStore {
  readonly #s3: Package;
  readonly #client: S3Client;
  readonly #silenceMs: number;
  readonly #waits: Waits | undefined;

  constructor(s3: Package, client: S3Client, silenceMs: number, waits: Waits | undefined) {
    this.#s3 = s3;
    this.#client = client;
    this.#silenceMs = silenceMs;
    this.#waits = waits;
  }

  async *list(
    bucket: string,
    prefix: string,
    { recursive }: { readonly recursive: boolean },
  ): AsyncIterable<StoredObject> {
    const place = addressTo(bucket, prefix);
    const delimiter = recursive ? {} : { Delimiter: '/' };
    for (let token: string | undefined; ; ) {
      const page = await this.#persistently(place, 'input', async () => {
        const answer = await this.#client.send(
          new this.#s3.ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix,
            // XML has no way to say some of the letters that keys may have
            EncodingType: 'url',
            ...delimiter,
            ...(token !== undefined && { ContinuationToken: token }),
          }),
        );
        // anything with the status 200 would pass for a bucket with nothing in it
        if (answer.Name === undefined && answer.KeyCount === undefined) throw new NoList();
        if (answer.IsTruncated && (answer.NextContinuationToken ?? token) === token) throw new NoList();
        return answer;
      });
      const isCoded = page.EncodingType === 'url';
      for (const { Key: key, Size: size, ETag: etag } of page.Contents ?? []) {
        if (key === undefined || size === undefined) continue;
        yield { key: isCoded ? decoded(key) : key, size, etag: unquoted(etag), sha256: null };
      }
      if (!page.IsTruncated) return;
      token = page.NextContinuationToken;
    }
  }

  async read(
    bucket: string,
    key: string,
    range: ByteRange | null = null,
    etag: string | null = null,
    mostBytes = EVERYTHING,
  ): Promise<Uint8Array> {
    if (range?.size === 0) return new Uint8Array(0);
    const place = addressTo(bucket, key);
    const parts: Uint8Array[] = [];
    let at = 0;
    let known = etag;
    return this.#persistently(place, 'input', async () => {
      const from = (range?.from ?? 0) + at;
      const answer = await this.#client.send(
        new this.#s3.GetObjectCommand({
          Bucket: bucket,
          Key: key,
          ...(range !== null || at > 0
            ? { Range: `bytes=${from}-${range === null ? '' : range.from + range.size - 1}` }
            : {}),
          ...(isStrong(known) && { IfMatch: `"${known}"` }),
        }),
      );
      try {
        known = this.#sameObject(place, answer, known);
        // whoever does not know ranges begins anew
        const start = startOf(answer);
        if (start !== from) {
          if (range !== null)
            throw new CnnvizError('input', `${place}: the store does not read by range`, { fix: WHOLE });
          parts.length = 0;
          at = 0;
        }
        const size = answer.ContentLength ?? null;
        const most = range === null ? mostBytes - at : range.size - at;
        if (size !== null && size > most) throw tooLarge(place, at + size, mostBytes, range);
        const limits: BodyLimits = { expected: size, mostBytes: most, silenceMs: this.#silenceMs };
        for await (const part of bodyOf(answer.Body as AsyncIterable<Uint8Array>, limits)) {
          parts.push(part);
          at += part.length;
        }
        if (range !== null && at < range.size) throw changed(place);
        return Buffer.concat(parts, at);
      } catch (error) {
        // without a tag nobody can say that the rest would be that of the same object
        if (error instanceof CutShort && !isStrong(known)) {
          parts.length = 0;
          at = 0;
        }
        throw error;
      } finally {
        (answer.Body as { destroy?: () => void } | undefined)?.destroy?.();
      }
    });
  }

  /** The tag of what is read. @throws CnnvizError when it is another object than before */
  #sameObject(place: string, { ETag }: GetObjectCommandOutput, known: string | null): string | null {
    const found = unquoted(ETag);
    if (known !== null && found !== null && known !== found) throw changed(place);
    return known ?? found;
  }

  async head(bucket: string, key: string): Promise<StoredObject | null> {
    return this.#persistently(addressTo(bucket, key), 'input', async () => {
      try {
        const { ContentLength, ETag, Metadata } = await this.#client.send(
          new this.#s3.HeadObjectCommand({ Bucket: bucket, Key: key }),
        );
        return { key, size: ContentLength ?? 0, etag: unquoted(ETag), sha256: Metadata?.sha256 ?? null };
      } catch (error) {
        if (statusOf(error) === 404) return null;
        throw error;
      }
    });
  }

  async write(
    bucket: string,
    key: string,
    bytes: Uint8Array,
    { sha256, clobber }: { readonly sha256: string; readonly clobber: boolean },
  ): Promise<void> {
    const place = addressTo(bucket, key);
    if (bytes.length > MOST_WRITTEN) {
      throw new CnnvizError('output', `${place}: ${formatBytes(bytes.length)}, more than one upload takes`, {
        fix: 'write to a folder, or in smaller parts',
      });
    }
    // a dialect may not know If-None-Match
    if (!clobber && (await this.head(bucket, key)) !== null) throw isThere(place);
    await this.#persistently(place, 'output', async (tried) => {
      try {
        await this.#client.send(
          new this.#s3.PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: bytes,
            ContentLength: bytes.length,
            Metadata: { sha256 },
            ...(!clobber && { IfNoneMatch: '*' }),
          }),
        );
      } catch (error) {
        if (clobber || statusOf(error) !== 412) throw error;
        // the answer to an earlier try may have been lost
        if (tried > 0 && (await this.head(bucket, key))?.sha256 === sha256) return;
        throw isThere(place);
      }
    });
  }

  async remove(bucket: string, key: string): Promise<void> {
    await this.#persistently(addressTo(bucket, key), 'output', () =>
      this.#client.send(new this.#s3.DeleteObjectCommand({ Bucket: bucket, Key: key })),
    );
  }

  #persistently<T>(place: string, code: 'input' | 'output', attempt: (tried: number) => Promise<T>): Promise<T> {
    const refused = (error: unknown, tries: number) => storeFault(place, code, error, tries);
    return persistently(attempt, passingFault, refused, this.#waits);
  }
}

const WHOLE = 'copy it to a folder, and name that';

function isThere(place: string): CnnvizError {
  return new CnnvizError('usage', `${place}: exists already, and --no-clobber was given`, {
    fix: 'choose another place with -o',
  });
}

function tooLarge(place: string, size: number, most: number, range: ByteRange | null): CnnvizError {
  if (range !== null) return new CnnvizError('input', `${place}: more bytes than were asked for`, { fix: WHOLE });
  return new CnnvizError('input', `${place}: ${groupDigits(size)} bytes, more than ${formatBytes(most)}`, {
    fix: 'name something smaller',
  });
}

/** Where an answer begins in its object. */
function startOf({ ContentRange }: GetObjectCommandOutput): number {
  const [, from] = /^bytes (\d+)-/.exec(ContentRange ?? '') ?? [];
  return from === undefined ? 0 : Number(from);
}

function unquoted(etag: string | undefined): string | null {
  return etag === undefined || etag === '' ? null : etag.replace(/^"(.*)"$/, '$1');
}

/** A weak tag does not promise the same bytes. Source: RFC 9110, 13.1.1 */
function isStrong(etag: string | null): etag is string {
  return etag !== null && !etag.startsWith('W/');
}

/** A key as a listing codes it: "+" is a space. What is no code stays as it is. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}
