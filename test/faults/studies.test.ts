import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cnnviz, inFolder } from '../cli/cnnviz.js';
import { childrenOf, contentsOf, hasProc, leftovers, makeImages, start, until } from './batch.js';

const HANG = fileURLToPath(new URL('hang.cjs', import.meta.url));
const COUNT = 8;
const NET = ['net.yaml', '--init', 'seed:1'];
/** 0.6 GMAC of 96×96 pixels: eight images are enough for another process. */
const NETWORK = `preprocess: { resize: [96, 96] }
layers:
  - { type: conv, name: first, out_channels: 48, kernel_size: 7, padding: 3 }
  - relu
  - { type: conv, name: second, out_channels: 48, kernel_size: 5, padding: 2 }
  - relu
  - max_pool 8 name=small
  - flatten
  - { type: linear, name: classes, out_features: 5 }
`;

/** Each command over a folder, at work enough for threads. `after`: what is read of its files when it has ended. */
const COMMANDS: readonly { readonly name: string; readonly args: readonly string[] }[] = [
  { name: 'top', args: ['top', ...NET, 'in', '--layer', 'small', '--json'] },
  {
    name: 'check --update',
    args: ['check', 'in', '--network', ...NET, '--layers', 'small,output', '--baseline', 'new', '--update', '--json'],
  },
  {
    name: 'check',
    args: ['check', 'in', '--network', ...NET, '--layers', 'small,output', '--baseline', 'base', '--report', 'report'],
  },
  { name: 'head features', args: ['head', 'features', 'in', '--features', ...NET, '-o', 'rows.npy', '--json'] },
  { name: 'head train', args: ['head', 'train', 'in', '--features', ...NET, '-o', 'my.head', '--json'] },
];

/** Images, a network, and baselines of which one is of another image: made once, copied for each test. */
let origin: string;
beforeAll(async () => {
  origin = mkdtempSync(join(tmpdir(), 'cnnviz-test-'));
  writeFileSync(join(origin, 'net.yaml'), NETWORK);
  await makeImages(join(origin, 'in'), COUNT, [120, 100]);
  const update = ['check', 'in', '--network', ...NET, '--layers', 'small,output', '--baseline', 'base', '--update'];
  expect((await cnnviz([...update, '-j', '1'], { cwd: origin })).code).toBe(0);
  cpSync(join(origin, 'base/0001.png/small.npy'), join(origin, 'base/0002.png/small.npy'));
});
afterAll(() => rmSync(origin, { recursive: true }));

const inPhotographs = (use: (cwd: string) => Promise<void>) =>
  inFolder(async (cwd) => {
    cpSync(origin, cwd, { recursive: true });
    await use(cwd);
  });

/** Runs a command; says how many processes it has started at most. */
const ran = async (args: readonly string[], cwd: string) => {
  const { child, ended } = start(args, cwd);
  let workers = 0;
  const timer = setInterval(() => {
    workers = Math.max(workers, childrenOf(child.pid!).length);
  }, 20);
  const { code, stdout, stderr } = await ended;
  clearInterval(timer);
  return { code, stdout, stderr, workers };
};

