import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { sidecarsOf } from '../../../src/io/find/sidecars.js';
import { findInputs, type Input } from '../../../src/io/inputs.js';
import { readInput } from '../../../src/io/remote/read-input.js';
import { itemsOf } from '../../../src/run/source.js';
import { IMAGES } from '../../cli/cnnviz.js';
import { putObject, startBucket, type TestBucket } from '../remote/bucket.js';
import { tarOf } from '../tar-writer.js';

const FIVE = readFileSync(join(IMAGES, 'five.png'));
const text = (words: string) => new TextEncoder().encode(words);
const npy = (shape: string, count: number) => {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117);
  return Buffer.concat([Buffer.from(`\x93NUMPY\x01\x00v\x00${header}\n`, 'latin1'), Buffer.alloc(4 * count)]);
};
const SHARD = tarOf([
  { name: 'cats/0001.jpg', bytes: FIVE },
  { name: 'cats/0001.cls', bytes: text(' 7\n') },
  { name: 'cats/0001.json', bytes: text('{"a":1}') },
  { name: 'cats/0001.seg.png', bytes: FIVE },
  { name: 'big.bin', bytes: new Uint8Array(3_000_000) },
  { name: 'behind.png', bytes: FIVE },
  { name: '../out.png', bytes: FIVE },
]);

let bucket: TestBucket;
beforeAll(async () => {
  bucket = await startBucket(['pictures'], { pageSize: 7 });
  Object.assign(process.env, bucket.env);
  const names = ['a.jpg', 'a/one.jpg', 'a/.hidden.jpg', '.deep/x.jpg', 'a-b.png', 'notes.txt', 'b/c/my ü pic.PNG'];
  for (const name of names) await putObject(bucket, `photos/${name}`, FIVE);
  await putObject(bucket, 'photos/z/stack.npy', npy('(3, 1, 4, 4)', 48));
  await putObject(bucket, 'shards/00.tar', SHARD);
  await putObject(bucket, 'shards/01.tar', SHARD.subarray(0, 1024 + 300));
}, 60_000);
afterAll(() => bucket.close());
beforeEach(() => {
  bucket.asked.length = 0;
  bucket.misbehave({ alsoListed: [] });
});

const find = (recursive: boolean, ...args: string[]) => findInputs(args, { recursive, lists: [] });
const told = (inputs: readonly Input[]) => inputs.map(({ path, relative, name, ext }) => [path, relative, name + ext]);

