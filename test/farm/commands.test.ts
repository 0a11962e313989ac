import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cnnviz, cnnvizAlone, inFolder } from '../cli/cnnviz.js';
import { childrenOf, contentsOf, isAlive, makeImages, start, until } from '../faults/batch.js';
import { NO_REDIS, RedisServer, redisForTests } from './redis.js';

const CONV = ['conv', 'in', '-k', 'edge3x3', '-o', 'out'];
const PIPE = ['run', 'conv edge3x3 | relu', 'in', '--layers', 'relu', '-o', 'out'];

describe.skipIf(NO_REDIS !== null)(`a farm ${NO_REDIS ?? ''}`, () => {
  const { server } = redisForTests(['--bind', '0.0.0.0', '--protected-mode', 'no']);

  const farm = (cwd: string, word: string, ...more: string[]) =>
    cnnviz(['farm', word, '--queue', server().address, ...more], { cwd });
  const submit = (cwd: string, command: readonly string[], ...more: string[]) =>
    farm(cwd, 'submit', '--job-size', '4', ...more, '--', ...command);
  const work = (cwd: string, ...more: string[]) => farm(cwd, 'work', '-j', '2', '--until-done', ...more);
  const statusOf = async (cwd: string) => {
    const run = await farm(cwd, 'status', '--json');
    return { code: run.code, ...JSON.parse(run.stdout) };
  };
  const withImages = (count: number, use: (cwd: string) => Promise<void>) =>
    inFolder(async (cwd) => {
      await makeImages(join(cwd, 'in'), count, [16, 12]);
      await use(cwd);
    });

  it.each([
    ['conv', CONV],
    ['run', PIPE],
    ['preprocess', ['preprocess', 'in', '--resize', '8', '-o', 'out']],
  ])('leaves what the command itself leaves: %s', (_, command) =>
    withImages(10, async (cwd) => {
      truncateSync(join(cwd, 'in/0003.png'), 40);
      const alone = await cnnviz([...command, '-q'], { cwd });
      const expected = contentsOf(join(cwd, 'out'));
      rmSync(join(cwd, 'out'), { recursive: true });
      const submitted = await submit(cwd, command);
      expect([submitted.code, submitted.stdout]).toEqual([
        0,
        expect.stringContaining(': 10 inputs in 3 jobs are queued'),
      ]);
      const { code, stdout, stderr } = await work(cwd);
      expect([alone.code, code]).toEqual([1, 1]);
      expect(stdout).toContain(': 9 written, 1 failed\n');
      expect(stderr.split('in/0003.png: ')).toHaveLength(2);
      expect(contentsOf(join(cwd, 'out'))).toEqual(expected);
      const [one] = (await statusOf(cwd)).submissions;
      expect(one).toMatchObject({ state: 'joined', done: 9, failed: 1, inputs: 10 });
      expect(one.failures).toHaveLength(1);
    }),
  );

  it('queues the same command once; with --resume what failed or is missing is done, and nothing else', () =>
    withImages(10, async (cwd) => {
      truncateSync(join(cwd, 'in/0003.png'), 40);
      await submit(cwd, CONV);
      expect((await submit(cwd, CONV)).stdout).toContain('submitted before, and not done yet: nothing to do');
      expect((await statusOf(cwd)).submissions).toMatchObject([{ jobs: { total: 3, waiting: 3 } }]);
      expect((await work(cwd)).code).toBe(1);
      expect((await submit(cwd, CONV)).stdout).toContain('done, but for 1 that failed: nothing to do');
      await inFolder(async (other) => {
        await makeImages(join(other, 'in'), 10, [16, 12]);
        copyFileSync(join(other, 'in/0003.png'), join(cwd, 'in/0003.png'));
      });
      rmSync(join(cwd, 'out/0009.edge3x3.png'));
      expect((await submit(cwd, [...CONV, '--resume'])).stdout).toContain('8 of the inputs need no work');
      const again = await work(cwd);
      expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('2 written, 0 failed, 8 done before')]);
      const manifest = contentsOf(join(cwd, 'out'));
      await cnnviz([...CONV, '-q', '-o', 'other'], { cwd });
      expect(contentsOf(join(cwd, 'other'))).toEqual(manifest);
    }));

  it('cancel takes everything out of Redis, and --resume of the command itself goes on from what is there', () =>
    withImages(8, async (cwd) => {
      await submit(cwd, CONV);
      expect(readdirSync(join(cwd, 'out'))).toHaveLength(1);
      const { stdout } = await farm(cwd, 'cancel');
      expect(stdout).toContain('cancelled; 8 of 8 inputs are left');
      expect(await server().keys()).toEqual([]);
      expect(readdirSync(join(cwd, 'out'))).toEqual(['cnnviz-manifest.jsonl']);
      const { stderr } = await cnnviz([...CONV, '--resume'], { cwd });
      expect(stderr).toMatch(/^8 written, 0 failed/m);
      expect((await farm(cwd, 'cancel')).code).toBe(4);
    }));

  it('a worker that is stopped gives its jobs back at once', () =>
    withImages(40, async (cwd) => {
      await farm(cwd, 'submit', '--job-size', '20', '--', ...CONV);
      const hook = join(import.meta.dirname, 'deadly.cjs');
      const env = { NODE_OPTIONS: `--require ${hook}`, CNNVIZ_SLOW: '200' };
      const { child, ended } = start(['farm', 'work', '--queue', server().address, '-j', '2'], cwd, env);
      await until(() => readdirSync(join(cwd, 'out')).some((name) => name.endsWith('.png')));
      const children = childrenOf(child.pid!);
      child.kill('SIGTERM');
      expect(await ended).toMatchObject({ signal: 'SIGTERM' });
      await until(() => !children.some(isAlive));
      const { submissions, workers } = await statusOf(cwd);
      expect(submissions).toMatchObject([{ jobs: { active: 0, waiting: 2 } }]);
      expect(workers).toEqual([]);
      expect((await work(cwd)).stdout).toContain('40 written, 0 failed');
    }));

  it('a worker where the inputs are not gives nothing up but itself, and says where to start it', () =>
    withImages(6, async (cwd) => {
      await submit(cwd, CONV);
      await inFolder(async (elsewhere) => {
        const { code, stderr } = await work(elsewhere);
        expect(code).toBe(2);
        expect(stderr).toMatch(/: its inputs are not here, such as in\/0000\.png\n {2}fix: .* submitted in /);
        expect(stderr).toContain(`${cwd} on ${hostname()}`);
        // inputs of the same names, and another place for the results
        await makeImages(join(elsewhere, 'in'), 6, [16, 12]);
        expect((await work(elsewhere)).stderr).toContain('the folder of its results is not here: out');
      });
      expect((await work(cwd)).stdout).toContain('6 written, 0 failed');
    }));

  it('a worker whose kernel is another one, or whose version is, takes no part', () =>
    withImages(4, async (cwd) => {
      writeFileSync(join(cwd, 'k.txt'), '0 1 0; 1 -4 1; 0 1 0');
      await submit(cwd, ['conv', 'in', '-k', 'k.txt', '-o', 'out']);
      writeFileSync(join(cwd, 'k.txt'), '0 1 0; 1 -5 1; 0 1 0');
      const other = await work(cwd);
      expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('are not the same here')]);
      const [id] = (await statusOf(cwd)).submissions.map((one: { id: string }) => one.id);
      await server().ask((client) => client.hset(`cnnviz:farm:${id}`, 'version', '0.0.1'));
      const old = await work(cwd);
      expect([old.code, old.stderr]).toEqual([2, expect.stringContaining('submitted by cnnviz 0.0.1')]);
    }));

  it('what somebody else wrote into the queue is no task', () =>
    withImages(4, async (cwd) => {
      await submit(cwd, CONV);
      const [{ id }] = (await statusOf(cwd)).submissions;
      const change = async (
        edit: (about: { task: { kind: string; job: { output: object } }; root: string }) => void,
      ) => {
        await server().ask(async (client) => {
          const about = JSON.parse((await client.hget(`cnnviz:farm:${id}`, 'about'))!);
          edit(about);
          await client.hset(`cnnviz:farm:${id}`, 'about', JSON.stringify(about));
        });
        const { code, stderr } = await work(cwd);
        expect([code, stderr]).toEqual([2, expect.stringContaining('not a submission of this version')]);
      };
      await change((about) => {
        about.root = '/tmp';
      });
      await change((about) => {
        about.task.kind = 'shell';
      });
    }));

  it.each([
    [['top', 'lenet5', 'in'], /top is not done image by image: expected conv, run, preprocess/],
    [['head', 'features', 'in'], /head is not done image by image/],
    [['conv', 'in', '-k', 'edge3x3'], /a farm needs a folder for its results/],
    [['conv', 'in', '-k', 'edge3x3', '-o', 'one.npy'], /one file cannot hold|needs a folder/],
    [[...CONV, '-j', '2'], /--jobs says how one process works/],
    [[...CONV, '--shard', '1/2'], /--shard divides what the queue divides/],
    [[...CONV, '--no-clobber'], /a worker may write a file twice/],
    [['conv', 'in', '-k', 'edge3x3', '--stride', '0', '-o', 'out'], /--stride/],
    [['conv', 'in', '-k', 'nosuch.npy', '-o', 'out'], /nosuch\.npy/],
    [['conv', 'nowhere/*.png', '-k', 'edge3x3', '-o', 'out'], /nothing to do|no images/],
    [[], /expected a command behind --/],
  ])('%j is refused before anything is queued or written', (command, says) =>
    withImages(3, async (cwd) => {
      const { code, stderr } = await submit(cwd, command);
      expect(code).toBeGreaterThan(1);
      expect(stderr).toMatch(says);
      expect(readdirSync(cwd)).toEqual(['in']);
      expect(await server().keys()).toEqual([]);
    }),
  );

  it('images whose outputs exist are left alone with --skip-existing, and the others done', () =>
    withImages(5, async (cwd) => {
      mkdirSync(join(cwd, 'out'));
      writeFileSync(join(cwd, 'out/0001.edge3x3.png'), 'mine');
      await submit(cwd, [...CONV, '--skip-existing']);
      expect((await work(cwd)).stdout).toContain('4 written, 0 failed, 1 done before');
      expect(contentsOf(join(cwd, 'out'))['0001.edge3x3.png']).toBe(createHash('sha256').update('mine').digest('hex'));
    }));

  it('a Redis on another host that lets everybody in is refused, and --insecure goes on', () =>
    withImages(2, async (cwd) => {
      const queue = `redis://0.0.0.0:${server().port}`;
      const refused = await cnnviz(['farm', 'status', '--queue', queue], { cwd });
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('answers without a password')]);
      expect((await cnnviz(['farm', 'status', '--queue', queue, '--insecure'], { cwd })).code).toBe(0);
    }));

  it('a password is asked for, taken from the address or the environment, and never shown', () =>
    withImages(3, async (cwd) => {
      await server().ask((client) => client.config('SET', 'requirepass', 'gehe1m'));
      try {
        const none = await farm(cwd, 'status');
        expect([none.code, none.stderr]).toEqual([3, expect.stringContaining('wants a password')]);
        const at = (password: string) => ['--queue', `redis://:${password}@127.0.0.1:${server().port}`];
        const wrong = await cnnviz(['farm', 'status', ...at('fal5ch')], { cwd });
        expect([wrong.code, wrong.stderr]).toEqual([3, expect.stringContaining('refuses this user or password')]);
        const submitted = await cnnviz(['farm', 'submit', ...at('gehe1m'), '--', ...CONV], { cwd });
        const env = { REDIS_PASSWORD: 'gehe1m', CNNVIZ_QUEUE: server().address };
        const worked = await cnnvizAlone(['farm', 'work', '--until-done'], { cwd, env });
        expect([submitted.code, worked.code]).toEqual([0, 0]);
        for (const { stdout, stderr } of [none, wrong, submitted, worked]) {
          expect(stdout + stderr).not.toMatch(/gehe1m|fal5ch/);
        }
      } finally {
        await server().ask((client) => client.config('SET', 'requirepass', ''), 'gehe1m');
      }
    }));

  it('an address that nobody answers at, or that is none, is told without what it holds', async () => {
    const { port } = await RedisServer.none();
    const absent = await cnnviz(['farm', 'status', '--queue', `redis://u:gehe1m@127.0.0.1:${port}`]);
    expect([absent.code, absent.stderr]).toEqual([3, expect.stringContaining('nobody answers there')]);
    const none = await cnnviz(['farm', 'status', '--queue', 'http://u:gehe1m@host']);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('expected redis:// or rediss://')]);
    const empty = await cnnvizAlone(['farm', 'status'], { env: { CNNVIZ_QUEUE: '' } });
    expect([empty.code, empty.stderr]).toEqual([2, expect.stringContaining('a farm needs the address of its queue')]);
    expect(absent.stderr + none.stderr).not.toContain('gehe1m');
  });
});
