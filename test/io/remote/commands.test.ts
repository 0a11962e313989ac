import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cnnviz, cnnvizAlone, IMAGES } from '../../cli/cnnviz.js';
import { ownCertificate } from '../web/certificate.js';
import { type Served, serve } from '../web/server.js';
import { putObject, startBucket, type TestBucket } from './bucket.js';

const KERNEL = ['-k', 'edge3x3'];
const LENET = ['--features', 'lenet5', '--init', 'seed:1'];
let bucket: TestBucket;
let folder: string;

/** Files below a folder with their bytes; of the manifest nothing. */
function tree(root: string): Record<string, string> {
  const names = (readdirSync(root, { recursive: true }) as string[]).sort();
  const files = names.filter((name) => statSync(join(root, name)).isFile() && !name.includes('manifest'));
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(root, name), 'base64')]));
}

const run = (...args: string[]) => cnnviz(args, { cwd: folder });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cnnviz-remote-'));
  const photos = join(folder, 'photos');
  mkdirSync(join(photos, 'a b'), { recursive: true });
  mkdirSync(join(photos, 'ü'));
  for (const digit of '012345') cpSync(join(IMAGES, 'digits', `${digit}.png`), join(photos, 'a b', `${digit}.png`));
  for (const digit of '6789') cpSync(join(IMAGES, 'digits', `${digit}.png`), join(photos, 'ü', `ö ${digit}.png`));
  cpSync(join(IMAGES, 'five.png'), join(photos, 'five.png'));
  writeFileSync(join(photos, 'broken.png'), readFileSync(join(IMAGES, 'five.png')).subarray(0, 40));
  const shard = join(folder, 'shard');
  mkdirSync(shard);
  for (const digit of '0123') {
    cpSync(join(IMAGES, 'digits', `${digit}.png`), join(shard, `${digit}.png`));
    writeFileSync(join(shard, `${digit}.cls`), String(Number(digit) % 2));
  }
  execFileSync('tar', ['-cf', join(folder, 'shard.tar'), '-C', shard, ...readdirSync(shard).sort()]);
  bucket = await startBucket(['pictures'], { seed: 7 });
  Object.assign(process.env, bucket.env);
  for (const name of readdirSync(photos, { recursive: true }) as string[]) {
    if (statSync(join(photos, name)).isFile()) {
      await putObject(bucket, `photos/${name}`, readFileSync(join(photos, name)));
    }
  }
  await putObject(bucket, 'shard.tar', readFileSync(join(folder, 'shard.tar')));
}, 60_000);

afterAll(async () => {
  await bucket.close();
  rmSync(folder, { recursive: true });
});

describe('a bucket that answers 503, cuts bodies, lists in pages of 7 and has keys that lead elsewhere', () => {
  it('gives the same files as a folder, each bad key its reason, and nothing outside', async () => {
    const local = await run('conv', 'photos/', '-r', '-o', 'local', ...KERNEL, '-q');
    expect(local.code).toBe(1);
    bucket.misbehave({
      pageSize: 7,
      busyOneIn: 10,
      cutOneIn: 10,
      alsoListed: ['photos/../../up.png', 'photos/a b/../../../x.png'],
    });
    const before = readdirSync(folder).sort();
    const { code, stderr } = await run('conv', 's3://pictures/photos/', '-r', '-o', 'out', ...KERNEL, '-q');
    expect(code).toBe(1);
    expect(tree(join(folder, 'out'))).toEqual(tree(join(folder, 'local')));
    expect(readdirSync(folder).sort()).toEqual([...before, 'out'].sort());
    const told = stderr
      .trim()
      .split('\n')
      .map((line) => line.trim())
      .sort();
    expect(told).toEqual([
      expect.stringMatching(/^s3:\/\/pictures\/photos\/\.\.\/\.\.\/up\.png: its name leads out of the bucket$/),
      's3://pictures/photos/a b/../../../x.png: its name leads out of the bucket',
      expect.stringMatching(/^s3:\/\/pictures\/photos\/broken\.png: cannot be decoded/),
    ]);
    for (const secret of ['S3RVER', 'Signature', 'AWS4']) {
      expect(readFileSync(join(folder, 'out/cnnviz-manifest.jsonl'), 'utf8')).not.toContain(secret);
    }
  });

  it('--resume reads nothing whose ETag and outputs are what they were', async () => {
    bucket.misbehave({ busyOneIn: undefined, cutOneIn: undefined, alsoListed: [] });
    await putObject(bucket, 'photos/five.png', readFileSync(join(IMAGES, 'bars17.png')));
    bucket.asked.length = 0;
    const { code, stderr } = await run('conv', 's3://pictures/photos/', '-r', '-o', 'out', ...KERNEL, '--resume');
    expect(code).toBe(1);
    expect(stderr).toContain('1 written, 1 failed, 10 done before');
    const read = bucket.asked.filter(({ url }) => !url.includes('list-type')).map(({ url }) => url.split('?')[0]);
    // another tag need not mean other bytes: it is read for its hash first
    expect(read.sort()).toEqual([
      '/pictures/photos/broken.png',
      '/pictures/photos/five.png',
      '/pictures/photos/five.png',
    ]);
    await putObject(bucket, 'photos/five.png', readFileSync(join(IMAGES, 'five.png')));
  });

  it('an archive gives the same files there and here, and its records their keys', async () => {
    bucket.misbehave({ busyOneIn: 10, cutOneIn: 10 });
    const here = await run('conv', 'shard.tar', '-o', 'tar-here', ...KERNEL, '--jsonl');
    const there = await run('conv', 's3://pictures/shard.tar', '-o', 'tar-there', ...KERNEL, '--jsonl');
    expect([here.code, there.code]).toEqual([0, 0]);
    expect(tree(join(folder, 'tar-there'))).toEqual(tree(join(folder, 'tar-here')));
    const keys = there.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(keys.map(({ path, key }) => [path, key]).sort()).toEqual(
      [...'0123'].map((digit) => [`s3://pictures/shard.tar/${digit}.png`, digit]),
    );
    bucket.misbehave({ busyOneIn: undefined, cutOneIn: undefined });
  });
});

