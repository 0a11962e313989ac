import { createHash } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { addressOf, type ObjectStore, type StoredObject } from '../../../src/io/remote/object-store.js';
import { openS3 } from '../../../src/io/remote/s3-store.js';
import { type Misbehaviour, startBucket, type TestBucket } from './bucket.js';

let bucket: TestBucket | null = null;
const before = { ...process.env };

afterEach(async () => {
  await bucket?.close();
  bucket = null;
  process.env = { ...before };
});

const AT_ONCE = { wait: async () => {}, random: () => 0 };

async function storeWith(how: Misbehaviour = {}): Promise<ObjectStore> {
  bucket = await startBucket(['pictures'], how);
  Object.assign(process.env, bucket.env);
  return openS3(process.env, { waits: AT_ONCE });
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function put(store: ObjectStore, key: string, bytes: Uint8Array): Promise<void> {
  await store.write('pictures', key, bytes, { sha256: sha256(bytes), clobber: true });
}

async function keysOf(list: AsyncIterable<StoredObject>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of list) keys.push(key);
  return keys;
}

it('what is written is listed, read whole and by range, and known by its hash', async () => {
  const store = await storeWith();
  const bytes = bytesOf('0123456789');
  await put(store, 'a/one two é ü+%41.txt', bytes);
  const head = await store.head('pictures', 'a/one two é ü+%41.txt');
  expect(head).toMatchObject({ size: 10, sha256: sha256(bytes) });
  expect(head!.etag).toMatch(/^[0-9a-f]{32}$/);
  expect(await keysOf(store.list('pictures', 'a/', { recursive: false }))).toEqual(['a/one two é ü+%41.txt']);
  const [whole, part] = [
    await store.read('pictures', 'a/one two é ü+%41.txt'),
    await store.read('pictures', 'a/one two é ü+%41.txt', { from: 3, size: 4 }, head!.etag),
  ];
  expect(new TextDecoder().decode(whole)).toBe('0123456789');
  expect(new TextDecoder().decode(part)).toBe('3456');
  await store.remove('pictures', 'a/one two é ü+%41.txt');
  expect(await store.head('pictures', 'a/one two é ü+%41.txt')).toBeNull();
});

it('lists in pages of 7, with one answer in three a 503, lose nothing', async () => {
  const store = await storeWith({ pageSize: 7, busyOneIn: 3, cutOneIn: 4 });
  const keys = Array.from({ length: 30 }, (_, i) => `many/${String(i).padStart(2, '0')}.txt`);
  for (const key of keys) await put(store, key, bytesOf(key.repeat(1000)));
  await put(store, 'many/below/x.txt', bytesOf('x'));
  expect(await keysOf(store.list('pictures', 'many/', { recursive: false }))).toEqual(keys);
  expect(await keysOf(store.list('pictures', 'many/', { recursive: true }))).toEqual([...keys, 'many/below/x.txt']);
  for (const key of keys) expect(new TextDecoder().decode(await store.read('pictures', key))).toBe(key.repeat(1000));
});

it('a body that is cut short is gone on with where it ended, of the same object', async () => {
  const store = await storeWith();
  const bytes = bytesOf('abc'.repeat(50_000));
  await put(store, 'long.bin', bytes);
  bucket!.asked.length = 0;
  bucket!.misbehave({ cutOneIn: 1 });
  setTimeout(() => bucket!.misbehave({ cutOneIn: undefined }), 150);
  const slow = await openS3(process.env, {
    waits: { wait: () => new Promise((r) => setTimeout(r, 60)), random: () => 1 },
  });
  expect(Buffer.compare(await slow.read('pictures', 'long.bin'), bytes)).toBe(0);
  expect(bucket!.asked[1].range).toBe('bytes=75000-');
  expect(bucket!.asked[1].ifMatch).toBeDefined();
});

it('a store that stays busy is given up after ten tries, by name', async () => {
  const store = await storeWith({ busyOneIn: 1 });
  await expect(store.read('pictures', 'x.jpg')).rejects.toMatchObject({
    code: 'input',
    message: 's3://pictures/x.jpg: the store answered 503 (SlowDown), 10 times',
    fix: 'run the command again later; --resume does what is missing',
  });
  expect(bucket!.asked).toHaveLength(10);
});

