import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtinShapes } from '../../src/models/networks/recognize/shapes.js';
import { safetensors } from '../first-use/fixes/arrays.js';
import { type OwnCertificate, ownCertificate } from '../io/web/certificate.js';
import { broken, file, type Served, serve, serveProxy } from '../io/web/server.js';
import { BIN, cnnviz, IMAGES, inFolder, NODE } from './cnnviz.js';

const BYTES = randomBytes(300_000);
const SHA256 = createHash('sha256').update(BYTES).digest('hex');
const SQUEEZENET = 'squeezenet1_1-b8a52dc0.pth';
const FIVE = join(IMAGES, 'five.png');
/** What a made-up checkpoint of squeezenet1_1 is called where it has a name of its own. */
const OWN = 'own.safetensors';

describe('cnnviz get, by https', () => {
  const certificate: OwnCertificate = ownCertificate(['localhost', 'download.pytorch.org']);
  let served: Served;
  let answer: RequestListener = file(BYTES);

  beforeAll(async () => {
    served = await serve((...args) => answer(...args), certificate);
  });
  afterAll(() => served.close());

  /** A folder with a cache in it, and the certificate as one that is trusted. */
  const withCache = (use: (place: Place) => Promise<void>) =>
    inFolder(async (folder) => {
      const cache = join(folder, 'cache');
      writeFileSync(join(folder, 'trusted.pem'), certificate.cert);
      const env = { CNNVIZ_CACHE: cache, NODE_EXTRA_CA_CERTS: join(folder, 'trusted.pem') };
      const get = (args: string[], more: Record<string, string> = {}) =>
        cnnviz(['get', ...args], { cwd: folder, env: { ...env, ...more } });
      answer = file(BYTES);
      served.asked.length = 0;
      await use({ cache, env, get, url: `https://localhost:${served.port}/net.pth`, folder });
    });
  interface Place {
    readonly folder: string;
    readonly cache: string;
    readonly env: Record<string, string>;
    readonly url: string;
    get(args: string[], more?: Record<string, string>): ReturnType<typeof cnnviz>;
  }

  it('puts a file into the cache, says so, and asks for nothing the second time', () =>
    withCache(async ({ cache, url, get }) => {
      const first = await get([url, '--sha256', SHA256.toUpperCase()]);
      expect([first.code, first.stderr]).toEqual([0, '']);
      expect(first.stdout).toBe(
        `wrote ${join(cache, 'net.pth')}  300 kB, SHA-256 checked\n  next: cnnviz weights ${join(cache, 'net.pth')}\n`,
      );
      expect(readFileSync(join(cache, 'net.pth')).equals(BYTES)).toBe(true);
      const again = await get([url, '--sha256', SHA256, '--no-clobber']);
      expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('is here already')]);
      expect(served.asked).toHaveLength(1);
    }));

  it('--json, -q and -n', () =>
    withCache(async ({ cache, url, get }) => {
      const planned = await get([url, '--sha256', SHA256, '-n']);
      expect([planned.code, planned.stdout]).toEqual([
        0,
        `would fetch ${url}\nwould write ${join(cache, 'net.pth')}\n`,
      ]);
      expect([served.asked, existsSync(cache)]).toEqual([[], false]);
      const { stdout, stderr } = await get([url, '--sha256', SHA256, '--json']);
      expect([JSON.parse(stdout), stderr]).toEqual([
        {
          cnnviz: expect.any(String),
          command: 'get',
          network: null,
          url,
          path: join(cache, 'net.pth'),
          bytes: 300_000,
          sha256: SHA256,
          licence: null,
          state: 'wrote',
        },
        '',
      ]);
      const quiet = await get([url, '--sha256', SHA256, '-q']);
      expect([quiet.code, quiet.stdout, quiet.stderr]).toEqual([0, '', '']);
    }));

  it('replaces a file that is another one, but not with --no-clobber', () =>
    withCache(async ({ cache, url, get }) => {
      mkdirSync(cache);
      writeFileSync(join(cache, 'net.pth'), 'old');
      const refused = await get([url, '--sha256', SHA256, '--no-clobber']);
      expect([refused.code, refused.stderr]).toEqual([
        2,
        expect.stringContaining('exists already with another SHA-256'),
      ]);
      expect([served.asked, readFileSync(join(cache, 'net.pth'), 'utf8')]).toEqual([[], 'old']);
      const { stdout } = await get([url, '--sha256', SHA256]);
      expect(stdout).toMatch(/^replaced /);
    }));

  it('follows redirects to https, a few of them, and none to http', () =>
    withCache(async ({ url, get }) => {
      const args = [url, '--sha256', SHA256];
      let left = 5;
      const moved =
        (location: string): RequestListener =>
        (_, response) =>
          response.writeHead(302, { location }).end();
      answer = (...both) => (left-- > 0 ? moved('/net.pth') : file(BYTES))(...both);
      expect((await get([...args, '--json'])).code).toBe(0);
      answer = moved('/net.pth');
      const other = ['--sha256', 'a'.repeat(64)];
      const round = await get([url, ...other]);
      expect([round.code, round.stderr]).toEqual([1, expect.stringContaining('more than 5 redirects')]);
      answer = moved(`http://localhost:${served.port}/net.pth`);
      const plain = await get([url, ...other]);
      expect([plain.code, plain.stderr]).toEqual([1, expect.stringContaining('which is not https')]);
    }));

  it('trusts no certificate that the system does not', () =>
    withCache(async ({ cache, url, get }) => {
      const { code, stderr } = await get([url, '--sha256', SHA256], { NODE_EXTRA_CA_CERTS: '' });
      expect([code, stderr]).toEqual([
        3,
        expect.stringMatching(/certificate is not accepted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/),
      ]);
      const other = url.replace('localhost', '127.0.0.1');
      const named = await get([other, '--sha256', SHA256]);
      expect([named.code, named.stderr]).toEqual([3, expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID')]);
      expect(readdirSync(cache)).toEqual([]);
    }));

  it('goes through the proxy of the environment, with its password, to the published address', () =>
    withCache(async ({ cache, get }) => {
      const proxy = await serveProxy(served.port, { password: 'me:pass' });
      try {
        // the right length, so that its hash is looked at
        answer = file(new Uint8Array(4_958_839));
        const through = { HTTPS_PROXY: `http://me:pass@127.0.0.1:${proxy.port}`, NO_PROXY: '' };
        const wrong = await get(['squeezenet1_1'], through);
        expect(wrong.code).toBe(1);
        expect(wrong.stderr).toMatch(
          /^cnnviz: squeezenet1_1-b8a52dc0\.pth: its SHA-256 is [0-9a-f]{64}, expected b8a52dc0[0-9a-f]{56}: it is damaged or another file\n {2}fix: nothing of it was kept/,
        );
        expect(readdirSync(cache)).toEqual([]);
        expect(proxy.asked).toEqual(['CONNECT download.pytorch.org:443']);
        expect(served.asked.map(({ url }) => url)).toEqual([`/models/${SQUEEZENET}`]);
        answer = file(BYTES);
        const short = await get(['SqueezeNet1.1'], through);
        expect(short.stderr).toContain('has 300,000 bytes there, expected 4,958,839');
        const unknown = await get(['squeezenet1_1'], {
          ...through,
          HTTPS_PROXY: `http://me:no@127.0.0.1:${proxy.port}`,
        });
        expect([unknown.code, unknown.stderr]).toEqual([3, expect.stringContaining('refuses (407)')]);
        expect(unknown.stderr).not.toContain('me:no');
      } finally {
        await proxy.close();
      }
    }));

  it('goes through a proxy that is spoken to by https, but for hosts that are excepted', () =>
    withCache(async ({ url, get }) => {
      const proxy = await serveProxy(served.port, { certificate });
      try {
        const through = { HTTPS_PROXY: `https://localhost:${proxy.port}`, NO_PROXY: '' };
        expect(await get([url, '--sha256', SHA256], through)).toMatchObject({ code: 0, stderr: '' });
        expect(proxy.asked).toEqual([`CONNECT localhost:${served.port}`]);
        const other = ['--sha256', 'a'.repeat(64)];
        expect((await get([url, ...other], { ...through, NO_PROXY: 'localhost' })).code).toBe(1);
        expect(proxy.asked).toHaveLength(1);
      } finally {
        await proxy.close();
      }
    }));

  it('says what to do offline, in one line and a fix', () =>
    withCache(async ({ get }) => {
      const { code, stderr } = await get(['alexnet'], { HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: '' });
      expect(code).toBe(3);
      expect(stderr).toBe(
        'cnnviz: download.pytorch.org through the proxy 127.0.0.1:9: cannot be reached: offline? (ECONNREFUSED)\n  fix: check HTTPS_PROXY, or except the host: NO_PROXY=download.pytorch.org\n',
      );
    }));

  it.each(['SIGINT', 'SIGKILL'] as const)('%s in the middle: the next one goes on', (signal) =>
    withCache(async ({ cache, url, env, get, folder }) => {
      answer = (_, response) => {
        response.writeHead(200, { etag: '"one"', 'content-length': BYTES.length });
        response.write(BYTES.subarray(0, 200_000));
      };
      const child = spawn(NODE, [BIN, 'get', url, '--sha256', SHA256], {
        cwd: folder,
        env: { ...process.env, ...env },
      });
      const part = join(cache, 'net.pth.part');
      await expect.poll(() => existsSync(part) && readFileSync(part).length, { timeout: 20_000 }).toBe(200_000);
      const ended = new Promise((resolve) => child.on('close', (_, by) => resolve(by)));
      child.kill(signal);
      expect(await ended).toBe(signal);
      expect(existsSync(join(cache, 'net.pth'))).toBe(false);
      answer = file(BYTES);
      const { code, stdout, stderr } = await get([url, '--sha256', SHA256]);
      expect([code, stderr, stdout]).toEqual([0, '', expect.stringContaining('200 kB of it from an earlier attempt')]);
      expect(readdirSync(cache)).toEqual(['net.pth']);
    }),
  );

  it('a broken connection: exit code 3, for another try is worth it', () =>
    withCache(async ({ url, get }) => {
      answer = broken(BYTES, 100_000);
      const { code, stderr } = await get([url, '--sha256', SHA256]);
      expect([code, stderr]).toEqual([
        3,
        expect.stringContaining('fix: run the same command again: it goes on from there'),
      ]);
    }));

  it('a fetched file is found by its bare name', () =>
    withCache(async ({ env, url, get, folder }) => {
      const bytes = safetensors({ 'conv.weight': [2, 3, 3, 3], 'conv.bias': [2] });
      answer = file(bytes);
      const hash = createHash('sha256').update(bytes).digest('hex');
      expect((await get([url.replace('.pth', '.safetensors'), '--sha256', hash])).code).toBe(0);
      const line = ['run', 'conv out_channels=2 kernel_size=3', '--weights', 'net.safetensors', FIVE, '--json'];
      const { code, stderr } = await cnnviz(line, { cwd: folder, env });
      expect([code, stderr]).toEqual([0, 'note: weights: net.safetensors, as cnnviz get fetched it\n']);
    }));
});

