import { copyFileSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cnnviz, inFolder } from '../cli/cnnviz.js';
import { childrenOf, hasProc, isWhole, LONG, leftovers, makeImages, pngsIn, start, until } from './batch.js';

const HANG = fileURLToPath(new URL('hang.cjs', import.meta.url));

/** An image that whoever works on it never gets: its worker waits, and is known. */
function makeHanging(cwd: string, name: string): Hanging {
  copyFileSync(join(cwd, 'in/0000.png'), join(cwd, name));
  const marks = join(cwd, 'marks');
  mkdirSync(marks);
  const env = { NODE_OPTIONS: `--require ${HANG}`, CNNVIZ_HANG: name, CNNVIZ_HANG_MARKS: marks };
  const holders = () => readdirSync(marks).map(Number);
  return {
    env,
    first: () => until(() => holders()[0], 300_000),
    next: (first) => until(() => holders().find((pid) => pid !== first)),
  };
}

interface Hanging {
  readonly env: Record<string, string>;
  /** The process that waits for the image. */
  first(): Promise<number>;
  /** The next one, after the first has died. */
  next(first: number): Promise<number>;
}

describe.skipIf(!hasProc)('an image that takes its worker down costs only itself', () => {
  it.each(['SIGSEGV', 'SIGKILL', 'SIGABRT'] as const)('when the process dies by %s, twice', (signal) =>
    inFolder(async (cwd) => {
      await makeImages(join(cwd, 'in'), 8);
      const hanging = makeHanging(cwd, 'in/0003b.png');
      writeList(cwd, [...names(8), 'in/0003b.png']);
      const { ended } = start(
        ['conv', '--files-from', 'list', '-k', 'edge3x3', '-o', 'out', '-j', '2'],
        cwd,
        hanging.env,
      );
      const first = await hanging.first();
      process.kill(first, signal);
      process.kill(await hanging.next(first), signal);
      const { code, stderr } = await ended;
      expect(code).toBe(1);
      expect(stderr).toMatch(/^8 written, 1 failed, /m);
      expect(stderr.split('in/0003b.png')).toHaveLength(2);
      expect(stderr).toMatch(new RegExp(`^ {3}in/0003b\\.png: its process .*${signal}.*, twice$`, 'm'));
      expect(pngsIn(join(cwd, 'out'))).toHaveLength(8);
    }),
  );

  it('when it hangs longer than --timeout allows', () =>
    inFolder(async (cwd) => {
      await makeImages(join(cwd, 'in'), 6);
      const { env } = makeHanging(cwd, 'in/wait.png');
      writeList(cwd, [...names(3), 'in/wait.png', ...names(6).slice(3)]);
      const args = ['conv', '--files-from', 'list', '-k', 'edge3x3', '-o', 'out', '--timeout', '2'];
      const { code, stderr } = await cnnviz(args, { cwd, env });
      expect(code).toBe(1);
      expect(stderr).toMatch(/^6 written, 1 failed, /m);
      expect(stderr).toContain('   in/wait.png: took longer than 2 s and was stopped\n');
    }));

  it('when the process is stopped and answers nothing any more', () =>
    inFolder(async (cwd) => {
      await makeImages(join(cwd, 'in'), 4);
      const hanging = makeHanging(cwd, 'in/stop.png');
      writeList(cwd, [...names(4), 'in/stop.png']);
      const args = ['conv', '--files-from', 'list', '-k', 'edge3x3', '-o', 'out', '--timeout', '3', '-j', '1'];
      const { ended } = start(args, cwd, hanging.env);
      process.kill(await hanging.first(), 'SIGSTOP');
      const { code, stderr } = await ended;
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^4 written, 1 failed, /m)]);
    }));

  it('when it is the only one that --resume has left to do', () =>
    inFolder(async (cwd) => {
      await makeImages(join(cwd, 'in'), 3);
      writeList(cwd, [...names(3), 'in/kill.png']);
      const args = ['conv', '--files-from', 'list', '-k', 'edge3x3', '-o', 'out'];
      expect(await cnnviz(args, { cwd })).toMatchObject({ code: 1 });
      const hanging = makeHanging(cwd, 'in/kill.png');
      const { ended } = start([...args, '--resume'], cwd, hanging.env);
      const first = await hanging.first();
      process.kill(first, 'SIGSEGV');
      process.kill(await hanging.next(first), 'SIGSEGV');
      const { code, stderr } = await ended;
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^0 written, 1 failed, 3 done before/m)]);
    }));

  it('in a network, whose weights one process holds', () =>
    inFolder(async (cwd) => {
      await makeImages(join(cwd, 'in'), 6);
      const hanging = makeHanging(cwd, 'in/kill.png');
      writeList(cwd, [...names(3), 'in/kill.png', ...names(6).slice(3)]);
      const args = ['run', 'conv edge3x3 | relu', '--files-from', 'list', '--layers', 'relu', '-o', 'out'];
      const { child, ended } = start(args, cwd, hanging.env);
      const first = await hanging.first();
      expect(childrenOf(child.pid!)).toHaveLength(1);
      process.kill(first, 'SIGSEGV');
      process.kill(await hanging.next(first), 'SIGSEGV');
      const { code, stderr } = await ended;
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^6 written, 1 failed, /m)]);
      expect(pngsIn(join(cwd, 'out'))).toHaveLength(6);
    }));

  it(
    `of ${LONG ? '1,000' : '40'} images the corrupt and the deadly are listed once each, all others are written`,
    () =>
      inFolder(async (cwd) => {
        const [count, corrupt] = LONG ? [999, 10] : [39, 4];
        await makeImages(join(cwd, 'in'), count);
        for (let i = 0; i < corrupt; i++) truncateSync(join(cwd, names(count)[i * 3 + 1]), 700);
        const hanging = makeHanging(cwd, 'in/deadly.png');
        writeList(cwd, [...names(count), 'in/deadly.png']);
        const { ended } = start(
          ['conv', '--files-from', 'list', '-k', 'edge3x3', '-o', 'out', '-j', '2'],
          cwd,
          hanging.env,
        );
        const first = await hanging.first();
        process.kill(first, 'SIGSEGV');
        process.kill(await hanging.next(first), 'SIGSEGV');
        const { code, stderr } = await ended;
        expect(code).toBe(1);
        expect(stderr).toMatch(new RegExp(`^${count - corrupt} written, ${corrupt + 1} failed, `, 'm'));
        const listed = stderr.split('\n').filter((line) => line.startsWith('   in/'));
        expect(listed).toHaveLength(corrupt + 1);
        expect(new Set(listed.map((line) => line.split(':')[0])).size).toBe(corrupt + 1);
        const written = pngsIn(join(cwd, 'out'));
        expect(written).toHaveLength(count - corrupt);
        expect(written.filter((name) => !isWhole(join(cwd, 'out', name)))).toEqual([]);
        expect(leftovers(join(cwd, 'out'))).toEqual([]);
      }),
    600_000,
  );
});

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `in/${String(i).padStart(4, '0')}.png`);
}

function writeList(cwd: string, paths: readonly string[]): void {
  writeFileSync(join(cwd, 'list'), paths.join('\n'));
}
