import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readFault } from '../../src/io/files.js';
import { BIN, cnnviz, IMAGES, inFolder, NODE } from '../cli/cnnviz.js';

const FOREIGN = 'exists already, and cnnviz did not write it';

describe('an article', () => {
  it.each([
    ['a picture', 'F3.map.png', `${IMAGES}five.png`],
    ['a drawing', 'F1.svg', fileURLToPath(import.meta.url)],
  ])('does not replace %s named like a figure', (_, name, source) =>
    inFolder(async (cwd) => {
      copyFileSync(source, join(cwd, name));
      const run = await cnnviz(['article', '--only', name.slice(0, 2), '-o', '.'], { cwd });
      expect(run.code).toBe(2);
      expect(run.stderr).toContain(`${name}: ${FOREIGN}`);
      expect(readFileSync(join(cwd, name))).toEqual(readFileSync(source));
      expect(readdirSync(cwd)).toEqual([name]);
    }),
  );

  it('replaces its own figures, even where it was stopped before its page', () =>
    inFolder(async (cwd) => {
      const args = ['article', '--only', 'F1', '-o', '.'];
      expect(await cnnviz(args, { cwd })).toMatchObject({ code: 0, stderr: '' });
      for (const page of ['index.html', 'README.md']) rmSync(join(cwd, page));
      expect(await cnnviz(args, { cwd })).toMatchObject({ code: 0, stderr: '' });
    }));
});

describe('"-" is standard output for the result alone', () => {
  const CHECK = ['check', '--pipe', 'relu', `${IMAGES}five.png`, '--baseline', 'base'];
  it.each([
    [[...CHECK, '--junit', '-'], '--junit junit.xml'],
    [[...CHECK, '--report', '-'], '--report report/'],
    [['head', 'train', 'img', '--features', 'lenet5', '--curve', '-'], '--curve curve.png'],
    [['head', 'train', 'img', '--features', 'lenet5', '--cache', '-'], '--cache my.features'],
  ])('%j', (args, fix) =>
    inFolder(async (cwd) => {
      const { code, stderr } = await cnnviz([...args], { cwd });
      expect(code).toBe(2);
      expect(stderr).toMatch(/: expected a name, not standard output\n/);
      expect(stderr).toContain(`fix: ${fix}\n`);
      expect(readdirSync(cwd)).toEqual([]);
    }),
  );
});

describe('what stands where a folder, an image or a list is expected is said', () => {
  it.skipIf(process.platform === 'win32')('for check, head eval and batch merge', () =>
    inFolder(async (cwd) => {
      execFileSync('mkfifo', ['fifo'], { cwd });
      writeFileSync(join(cwd, 'a.txt'), '');
      for (const [args, what] of [
        [['check', 'fifo'], 'fifo: a FIFO (a named pipe), neither an image nor a file of cases'],
        [['head', 'eval', 'my.head', 'fifo'], 'fifo: a FIFO (a named pipe), not a folder with a sub-folder for each'],
        [['head', 'eval', 'my.head', 'a.txt'], 'a.txt: a file, not a folder with a sub-folder for each class'],
        [['batch', 'merge', 'fifo'], 'fifo: not a folder'],
      ] as const) {
        const { code, stderr } = await cnnviz([...args], { cwd });
        expect([1, 2]).toContain(code);
        expect(stderr).toContain(`cnnviz: ${what}`);
      }
    }),
  );
});

it('of many names that are missing, the first hundred are looked for: each look reads the whole folder', () =>
  inFolder(async (cwd) => {
    mkdirSync(join(cwd, 'img'));
    writeFileSync(join(cwd, 'img', 'cat.png'), '');
    const missing = Object.assign(new Error(), { code: 'ENOENT' });
    const helped: boolean[] = [];
    for (let i = 0; i < 150; i++) {
      const fault = (await readFault(join(cwd, 'img', 'cta.png'), missing)) as { fix: string };
      helped.push(fault.fix.startsWith('did you mean'));
    }
    expect(helped).toEqual(Array.from({ length: 150 }, (_, i) => i < 100));
  }));

it.skipIf(process.platform !== 'linux')(
  'a full disk behind standard output is not said to be the one of the working folder',
  () =>
    inFolder(async (cwd) => {
      const run = spawnSync('bash', ['-c', '"$0" "$1" kernels > /dev/full', NODE, BIN], { cwd, encoding: 'utf8' });
      expect(run).toMatchObject({ status: 3, stderr: 'cnnviz: standard output: cannot be written: no space left\n' });
    }),
);

it('a number of very many digits is not called null', () =>
  inFolder(async (cwd) => {
    writeFileSync(join(cwd, 'net.yaml'), `layers:\n  - conv out_channels=${'9'.repeat(1000)} kernel_size=3\n`);
    const { code, stderr } = await cnnviz(['summary', 'net.yaml'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('out_channels: expected a whole number from 1, got Infinity');
  }));
