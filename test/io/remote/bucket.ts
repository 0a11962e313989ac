import { mkdtempSync, rmSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';

/** How a bucket misbehaves; nothing said: it does not. */
export interface Misbehaviour {
  /** One answer in so many is 503 instead. */
  readonly busyOneIn?: number | undefined;
  /** One body in so many ends in its middle. */
  readonly cutOneIn?: number | undefined;
  /** Keys of a page of a listing. */
  readonly pageSize?: number;
  readonly seed?: number;
  /** Keys that a listing tells of, and that are none of the store's. */
  readonly alsoListed?: readonly string[];
  /** Answers a request itself: true. */
  readonly instead?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** A store of this machine for one test, behind a proxy that counts and misbehaves. */
export interface TestBucket {
  readonly endpoint: string;
  /** The store itself, which behaves. */
  readonly behind: string;
  /** What clients are to find in their environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Methods and paths with their query, of all requests. */
  readonly asked: {
    readonly method: string;
    readonly url: string;
    readonly range: string | undefined;
    readonly ifMatch: string | undefined;
  }[];
  misbehave(how: Misbehaviour): void;
  /** What lies in one of its buckets. */
  keys(name: string, prefix: string): Promise<string[]>;
  close(): Promise<void>;
}

/** s3rver with these buckets, empty. */
export async function startBucket(
  buckets: readonly string[] = ['pictures'],
  how: Misbehaviour = {},
): Promise<TestBucket> {
  const directory = mkdtempSync(join(tmpdir(), 'cnnviz-bucket-'));
  const behaviour = { ...how };
  const s3 = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: buckets.map((name) => ({ name, configs: [] })),
  });
  const { port: behind } = await s3.run();

  const random = seeded(how.seed ?? 1);
  const asked: TestBucket['asked'] = [];
  const proxy = http.createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    asked.push({ method, url, range: headers.range, ifMatch: headers['if-match'] });
    if (behaviour.instead?.(request, response)) return;
    const oneIn = (count: number | undefined) => count !== undefined && random() < 1 / count;
    if (oneIn(behaviour.busyOneIn)) {
      request.resume();
      response.writeHead(503, { 'content-type': 'application/xml' });
      response.end('<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>slow down</Message></Error>');
      return;
    }
    const cuts = oneIn(behaviour.cutOneIn);
    if (method === 'GET' && new URL(url, 'http://x').searchParams.get('list-type') === '2') {
      void listPage(s3.store, new URL(url, 'http://x'), behaviour).then(([status, xml]) => {
        response.writeHead(status, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(xml) });
        if (cuts) response.write(xml.slice(0, xml.length >> 1), () => response.destroy());
        else response.end(xml);
      });
      return;
    }
    const passed = http.request({ host: '127.0.0.1', port: behind, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      if (!cuts || method !== 'GET') return void answer.pipe(response);
      const parts: Uint8Array[] = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => {
        const body = Buffer.concat(parts);
        response.write(body.subarray(0, body.length >> 1), () => response.destroy());
      });
    });
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return {
    endpoint,
    behind: `http://127.0.0.1:${behind}`,
    env: {
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
    },
    asked,
    misbehave: (next) => Object.assign(behaviour, next),
    keys: async (name, prefix) =>
      (await s3.store.listObjects(name, { prefix, maxKeys: 1e6 })).objects.map(({ key }) => key),
    async close() {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
      await s3.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A page of a listing, with url-encoded keys. s3rver's own needs a cipher that Node 22 no longer has, and encodes none. */
async function listPage(store: S3rver['store'], url: URL, how: Misbehaviour): Promise<[status: number, xml: string]> {
  const name = decodeURIComponent(url.pathname.slice(1)).replace(/\/$/, '');
  const asked = (key: string) => url.searchParams.get(key) ?? '';
  const coded = (text: string) => encodeURIComponent(text).replaceAll('%20', '+').replaceAll('%2F', '/');
  if (!(await store.getBucket(name))) return [404, '<Error><Code>NoSuchBucket</Code><Message>none</Message></Error>'];
  const [prefix, delimiter] = [asked('prefix'), asked('delimiter')];
  const startAfter = Buffer.from(asked('continuation-token'), 'base64').toString();
  const { objects } = await store.listObjects(name, { prefix, maxKeys: 1e6 });
  const all = [
    ...objects.map(({ key, size, metadata }) => ({ key, size, etag: metadata.etag })),
    ...(how.alsoListed ?? []).map((key) => ({ key, size: 5, etag: '"5"' })),
  ].filter(({ key }) => key.startsWith(prefix) && !(delimiter && key.slice(prefix.length).includes(delimiter)));
  const left = all.sort((a, b) => (a.key < b.key ? -1 : 1)).filter(({ key }) => key > startAfter);
  const page = left.slice(0, how.pageSize ?? 1000);
  const next = page.length < left.length ? Buffer.from(page.at(-1)!.key).toString('base64') : null;
  return [
    200,
    `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><Name>${name}</Name><Prefix>${coded(prefix)}</Prefix>` +
      `<EncodingType>url</EncodingType><KeyCount>${page.length}</KeyCount><IsTruncated>${next !== null}</IsTruncated>` +
      (next === null ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`) +
      page
        .map((o) => `<Contents><Key>${coded(o.key)}</Key><Size>${o.size}</Size><ETag>${o.etag}</ETag></Contents>`)
        .join('') +
      '</ListBucketResult>',
  ];
}

/** Numbers from 0 to 1, the same for one seed. Source: mulberry32, Tommy Ettinger */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Puts a file into a bucket of a store that behaves. */
export async function putObject(bucket: TestBucket, key: string, bytes: Uint8Array, name = 'pictures'): Promise<void> {
  const path = key.split('/').map(encodeURIComponent).join('/');
  const response = await fetch(`${bucket.behind}/${name}/${path}`, { method: 'PUT', body: Buffer.from(bytes) });
  if (!response.ok) throw new Error(`${key}: ${response.status} ${await response.text()}`);
}

/** The bytes of an object. */
export async function getObject(bucket: TestBucket, key: string, name = 'pictures'): Promise<Buffer> {
  const response = await fetch(`${bucket.behind}/${name}/${key.split('/').map(encodeURIComponent).join('/')}`);
  if (!response.ok) throw new Error(`${key}: ${response.status} ${await response.text()}`);
  return Buffer.from(await response.arrayBuffer());
}

export async function removeObject(bucket: TestBucket, key: string, name = 'pictures'): Promise<void> {
  const path = key.split('/').map(encodeURIComponent).join('/');
  const response = await fetch(`${bucket.behind}/${name}/${path}`, { method: 'DELETE' });
  if (!response.ok) throw new Error(`${key}: ${response.status} ${await response.text()}`);
}