describe('many images of one command, by several threads of one process', () => {
  it.each(COMMANDS)('$name answers and writes the same for any number of them', ({ args }) =>
    inPhotographs(async (place) => {
      const results: object[] = [];
      for (const jobs of [1, 3]) {
        await inFolder(async (cwd) => {
          cpSync(place, cwd, { recursive: true });
          const own = args[1] === 'train' ? sortIntoClasses(cwd, args) : args;
          const { code, stdout, workers, stderr } = await ran([...own, '-j', String(jobs)], cwd);
          expect(code, stderr).toBe(args.includes('--report') ? 1 : 0);
          if (hasProc) expect(workers).toBe(jobs === 1 ? 0 : 1);
          results.push({ code, stdout, files: contentsOf(cwd) });
        });
      }
      for (const other of results.slice(1)) expect(other).toEqual(results[0]);
    }),
  );

  it.each(COMMANDS.filter(({ name }) => name !== 'head train'))(
    '$name goes on without an image that ends its process, twice',
    ({ args }) =>
      inPhotographs(async (cwd) => {
        writeFileSync(join(cwd, 'in/kill.png'), readFileSync(join(cwd, 'in/0000.png')));
        const env = { NODE_OPTIONS: `--require ${HANG}`, CNNVIZ_HANG: 'in/kill.png', CNNVIZ_HANG_MARKS: cwd };
        const holders = () => readdirSync(cwd).map(Number).filter(Boolean);
        const { child, ended } = start([...args, '-j', '2'], cwd, env);
        const first = await until(() => holders()[0], 60_000);
        if (hasProc) expect(childrenOf(child.pid!)).toEqual([first]);
        process.kill(first, 'SIGKILL');
        process.kill(await until(() => holders().find((pid) => pid !== first), 60_000), 'SIGKILL');
        const { code, stdout, stderr } = await ended;
        expect(code).toBe(1);
        expect(`${stdout}${stderr}`).toMatch(/in\/kill\.png:?\s+its process was killed/);
        expect(`${stdout}${stderr}`.match(/its process was killed/g)!.length).toBeLessThanOrEqual(2);
      }),
  );

  it.each(COMMANDS.filter(({ name }) => name !== 'head train'))(
    '$name: an image that cannot be read costs only itself',
    ({ args }) =>
      inPhotographs(async (place) => {
        writeFileSync(join(place, 'in/0003.png'), readFileSync(join(place, 'in/0003.png')).subarray(0, 700));
        const results: object[] = [];
        for (const jobs of [1, 2]) {
          await inFolder(async (cwd) => {
            cpSync(place, cwd, { recursive: true });
            const { code, stdout, stderr } = await cnnviz([...args, '-j', String(jobs)], { cwd });
            expect(`${stdout}${stderr}`).toContain('in/0003.png');
            results.push({ code, stdout, files: contentsOf(cwd) });
          });
        }
        expect(results[0]).toMatchObject({ code: 1 });
        expect(results[1]).toEqual(results[0]);
      }),
  );

  it.skipIf(!hasProc)('a signal ends all of them, with nothing left', () =>
    inPhotographs(async (cwd) => {
      const update = COMMANDS[1].args;
      const { child, ended } = start([...update, '-j', '2'], cwd);
      const worker = await until(() => childrenOf(child.pid!)[0], 60_000);
      child.kill('SIGINT');
      expect(await ended).toMatchObject({ code: null, signal: 'SIGINT' });
      await until(() => !childrenOf(process.pid).includes(worker));
      expect(leftovers(cwd)).toEqual([]);
    }),
  );

  it('--profile adds up what all threads took: as many runs as images', () =>
    inPhotographs(async (cwd) => {
      const { stdout } = await cnnviz([...COMMANDS[0].args, '--profile', '-j', '2'], { cwd });
      const { profile } = JSON.parse(stdout) as { profile: { layers: { runs: number; layer: string }[] } };
      expect(profile.layers.length).toBeGreaterThan(3);
      for (const { runs } of profile.layers) expect(runs).toBe(COUNT);
    }));

  it('a layer there is not is refused once, whoever finds out', () =>
    inPhotographs(async (cwd) => {
      const said: Awaited<ReturnType<typeof cnnviz>>[] = [];
      for (const jobs of ['1', '2']) {
        said.push(await cnnviz(['top', ...NET, 'in', '--layer', 'nowhere', '-j', jobs], { cwd }));
      }
      expect(said[0].code).toBe(2);
      expect(said[1]).toEqual(said[0]);
      expect(said[0].stderr.split('cnnviz:')).toHaveLength(2);
    }));
});

/** The same images in two folders. */
function sortIntoClasses(cwd: string, args: readonly string[]): readonly string[] {
  for (const name of readdirSync(join(cwd, 'in'))) {
    cpSync(join(cwd, 'in', name), join(cwd, 'two', Number(name.slice(0, 4)) % 2 ? 'odd' : 'even', name));
  }
  return args.map((word) => (word === 'in' ? 'two' : word));
}