describe('a network whose weights were fetched', () => {
  /** Made-up weights under the published name: what lies in the cache was checked when it came. */
  const withWeights = (place: 'cache' | 'hub', use: (folder: string, env: Record<string, string>) => Promise<void>) =>
    inFolder(async (folder) => {
      const env = { CNNVIZ_CACHE: join(folder, 'cache'), TORCH_HOME: join(folder, 'torch') };
      const at = place === 'cache' ? env.CNNVIZ_CACHE : join(env.TORCH_HOME, 'hub', 'checkpoints');
      mkdirSync(at, { recursive: true });
      const shapes = Object.fromEntries(builtinShapes('squeezenet1_1'));
      const bytes = safetensors(shapes, (name, i) => Math.sin(name.length * 7 + i) / 20);
      writeFileSync(join(at, SQUEEZENET), bytes);
      writeFileSync(join(folder, OWN), bytes);
      copyFileSync(join(IMAGES, 'rocket.jpg'), join(folder, 'rocket.jpg'));
      await use(folder, env);
    });

  it('has them by its name alone, and says which; the numbers are those of the file', () =>
    withWeights('cache', async (cwd, env) => {
      const named = await cnnviz(['run', 'squeezenet1_1', 'rocket.jpg', '-o', 'a.npy'], { cwd, env });
      expect([named.code, named.stderr]).toEqual([0, `note: weights: ${SQUEEZENET}, as cnnviz get fetched it\n`]);
      await cnnviz(['run', `squeezenet1_1@${OWN}`, 'rocket.jpg', '-o', 'b.npy'], { cwd, env });
      expect(readFileSync(join(cwd, 'a.npy')).equals(readFileSync(join(cwd, 'b.npy')))).toBe(true);
      const told = await cnnviz(['run', 'SqueezeNet-1.1', '--init', 'seed:1', 'rocket.jpg', '-o', 'c.npy'], {
        cwd,
        env,
      });
      expect(told.stderr).not.toContain(SQUEEZENET);
      expect(readFileSync(join(cwd, 'c.npy')).equals(readFileSync(join(cwd, 'a.npy')))).toBe(false);
    }));

  it('its name in place of a command proposes them, and made-up ones only where there are none', () =>
    withWeights('cache', async (cwd, env) => {
      const here = await cnnviz(['squeezenet1_1', 'rocket.jpg'], { cwd, env });
      expect([here.code, here.stderr]).toEqual([
        2,
        "cnnviz: unknown command 'squeezenet1_1': it is a network\n  fix: cnnviz run squeezenet1_1 rocket.jpg\n",
      ]);
      const elsewhere = await cnnviz(['resnet18', 'rocket.jpg'], { cwd, env });
      expect(elsewhere.stderr).toContain('fix: cnnviz run resnet18 rocket.jpg --init seed:1\n');
    }));

  it('summary and field read no weights, and say nothing of them', () =>
    withWeights('cache', async (cwd, env) => {
      const { code, stderr } = await cnnviz(['summary', 'squeezenet1_1', '--json'], { cwd, env });
      expect([code, stderr]).toEqual([0, '']);
    }));

  it.each([
    ['gradcam', ['--layer', 'features.12.cat', '--class', '1', '--json']],
    ['saliency', ['--class', '1', '--json']],
  ])('%s has them, too', (command, flags) =>
    withWeights('cache', async (cwd, env) => {
      const { code, stderr } = await cnnviz([command, 'squeezenet1_1', 'rocket.jpg', ...flags], { cwd, env });
      expect([code, stderr]).toEqual([0, expect.stringContaining(`weights: ${SQUEEZENET}`)]);
    }),
  );

  it('compare and weights know them by name', () =>
    withWeights('cache', async (cwd, env) => {
      const same = await cnnviz(['compare', 'squeezenet1_1', `squeezenet1_1@${OWN}`, 'rocket.jpg'], { cwd, env });
      expect([same.code, same.stderr]).toEqual([0, expect.stringContaining(SQUEEZENET)]);
    }));

  it('head train takes them, and head predict finds them again', () =>
    withWeights('cache', async (cwd, env) => {
      for (const name of ['a', 'b']) mkdirSync(join(cwd, 'photos', name), { recursive: true });
      copyFileSync(join(IMAGES, 'rocket.jpg'), join(cwd, 'photos', 'a', '1.jpg'));
      copyFileSync(FIVE, join(cwd, 'photos', 'b', '2.png'));
      const train = ['head', 'train', 'photos', '--features', 'squeezenet1_1', '--holdout', '0', '-o', 'my.head'];
      const trained = await cnnviz(train, { cwd, env });
      expect([trained.code, trained.stderr]).toEqual([0, expect.stringContaining(SQUEEZENET)]);
      const predicted = await cnnviz(['head', 'predict', 'my.head', 'rocket.jpg', '--json'], { cwd, env });
      expect([predicted.code, predicted.stderr]).toEqual([0, expect.anything()]);
      const gone = { ...env, CNNVIZ_CACHE: join(cwd, 'empty') };
      const missing = await cnnviz(['head', 'predict', 'my.head', 'rocket.jpg'], { cwd, env: gone });
      expect([missing.code, missing.stderr]).toEqual([
        2,
        `cnnviz: my.head: its features come from ${SQUEEZENET}, which is not here\n  fix: cnnviz get squeezenet1_1 (4.96 MB, once)\n`,
      ]);
    }));

  it("of PyTorch's cache is not taken when its hash is another, and get would fetch it", () =>
    withWeights('hub', async (cwd, env) => {
      const { code, stderr } = await cnnviz(['run', 'squeezenet1_1', 'rocket.jpg'], { cwd, env });
      expect(code).toBe(2);
      expect(stderr).toContain(`${SQUEEZENET}: not taken, its SHA-256 is another than it should be`);
      expect(stderr).toContain('fix: cnnviz get squeezenet1_1 (4.96 MB, once); or add --weights FILE');
      const planned = await cnnviz(['get', 'squeezenet1_1', '-n'], { cwd, env });
      expect(planned.stdout).toContain(`would fetch https://download.pytorch.org/models/${SQUEEZENET}  4.96 MB`);
    }));

  it('a batch that is resumed with other weights does all again', () =>
    withWeights('cache', async (cwd, env) => {
      copyFileSync(FIVE, join(cwd, 'five.png'));
      const line = [
        'run',
        'squeezenet1_1',
        'rocket.jpg',
        'five.png',
        '-o',
        'out',
        '--layers',
        'features.0',
        '--resume',
      ];
      const first = await cnnviz(line, { cwd, env });
      expect([first.code, first.stderr]).toEqual([0, expect.anything()]);
      const again = await cnnviz(line, { cwd, env });
      expect(again.stdout + again.stderr).toMatch(/2 .*(?:skipped|already|unchanged|before)/);
      const shapes = Object.fromEntries(builtinShapes('squeezenet1_1'));
      writeFileSync(join(cwd, 'cache', SQUEEZENET), safetensors(shapes));
      const other = await cnnviz(line, { cwd, env });
      expect(other.stdout + other.stderr).not.toMatch(/2 .*(?:skipped|already|unchanged|before)/);
    }));
});