it('a prefix is looked through as a folder is: by endings, without what is hidden, below it with -r', async () => {
  expect(told(await find(false, 's3://pictures/photos/'))).toEqual([
    ['s3://pictures/photos/a-b.png', '', 'a-b.png'],
    ['s3://pictures/photos/a.jpg', '', 'a.jpg'],
  ]);
  const below = await find(true, 's3://pictures/photos');
  expect(told(below)).toEqual([
    ['s3://pictures/photos/a/one.jpg', 'a', 'one.jpg'],
    ['s3://pictures/photos/a-b.png', '', 'a-b.png'],
    ['s3://pictures/photos/a.jpg', '', 'a.jpg'],
    ['s3://pictures/photos/b/c/my ü pic.PNG', 'b/c', 'my ü pic.PNG'],
    ['s3://pictures/photos/z/stack.npy', 'z', 'stack.npy'],
  ]);
  expect(below[0].remote).toMatchObject({ size: FIVE.length, etag: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(itemsOf(below[4])).toBe(3);
});

it('a key fails by name where a result could not be named after it, and costs only itself', async () => {
  const keys = ['../../up.png', 'a/../b.png', '/abs.png', 'a//b.png', 'a\u0007.png', 'A.JPG', `${'x'.repeat(240)}.png`];
  bucket.misbehave({ alsoListed: keys.map((key) => `photos/${key}`) });
  const inputs = await find(true, 's3://pictures/photos/');
  const refused = inputs.filter(({ unreadable }) => unreadable);
  expect(refused.map(({ path, unreadable }) => [path.slice('s3://pictures/photos/'.length), unreadable!.why])).toEqual(
    [
      ['../../up.png', 'its name leads out of the bucket'],
      ['/abs.png', 'its name leads out of the bucket'],
      ['A.JPG', 'two keys would be one file on some file systems'],
      ['a//b.png', 'its key has an empty part'],
      ['a/../b.png', 'its name leads out of the bucket'],
      ['a\u0007.png', 'its name has a character that no file name has'],
      ['a.jpg', 'two keys would be one file on some file systems'],
      [`${'x'.repeat(240)}.png`, 'its name is longer than a file system takes'],
    ].sort((a, b) => (a[0].replaceAll('/', '\0') < b[0].replaceAll('/', '\0') ? -1 : 1)),
  );
  expect(inputs).toHaveLength(5 + keys.length);
});

it('an archive in a bucket is listed by its headers, and its files are read by exact range of the same object', async () => {
  const inputs = await find(false, 's3://pictures/shards/00.tar');
  expect(told(inputs)).toEqual([
    ['s3://pictures/shards/00.tar/cats/0001.jpg', '00/cats', '0001.jpg'],
    ['s3://pictures/shards/00.tar/cats/0001.seg.png', '00/cats', '0001.seg.png'],
    ['s3://pictures/shards/00.tar/behind.png', '00', 'behind.png'],
    ['s3://pictures/shards/00.tar/../out.png', '00', 'out.png'],
  ]);
  expect(inputs[3].unreadable).toMatchObject({ why: 'its name leads out of the archive' });
  const listed = bucket.asked.filter(({ method }) => method === 'GET').map(({ range }) => range!);
  const read = listed
    .map((range) => /(\d+)-(\d+)/.exec(range)!)
    .reduce((sum, [, a, b]) => sum + Number(b) - Number(a) + 1, 0);
  expect(read).toBeLessThan(200_000);
  bucket.asked.length = 0;
  expect(Buffer.compare(await readInput(inputs[2]), FIVE)).toBe(0);
  const { from, size } = inputs[2].remote!.range!;
  expect(bucket.asked).toMatchObject([{ range: `bytes=${from}-${from + size - 1}`, ifMatch: expect.anything() }]);
});

it('what belongs to an image under its key goes with it: its class, and the ranges of other files', async () => {
  const [first, second, behind] = await find(false, 's3://pictures/shards/00.tar');
  expect(first.member).toMatchObject({ key: 'cats/0001', label: '7' });
  expect(second.member).toEqual(first.member);
  expect(behind.member).toEqual({ key: 'behind', beside: [] });
  const found = sidecarsOf(first);
  expect(found.map(({ ending, bytes }) => [ending, bytes])).toEqual([
    ['.cls', 3],
    ['.json', 7],
  ]);
  expect(new TextDecoder().decode(await found[1].read())).toBe('{"a":1}');
});

it('a damaged archive and one that is not there are told by name; a range stands for many', async () => {
  const inputs = await find(false, 's3://pictures/shards/{00..02}.tar');
  const faults = inputs.filter(({ unreadable, path }) => unreadable && path.endsWith('.tar'));
  expect(faults.map(({ path, unreadable }) => [path, unreadable!.why])).toEqual([
    ['s3://pictures/shards/01.tar', expect.stringMatching(/^damaged: byte \d+: /)],
    ['s3://pictures/shards/02.tar', 'no such object'],
  ]);
});

it('a file in an archive has an address, as on a disk', async () => {
  const [one] = await find(false, 's3://pictures/shards/00.tar/behind.png');
  expect(one).toMatchObject({ relative: '', name: 'behind' });
  expect(Buffer.compare(await readInput(one), FIVE)).toBe(0);
  const [none] = await find(false, 's3://pictures/shards/00.tar/nothing.png');
  await expect(readInput(none)).rejects.toThrow('s3://pictures/shards/00.tar/nothing.png: no such object');
});

it('an object that was replaced since it was listed is not read', async () => {
  await putObject(bucket, 'changing/x.png', FIVE);
  const [input] = await find(false, 's3://pictures/changing/');
  await putObject(bucket, 'changing/x.png', text('another one'));
  await expect(readInput(input)).rejects.toThrow('another object has taken its place since it was listed');
});

it('what is not an image by its name is one when it is named itself', async () => {
  expect(told(await find(false, 's3://pictures/photos/notes.txt'))).toEqual([
    ['s3://pictures/photos/notes.txt', '', 'notes.txt'],
  ]);
  await expect(find(true, 's3://nowhere/photos/')).rejects.toThrow('s3://nowhere/photos/: no such bucket');
});
