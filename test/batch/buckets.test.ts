import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cnnviz, inFolder } from '../cli/cnnviz.js';
import { contentsOf, leftovers, makeImages, start } from '../faults/batch.js';
import { getObject, putObject, removeObject, startBucket, type TestBucket } from '../io/remote/bucket.js';

let bucket: TestBucket;

beforeAll(async () => {
  bucket = await startBucket(['results'], { busyOneIn: 10, cutOneIn: 10, pageSize: 7 });
});
afterAll(() => bucket.close());

const conv = (...more: string[]): string[] => ['conv', 'in', '-k', 'edge3x3', '-j', '2', '-q', ...more];
const inBucket = (args: string[], cwd: string) => cnnviz(args, { cwd, env: { ...bucket.env } });

/** Images of which one is torn. */
const withImages = (use: (cwd: string) => Promise<void>): Promise<void> =>
  inFolder(async (cwd) => {
    await makeImages(join(cwd, 'in'), 10, [40, 30]);
    truncateSync(join(cwd, 'in/0004.png'), 500);
    await use(cwd);
  });

/** Copies what lies below a prefix to a folder. */
async function fetched(prefix: string, folder: string): Promise<Record<string, string>> {
  mkdirSync(folder, { recursive: true });
  for (const key of await bucket.keys('results', prefix)) {
    const path = join(folder, key.slice(prefix.length));
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, await getObject(bucket, key, 'results'));
  }
  return contentsOf(folder);
}

describe('results in a bucket that is busy and breaks off', () => {
  it('are those of a folder, manifest included; --resume does what is missing or not its own', () =>
    withImages(async (cwd) => {
      const local = await cnnviz(conv('-o', 'whole'), { cwd });
      const args = conv('-o', 's3://results/a b/ü', '--json');
      const { code, stdout, stderr } = await inBucket(args, cwd);
      expect([code, stderr]).toEqual([1, local.stderr]);
      expect(JSON.parse(stdout).results[0].outputs[0].path).toBe('s3://results/a b/ü/0000.edge3x3.png');
      const whole = contentsOf(join(cwd, 'whole'));
      expect(Object.keys(whole)).toHaveLength(10);
      expect(await fetched('a b/ü/', join(cwd, 'first'))).toEqual(whole);
      await putObject(bucket, 'a b/ü/0002.edge3x3.png', new TextEncoder().encode('not ours'), 'results');
      await removeObject(bucket, 'a b/ü/0007.edge3x3.png', 'results');
      expect(JSON.parse((await inBucket([...args, '--resume'], cwd)).stdout)).toMatchObject({ done: 2, skipped: 7 });
      expect(await fetched('a b/ü/', join(cwd, 'second'))).toEqual(whole);
      expect(leftovers(cwd)).toEqual([]);
      const refused = await inBucket([...args, '--no-clobber'], cwd);
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/0000\.edge3x3\.png: exists already/)]);
      const skipped = await inBucket([...args, '--skip-existing'], cwd);
      expect(JSON.parse(skipped.stdout)).toMatchObject({ done: 0, skipped: 9, failed: 1 });
    }));

  it('in parts: killed, resumed, in shards and joined they have the bytes of one run', () =>
    withImages(async (cwd) => {
      const parts = (...more: string[]) => conv('--format', 'webdataset', '--part-size', '3', ...more);
      await cnnviz(parts('-o', 'whole'), { cwd });
      const whole = contentsOf(join(cwd, 'whole'));
      expect(Object.keys(whole)).toHaveLength(9);
      const { child, ended } = start(parts('-o', 's3://results/one/'), cwd, { ...bucket.env });
      const timer = setTimeout(() => child.kill('SIGKILL'), 1500);
      await ended;
      clearTimeout(timer);
      expect(await inBucket(parts('-o', 's3://results/one/', '--resume'), cwd)).toMatchObject({ code: 1 });
      expect(await fetched('one/', join(cwd, 'one'))).toEqual(whole);
      for (const i of [1, 2]) await inBucket(parts('-o', 's3://results/two', '--shard', `${i}/2`), cwd);
      const { code, stdout, stderr } = await inBucket(['batch', 'merge', 's3://results/two'], cwd);
      expect([code, stdout]).toEqual([1, expect.stringContaining('wrote s3://results/two/cnnviz-manifest.jsonl\n')]);
      expect(stderr).toMatch(/in\/0004\.png: truncated or corrupt/);
      const two = await fetched('two/', join(cwd, 'two'));
      for (const i of [1, 2]) delete two[`cnnviz-manifest.${i}-of-2.jsonl`];
      expect(two).toEqual(whole);
      await removeObject(bucket, 'two/part-00001.tar', 'results');
      const broken = await inBucket(['batch', 'merge', 's3://results/two'], cwd);
      expect([broken.code, broken.stderr]).toEqual([1, expect.stringMatching(/part-00001\.tar: absent/)]);
    }));
});

describe('an address behind -o', () => {
  it('may be of one object', () =>
    withImages(async (cwd) => {
      const args = ['conv', 'in/0000.png', '-k', 'edge3x3', '-o'];
      await cnnviz([...args, 'x.png'], { cwd });
      const { code, stdout } = await inBucket([...args, 's3://results/x/y.png', '--no-clobber'], cwd);
      expect([code, stdout]).toEqual([0, expect.stringContaining('wrote s3://results/x/y.png\n')]);
      expect(await getObject(bucket, 'x/y.png', 'results')).toEqual(readFileSync(join(cwd, 'x.png')));
      expect(await inBucket([...args, 's3://results/x/y.png', '--no-clobber'], cwd)).toMatchObject({ code: 2 });
    }));

  it.each([
    [['conv', 'in/0000.png', '-k', 'edge3x3', '-o', 'https://host/x/'], /^cnnviz: https:\/\/host\/x\/: an address/],
    [['gradcam', 'digits', 'in/0000.png', '-o', 's3://results/x.png'], /^cnnviz: s3:\/\/results\/x\.png: an address/],
    [['conv', 'in/0000.png', '-k', 'edge3x3', '-o', 's3://results/x.png', '--show'], /^cnnviz: --show shows what/],
    [
      ['conv', 'in/0000.png', '-k', 'edge3x3', '-o', 's3://results/../{name}.png'],
      /with an empty part, or with "\.\."/,
    ],
    [['conv', 'in/0000.png', '-k', 'edge3x3', '-o', 's3://no such/x/'], /expected s3:\/\/bucket\/key/],
    [['conv', 's3://results/x/y.png', '-k', 'edge3x3', '-o', 's3://results/x/y.png'], /would replace the input/],
  ])('is refused where nothing can be written: %j', (args, words) =>
    withImages(async (cwd) => {
      const { code, stderr } = await inBucket(args, cwd);
      expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
    }),
  );
});