it('no object, no bucket, another object and one too large are told apart', async () => {
  const store = await storeWith();
  await put(store, 'x.jpg', bytesOf('12345'));
  await expect(store.read('pictures', 'y.jpg')).rejects.toThrow('s3://pictures/y.jpg: no such object');
  await expect(store.read('nowhere', 'y.jpg')).rejects.toThrow('s3://nowhere/y.jpg: no such bucket');
  await expect(keysOf(store.list('nowhere', '', { recursive: true }))).rejects.toThrow('s3://nowhere/: no such bucket');
  await expect(store.read('pictures', 'x.jpg', null, 'another')).rejects.toThrow('another object has taken its place');
  await expect(store.read('pictures', 'x.jpg', { from: 3, size: 9 })).rejects.toThrow(
    'another object has taken its place',
  );
  await expect(store.read('pictures', 'x.jpg', null, null, 4)).rejects.toThrow(
    's3://pictures/x.jpg: 5 bytes, more than 4 bytes',
  );
});

it('what is there is not replaced without clobber', async () => {
  const store = await storeWith();
  await put(store, 'x.txt', bytesOf('old'));
  const again = store.write('pictures', 'x.txt', bytesOf('new'), { sha256: sha256(bytesOf('new')), clobber: false });
  await expect(again).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('exists already') });
  expect(new TextDecoder().decode(await store.read('pictures', 'x.txt'))).toBe('old');
  await store.write('pictures', 'y.txt', bytesOf('new'), { sha256: sha256(bytesOf('new')), clobber: false });
});

it('wrong and missing credentials are told without a letter of them', async () => {
  await storeWith();
  process.env.AWS_ACCESS_KEY_ID = process.env.AWS_SECRET_ACCESS_KEY = 'never-to-be-seen';
  const wrong = await openS3(process.env, { waits: AT_ONCE });
  const fault = await wrong.read('pictures', 'x').catch((error) => error);
  const { default: util } = await import('node:util');
  expect(util.inspect(fault, { depth: 9 })).not.toContain('never-to-be-seen');
  expect(util.inspect(fault, { depth: 9 })).not.toMatch(/Signature=|Credential=/);
  await expect(wrong.read('pictures', 'x')).rejects.toThrow('the store does not know these credentials');
  delete process.env.AWS_SECRET_ACCESS_KEY;
  process.env.AWS_EC2_METADATA_DISABLED = 'true';
  process.env.AWS_SHARED_CREDENTIALS_FILE = process.env.AWS_CONFIG_FILE = '/dev/null';
  const none = await openS3(process.env, { waits: AT_ONCE });
  await expect(none.read('pictures', 'x')).rejects.toMatchObject({
    message: 's3://pictures/x: no credentials found',
    fix: expect.stringContaining('AWS_PROFILE'),
  });
});

it('a store that is not there, and no region, are told', async () => {
  process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:9';
  process.env.AWS_ACCESS_KEY_ID = process.env.AWS_SECRET_ACCESS_KEY = 'x';
  process.env.AWS_REGION = 'us-east-1';
  const away = await openS3(process.env, { waits: AT_ONCE });
  await expect(away.head('pictures', 'x')).rejects.toThrow('s3://pictures/x: cannot be reached (ECONNREFUSED)');
  delete process.env.AWS_REGION;
  process.env.AWS_CONFIG_FILE = '/dev/null';
  const nowhere = await openS3(process.env, { waits: AT_ONCE });
  await expect(nowhere.head('pictures', 'x')).rejects.toMatchObject({ fix: 'name it: AWS_REGION=us-east-1' });
});

it('an address is a bucket and a key, letter by letter', () => {
  expect(addressOf('s3://b-1.x/a b/%41+ü?x#y.jpg')).toEqual({ bucket: 'b-1.x', key: 'a b/%41+ü?x#y.jpg' });
  expect(addressOf('s3://bucket')).toEqual({ bucket: 'bucket', key: '' });
  for (const wrong of ['s3://', 's3:///key', 's3://../x', 's3://user:pw@bucket/x']) {
    expect(() => addressOf(wrong)).toThrow('expected s3://bucket/key');
  }
});
