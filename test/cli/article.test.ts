import { execFile, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BIN, cnnviz, IMAGES, inFolder, NODE, type Run } from './cnnviz.js';

const SCRIPT = fileURLToPath(new URL('../../fixtures/make/article.mjs', import.meta.url));
/** A guard against hanging: other tests run at the same time. */
const MINUTES = 60_000;

describe('the whole article', () => {
  let folder = '';
  let run: Run;
  let readme = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cnnviz-article-'));
    run = await cnnviz(['article', '-o', 'out'], { cwd: folder });
    readme = readFileSync(join(folder, 'out/README.md'), 'utf8');
  }, 5 * MINUTES);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is made, every claim holds, and it says where the page is', () => {
    // a log gets a line of progress every few seconds
    expect(run.stderr.replace(/^ *\d+\/31 .*\n/gm, '')).toBe('');
    expect(run.stdout).toMatch(
      /^31 rows, \d+ pictures; (\d+) of \1 claims hold, (\d+) of \2 findings about the photograph\n/,
    );
    expect(run.stdout).toContain('wrote out/index.html');
    expect(run.code).toBe(0);
  });

  it('has the pictures that are stored: pixel for pixel, drawings mark for mark', async () => {
    // another test of this process may have kept sharp from SVG
    const env = { ...process.env, VIPS_BLOCK_UNTRUSTED: undefined };
    const check = promisify(execFile)(process.execPath, [SCRIPT, '--check', join(folder, 'out')], { env });
    const { stdout } = await check.catch((error: { stdout: string }) => error);
    expect(stdout).toMatch(/^\d+ pictures, 0 differ\n$/);
  });

  it('states its laws with their figures', () => {
    for (const text of [
      '| 17 px, k = 3: stride 2 costs less by | 3.52 | 3.52 (2,025 / 576 MACs, 15×15 → 8×8) | holds |',
      '| 224 px, k = 3: stride 3 costs less by | 9.00 |',
      '| 5 px, k = 3: stride 2 costs less by | 2.25 |',
      'x = 5: 31 ≠ 33',
      '| alexnet in all | 61,100,840 · 714,188,480 | 61,100,840 · 714,188,480 | holds |',
      '| alexnet-2012 in all | 60,965,224 · 724,406,816 | 60,965,224 · 724,406,816 | holds |',
      '| g ⋆ f = rot180(f ⋆ g) | 88 of 88 values the same | 88 of 88 values the same | holds |',
      '| conv 3×3 ▸ ReLU ▸ conv 3×3 is not | values differ |',
    ]) {
      expect(readme.replace(/ {2,}/g, ' ')).toContain(text);
    }
    expect(readme).not.toMatch(/BROKEN|not here|Not made/);
  });

  it('has a page that shows each picture it names, and names no folder of this machine', () => {
    const page = readFileSync(join(folder, 'out/index.html'), 'utf8');
    const shown = [...page.matchAll(/<img src="([^"]+)" alt="([^"]+)"/g)];
    expect(shown.length).toBeGreaterThan(30);
    for (const [, file, alt] of shown) {
      expect(existsSync(join(folder, 'out', file)), file).toBe(true);
      expect(alt.length, file).toBeGreaterThan(20);
    }
    for (const text of [page, readme]) expect(text).not.toMatch(/\/tmp|\/home|\/root|cnnviz-article-/);
  });

  it(
    'prints commands that make the same pictures when they are typed in its folder',
    async () => {
      const out = join(folder, 'out');
      const bin = join(folder, 'bin');
      mkdirSync(bin);
      writeFileSync(join(bin, 'cnnviz'), `#!/bin/sh\nexec "${NODE}" "${BIN}" "$@"\n`);
      chmodSync(join(bin, 'cnnviz'), 0o755);
      const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, NO_COLOR: '1' };
      const commands = [...readme.matchAll(/^\$ (cnnviz .*)$/gm)].map(([, command]) => command);
      for (const picture of [
        'F1.svg',
        'Q1.svg',
        'Q4.svg',
        'F2.gif',
        'F3.map.png',
        'F5.svg',
        'F6.stride-2.svg',
        'F11.svg',
        'T1.svg',
      ]) {
        const path = join(out, picture);
        const before = readFileSync(path);
        rmSync(path);
        const command = commands.find((one) => one.endsWith(` -o ${picture}`));
        await promisify(execFile)('/bin/sh', ['-c', command!], { cwd: out, env });
        expect(readFileSync(path).equals(before), picture).toBe(true);
      }
      const drawn = commands.find((one) => one.endsWith(' --only F9 -o F9'))!;
      await promisify(execFile)('/bin/sh', ['-c', drawn], { cwd: out, env });
      expect(readFileSync(join(out, 'F9/F9.svg')).equals(readFileSync(join(out, 'F9.svg')))).toBe(true);
    },
    3 * MINUTES,
  );
});

