import { copyFileSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cnnvizAlone, inFolder } from '../cli/cnnviz.js';
import { contentsOf, LONG, makeImages, type Running, start, until } from '../faults/batch.js';
import { startBucket } from '../io/remote/bucket.js';
import { seeded } from '../random.js';
import { fetched } from './fetched.js';
import { NO_REDIS, RedisServer } from './redis.js';

const HOOK = fileURLToPath(new URL('deadly.cjs', import.meta.url));

/** What happens, and to how many images. The long one is the promise of docs/scale.md. */
const SIZE = LONG
  ? { images: 2000, corrupt: 20, deadly: 2, kills: 40, restarts: 2, slow: 60, jobSize: 20 }
  : { images: 80, corrupt: 4, deadly: 1, kills: 6, restarts: 1, slow: 100, jobSize: 10 };
const LEASE_S = 1;
const WORKERS = 3;

/** Corrupt and deadly images among the others. */
async function makeInputs(cwd: string): Promise<void> {
  await makeImages(join(cwd, 'in'), SIZE.images - SIZE.deadly);
  for (let i = 0; i < SIZE.corrupt; i++) truncateSync(join(cwd, 'in', name(i * 7 + 3)), 700);
  for (let i = 0; i < SIZE.deadly; i++)
    copyFileSync(join(cwd, 'in', name(0)), join(cwd, `in/${i * 50 + 20}deadly.png`));
}

function name(index: number): string {
  return `${String(index).padStart(4, '0')}.png`;
}

const CONV = ['conv', 'in', '-k', 'edge3x3', '-o'];

describe.skipIf(NO_REDIS !== null)(`three workers, killed at random ${NO_REDIS ?? ''}`, () => {
  it.each(LONG ? ['a folder', 'a bucket'] : ['a folder'])(
    `leave in %s what one machine leaves: ${SIZE.images} images, ${SIZE.kills} deaths, Redis restarted, a worker frozen`,
    (place) =>
      inFolder(async (cwd) => {
        await makeInputs(cwd);
        const hook = { NODE_OPTIONS: `--require ${HOOK}` };
        const alone = await cnnvizAlone([...CONV, 'out', '-q', '-j', '2'], { cwd, env: hook });
        expect(alone.code).toBe(1);
        const expected = contentsOf(join(cwd, 'out'));
        await inFolder(async (other) => {
          await makeInputs(other);
          const bucket = place === 'a bucket' ? await startBucket(['results'], { busyOneIn: 10 }) : null;
          const redis = await RedisServer.start(other);
          const env = { ...hook, ...bucket?.env };
          const crew = new Crew(other, redis, { ...env, CNNVIZ_SLOW: String(SIZE.slow) });
          try {
            const size = ['--job-size', String(SIZE.jobSize)];
            const command = [...CONV, bucket ? 's3://results/out/' : 'out'];
            const submitted = await cnnvizAlone(
              ['farm', 'submit', '--queue', redis.address, ...size, '--', ...command],
              { cwd: other, env },
            );
            expect(submitted.stderr).toBe('');
            await crew.sufferAll();
            const last = crew.work(['--until-done']);
            const { code, stdout, stderr } = await last.ended;
            expect(stderr.split('\n').filter((line) => line.startsWith('   in/'))).toHaveLength(
              SIZE.corrupt + SIZE.deadly,
            );
            expect(code).toBe(1);
            const written = SIZE.images - SIZE.corrupt - SIZE.deadly;
            expect(stdout.replaceAll(',', '')).toContain(`: ${written} written ${SIZE.corrupt + SIZE.deadly} failed`);
            expect(crew.deaths).toBeGreaterThanOrEqual(SIZE.kills);
            const found = bucket ? await fetched(bucket, join(other, 'there')) : contentsOf(join(other, 'out'));
            if (!bucket) expect(manifestOf(other)).toEqual(manifestOf(cwd));
            expect(found).toEqual(expected);
          } finally {
            await crew.end();
            await redis.stop();
            await bucket?.close();
          }
        });
      }),
    LONG ? 1_800_000 : 120_000,
  );
});

function manifestOf(folder: string): string[] {
  return readFileSync(join(folder, 'out/cnnviz-manifest.jsonl'), 'utf8').split('\n');
}

/** Workers that are started again when they die, and what is done to them. */
class Crew {
  readonly #cwd: string;
  readonly #redis: RedisServer;
  readonly #env: Record<string, string>;
  readonly #hands = new Set<Running>();
  readonly #random = seeded(22);
  #isOver = false;
  deaths = 0;

  constructor(cwd: string, redis: RedisServer, env: Record<string, string>) {
    this.#cwd = cwd;
    this.#redis = redis;
    this.#env = env;
  }

  work(more: readonly string[] = []): Running {
    const args = ['farm', 'work', '--queue', this.#redis.address, '--lease', String(LEASE_S), '-j', '2', ...more];
    const running = start(args, this.#cwd, this.#env);
    this.#hands.add(running);
    void running.ended.then(() => this.#hands.delete(running));
    return running;
  }

  async sufferAll(): Promise<void> {
    for (let i = 0; i < WORKERS; i++) this.work();
    // all are at work
    await wait(1000);
    const restartsAt = Array.from({ length: SIZE.restarts }, (_, i) =>
      Math.floor(((i + 1) * SIZE.kills) / (SIZE.restarts + 1)),
    );
    for (let kill = 0; kill < SIZE.kills; kill++) {
      if (kill === 1) await this.#freeze();
      if (restartsAt.includes(kill)) await this.#restart(kill);
      const victims = [...this.#hands];
      const victim = victims[Math.floor(this.#random() * victims.length)];
      victim.child.kill('SIGKILL');
      await victim.ended;
      this.deaths++;
      this.work();
      await wait(200 + this.#random() * 500);
    }
  }

  /** Redis dies, or is ended as for an update. */
  async #restart(kill: number): Promise<void> {
    await this.#redis.stop(kill % 2 === 0 ? 'SIGTERM' : 'SIGKILL');
    await wait(700);
    await this.#redis.begin();
  }

  /** A worker stands still until others have its jobs, and wakes. */
  async #freeze(): Promise<void> {
    const [frozen] = this.#hands;
    frozen.child.kill('SIGSTOP');
    await wait(LEASE_S * 2500);
    frozen.child.kill('SIGCONT');
  }

  async end(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    const all = [...this.#hands];
    for (const { child } of all) child.kill('SIGKILL');
    await Promise.all(all.map(({ ended }) => ended));
    await until(() => this.#hands.size === 0);
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