it('a list mixes folders, buckets and archives; a dry run and a preprocess read them as well', async () => {
  const names = ['photos/five.png', 's3://pictures/photos/a b/1.png', 's3://pictures/shard.tar', 'shard.tar/3.png'];
  writeFileSync(join(folder, 'list.txt'), names.join('\n'));
  const planned = await run('preprocess', '--files-from', 'list.txt', '--resize', '8', '-o', 'pre', '-n');
  expect(planned.stderr).toBe('');
  expect(planned.stdout.match(/pre\/\S+/g)!.sort()).toEqual(
    ['1', 'five', 'shard/0', 'shard/1', 'shard/2', 'shard/3', '3'].map((name) => `pre/${name}.input.npy`).sort(),
  );
});

it('classes are those of .cls in an archive, and of folders below a prefix', async () => {
  for (const place of ['shard.tar', 's3://pictures/shard.tar']) {
    const { stdout } = await run('head', 'features', place, ...LENET, '-o', '-');
    const rows = stdout
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').slice(0, 2));
    expect(rows).toEqual([...'0123'].map((digit) => [`${place}/${digit}.png`, String(Number(digit) % 2)]));
  }
  const trained = await run('head', 'train', 's3://pictures/photos/', ...LENET, '-o', 'my.head');
  expect(trained.stdout).toContain('10 images of 2 classes: a b 6, ü 4');
  expect(trained.stderr).toContain('2 images of s3://pictures/photos/ of no class: left out');
});

it('one image is read from where it is, for pictures of it too', async () => {
  const here = await run('conv', 'photos/five.png', ...KERNEL, '-o', '-');
  const there = await run('conv', 's3://pictures/photos/five.png', ...KERNEL, '-o', '-');
  expect(there.bytes.equals(here.bytes)).toBe(true);
  const explained = await run('explain', 's3://pictures/photos/five.png', ...KERNEL, '--at', '1,1');
  expect(explained.code).toBe(0);
  const none = await run('conv', 's3://pictures/nothing.png', ...KERNEL);
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('s3://pictures/nothing.png: no such object')]);
});

it('what is no image is not fetched: kernels, weights and labels stay files', async () => {
  bucket.asked.length = 0;
  const address = 's3://pictures/photos/five.png';
  for (const args of [
    ['conv', 'photos/five.png', '-k', address],
    ['run', address.replace('png', 'yaml'), 'photos/five.png'],
    ['conv', '--files-from', address, ...KERNEL],
  ]) {
    const { code } = await run(...args);
    expect(code, args.join(' ')).toBe(2);
  }
  expect(bucket.asked).toEqual([]);
});

describe('files of the web', () => {
  const TOKEN = 'never-to-be-kept';
  let web: Served;
  let env: Record<string, string>;

  beforeAll(async () => {
    const certificate = ownCertificate(['localhost']);
    writeFileSync(join(folder, 'own.pem'), certificate.cert);
    web = await serve(({ url = '' }, response) => {
      if (url.startsWith('/down')) return void response.writeHead(302, { location: 'http://localhost:9/x.png' }).end();
      const bytes = readFileSync(join(IMAGES, 'five.png'));
      response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
    }, certificate);
    env = { NODE_EXTRA_CA_CERTS: join(folder, 'own.pem') };
  });
  afterAll(() => web.close());

  it('are images like others; what gives access to them is kept nowhere', async () => {
    const at = (path: string) => `https://localhost:${web.port}/${path}`;
    writeFileSync(join(folder, 'web.txt'), [at(`a%20b/my%20five.png?token=${TOKEN}&v=2`), at('down.png')].join('\n'));
    const args = ['conv', '--files-from', 'web.txt', ...KERNEL, '-o', 'web', '--jsonl'];
    const { code, stdout, stderr } = await cnnvizAlone(args, { cwd: folder, env });
    expect(code).toBe(1);
    expect(stderr).toContain('redirected to http://localhost:9, which is not https');
    expect(Object.keys(tree(join(folder, 'web')))).toEqual(['my five.edge3x3.png']);
    const manifest = readFileSync(join(folder, 'web/cnnviz-manifest.jsonl'), 'utf8');
    expect(manifest).toContain(`${at('a%20b/my%20five.png?token=…&v=2')}`);
    for (const text of [stdout, stderr, manifest, readFileSync(join(folder, 'web/my five.edge3x3.png'), 'latin1')]) {
      expect(text).not.toContain(TOKEN);
    }
    const again = await cnnvizAlone([...args.slice(0, -1), '--resume'], { cwd: folder, env });
    expect(again.stderr).toContain('0 written, 1 failed, 1 done before');
  });

  it('of a server whose certificate nobody knows nothing is read', async () => {
    const { code, stderr } = await cnnvizAlone(['conv', `https://localhost:${web.port}/x.png`, ...KERNEL], {
      cwd: folder,
    });
    expect(code).toBe(1);
    expect(stderr).toContain('its certificate is not accepted');
  });
});