describe('article', () => {
  it(
    'takes a photograph of one’s own, and what it does not show is no failure',
    () =>
      inFolder(async (folder) => {
        const { code, stdout } = await cnnviz(
          ['article', '--image', join(IMAGES, 'brick.png'), '--only', 'f5,F7', '--json'],
          { cwd: folder },
        );
        const { page, count, photo, sections } = JSON.parse(stdout);
        expect(code).toBe(0);
        expect(page).toBe('cnnviz-article/index.html');
        expect(count).toMatchObject({ rows: 2, failed: 0, laws: { broken: 0 } });
        expect(count.findings.missed).toBeGreaterThan(0);
        expect(photo).toMatchObject({ file: 'photo.png', width: 512, height: 512, own: { name: 'brick.png' } });
        expect(sections.flatMap(({ rows }: { rows: { id: string }[] }) => rows.map(({ id }) => id))).toEqual([
          'F5',
          'F7',
        ]);
        const text = readFileSync(join(folder, 'cnnviz-article/README.md'), 'utf8');
        expect(text).toContain('findings do not hold for this photograph');
        expect(text).toContain('piece 2, 70×70 at (178, 354)');
      }),
    2 * MINUTES,
  );

  it('says which images are too small or too plain', () =>
    inFolder(async (folder) => {
      const sharp = (await import('sharp')).default;
      const create = (width: number, height: number) =>
        sharp({ create: { width, height, channels: 3, background: '#c02030' } })
          .png()
          .toBuffer();
      writeFileSync(join(folder, 'one.png'), await create(1, 1));
      writeFileSync(join(folder, 'plain.png'), await create(64, 64));
      const small = await cnnviz(['article', '--image', 'one.png'], { cwd: folder });
      expect(small.stderr).toContain('cnnviz: one.png: 1×1: the article cuts pieces out of the photograph');
      const plain = await cnnviz(['article', '--image', 'plain.png'], { cwd: folder });
      expect(plain.stderr).toContain('cnnviz: plain.png: nearly one colour: fewer than three pieces of it stand out');
      expect([small.code, plain.code]).toEqual([2, 2]);
      expect(readdirSync(folder).sort()).toEqual(['one.png', 'plain.png']);
    }));

  it('never replaces the photograph it was given', () =>
    inFolder(async (folder) => {
      copyFileSync(join(IMAGES, 'chelsea.png'), join(folder, 'photo.png'));
      const { code, stderr } = await cnnviz(['article', '--image', 'photo.png', '-o', '.'], { cwd: folder });
      expect(code).toBe(2);
      expect(stderr).toContain("photo.png: would be replaced by the article's own copy");
      expect(readFileSync(join(folder, 'photo.png')).equals(readFileSync(join(IMAGES, 'chelsea.png')))).toBe(true);
    }));

  it('is in Chinese where it is asked for, over a page in English; the document stays English', () =>
    inFolder(async (folder) => {
      const make = (...args: string[]) =>
        cnnviz(['article', '-o', 'out', '--only', 'Q2,F3', '--json', ...args], { cwd: folder });
      const english = await make();
      const page = () => readFileSync(join(folder, 'out/index.html'), 'utf8');
      expect(page()).toContain('<html lang="en">');
      const chinese = await make('--lang', 'zh');
      expect([english.code, chinese.code, chinese.stderr]).toEqual([0, 0, '']);
      expect(chinese.stdout).toBe(english.stdout);
      expect(page()).toContain('<html lang="zh-Hans">');
      expect(page()).toContain('卷积满足交换律');
      expect(readFileSync(join(folder, 'out/README.md'), 'utf8')).toContain(
        '$ cnnviz article --only Q2 --lang zh -o Q2',
      );
      expect((await make()).code).toBe(0);
      expect(page()).toContain('<html lang="en">');
      const other = await make('--lang', 'fr');
      expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('en, zh')]);
    }));

  it('refuses rows it does not have', async () => {
    const { code, stderr } = await cnnviz(['article', '--only', 'F5,F77']);
    expect(code).toBe(2);
    expect(stderr).toContain('--only F77: the article has no such row');
    expect(stderr).toContain('did you mean F7?');
  });

  it('exits with 1 when a figure cannot be made, and makes the others', () =>
    inFolder(async (folder) => {
      mkdirSync(join(folder, 'out/F3.svg'), { recursive: true });
      const { code, stdout } = await cnnviz(['article', '-o', 'out', '--only', 'F3,Q2'], { cwd: folder });
      expect(code).toBe(1);
      expect(stdout).toMatch(/^F3 not made: cnnviz conv five\.png .* -o F3\.svg left no F3\.svg that can be read/);
      expect(stdout).toContain('2 rows, 0 pictures; 3 of 3 claims hold, 1 row not made');
      expect(readFileSync(join(folder, 'out/index.html'), 'utf8')).toContain('Not made: cnnviz conv five.png');
    }));

  it('says nothing with -q', () =>
    inFolder(async (folder) => {
      const { code, stdout, stderr } = await cnnviz(['article', '-o', 'out', '--only', 'Q2', '-q'], { cwd: folder });
      expect([code, stdout, stderr]).toEqual([0, '', '']);
    }));

  it.runIf(process.platform === 'linux')(
    'takes its children with it when it is interrupted',
    () =>
      inFolder(async (folder) => {
        const child = spawn(NODE, [BIN, 'article', '-o', 'out'], { cwd: folder, stdio: 'ignore' });
        const ended = new Promise<NodeJS.Signals | null>((resolve) =>
          child.on('close', (_, signal) => resolve(signal)),
        );
        const out = join(folder, 'out');
        while (processesIn(out).length < 2) await pause();
        child.kill('SIGINT');
        expect(await ended).toBe('SIGINT');
        while (processesIn(out).length > 0) await pause();
        expect(existsSync(join(out, 'index.html'))).toBe(false);
        expect(readdirSync(out).filter((name) => name.endsWith('.tmp'))).toEqual([]);
      }),
    2 * MINUTES,
  );
});

/** Ids of the processes that work in a folder. */
function processesIn(folder: string): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readlinkSync(`/proc/${name}/cwd`) === folder;
    } catch {
      return false; // it has ended, or is somebody else's
    }
  });
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 30));
}
