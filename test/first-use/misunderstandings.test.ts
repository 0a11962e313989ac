import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nearestName } from '../../src/core/names.js';
import { kernelName } from '../../src/models/kernel-names.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';

/** A command line as a shell takes it apart. */
function words(line: string): string[] {
  return line.match(/"[^"]*"|\S+/g)!.map((word) => word.replaceAll('"', ''));
}

/** Runs a line in a folder with five.png; what it says, and the pictures it leaves. */
async function typed(line: string, name = 'five.png') {
  return inFolder(async (cwd) => {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    copyFileSync(join(IMAGES, 'five.png'), join(cwd, name));
    const first = await cnnviz(words(line).slice(1), { cwd });
    const fix = /fix: (?:did you mean )?(cnnviz .*?)\??\n/.exec(first.stderr)?.[1] ?? null;
    const left = readdirSync(cwd, { recursive: true }).length;
    const then = fix === null ? null : await cnnviz(words(fix.replace(/, and .*/, '')).slice(1), { cwd });
    return { ...first, fix, left, then };
  });
}

describe('a command line whose words stand in the wrong place', () => {
  it.each([
    ['cnnviz conv five.png edge3x3', 'cnnviz conv five.png --kernel edge3x3'],
    ['cnnviz conv EDGE five.png', 'cnnviz conv --kernel edge3x3 five.png'],
    ['cnnviz conv five.png -k edge3x3 sobel-x', 'cnnviz conv five.png -k edge3x3 --kernel sobel-x'],
    ['cnnviz conv five.png -k edge3x3 Stride=2', 'cnnviz conv five.png -k edge3x3 --stride 2'],
    ['cnnviz conv five.png -k edge3x3 --stride 2 2', 'cnnviz conv five.png -k edge3x3 --stride 2,2'],
    ['cnnviz sweep five.png sobel-y', 'cnnviz sweep five.png --kernel sobel-y'],
    ['cnnviz sweep five.png -k edge3x3 --stride 1 2 3', 'cnnviz sweep five.png -k edge3x3 --stride 1,2,3'],
    ['cnnviz explain five.png sobel --at 1,1', 'cnnviz explain five.png --kernel sobel-x --at 1,1'],
    ['cnnviz Five.png --relu', 'cnnviz five.png --relu'],
    ['cnnviz demo pictures', 'cnnviz demo -o pictures'],
  ])('%s is refused before anything is written, and what is printed works', async (line, fix) => {
    const run = await typed(line);
    expect([run.code, run.stdout, run.fix, run.left]).toEqual([2, '', fix, 1]);
    expect([run.then?.code, run.then?.stderr.includes('fix:')]).toEqual([0, false]);
  });

  it('a path with spaces and umlauts is quoted in what is printed', async () => {
    const run = await typed('cnnviz "Mäx Müller/käse bild.png"', 'Mäx Müller/Käse bild.png');
    expect(run.fix).toBe('cnnviz "Mäx Müller/Käse bild.png"');
    expect(run.then?.code).toBe(0);
  });

  it('a kernel behind a picture is the kernel, and a file of its name stays a file', () =>
    inFolder(async (cwd) => {
      copyFileSync(join(IMAGES, 'five.png'), join(cwd, 'five.png'));
      const { code, stdout } = await cnnviz(['five.png', 'sobel'], { cwd });
      expect([code, stdout.split('\n')[0]]).toEqual([0, 'cnnviz conv five.png --kernel sobel --strip']);
      copyFileSync(join(IMAGES, 'five.png'), join(cwd, 'edge'));
      const both = await cnnviz(['conv', 'five.png', 'edge', '-k', 'box3'], { cwd });
      expect(both.code).toBe(0);
    }));

  it('a word that is nothing known fails alone, as a file that is missing does', async () => {
    const { code, stderr, left } = await typed('cnnviz conv five.png -k edge3x3 zzz');
    expect([code, left]).toEqual([1, 2]);
    expect(stderr).toContain('zzz: no such file');
  });

  it('--help behind a picture is the help of conv', async () => {
    const { code, stdout } = await typed('cnnviz five.png --help');
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'Examples:']);
  });
});

describe('a flag under another name', () => {
  it.each([
    ['cnnviz conv five.png -k edge3x3 --pad 1', '--padding'],
    ['cnnviz conv five.png -k edge3x3 --grayscale', '--gray'],
    ['cnnviz conv five.png -k edge3x3 --pooling max:2', '--pool'],
    ['cnnviz conv five.png --filter edge3x3', '--kernel'],
    ['cnnviz conv five.png -k edge3x3 -s 2', '--stride'],
    ['cnnviz conv five.png -k edge3x3 --pool 2', '--pool max:2'],
    ['cnnviz conv five.png -k edge3x3 --pool 2x2', '--pool max:2x2'],
    ['cnnviz conv five.png -k edge3x3 --pool mean:3', '--pool avg:3'],
    ['cnnviz -v', '--version'],
    ['cnnviz version', '--version'],
  ])('%s is told the one that is meant', async (line, meant) => {
    const { code, stderr } = await typed(line);
    expect([code, stderr.split('\n')[1]]).toEqual([2, `  fix: did you mean ${meant}?`]);
  });

  it.each(['conv', 'sweep'])('%s --preset says what makes an array of a preset', (name) =>
    inFolder(async (cwd) => {
      copyFileSync(join(IMAGES, 'five.png'), join(cwd, 'five.png'));
      const refused = await cnnviz([name, 'five.png', '-k', 'edge3x3', '--preset', 'imagenet'], { cwd });
      expect(refused.stderr.split('\n')[1]).toBe(
        '  fix: cnnviz preprocess five.png --preset imagenet -o prepared.npy, and prepared.npy instead of five.png',
      );
    }),
  );

  it('the array that is made so is read by conv', async () => {
    const { then } = await typed('cnnviz conv five.png -k edge3x3 --preset imagenet');
    expect(then?.code).toBe(0);
  });
});

describe('names that are nearly right', () => {
  it('a beginning means the name that the others go on from', () => {
    expect(nearestName('--pad', ['--padding-mode', '--padding'])).toBe('--padding');
    expect(nearestName('--lay', ['--layout', '--layers'])).toBe(null);
  });

  it('a kernel is met with a slip and without its size', () => {
    expect(() => kernelName('gausian')).toThrow(
      expect.objectContaining({ fix: expect.stringMatching(/^did you mean gaussian3 or gaussian5\?/) }),
    );
  });

  it('another size of a family is not the one that is built in', async () => {
    for (const name of ['resnet26', 'vgg14', 'squeezenet1_2']) {
      const { code, stderr } = await typed(`cnnviz run ${name} five.png`);
      expect([code, stderr.split('\n')[1]]).toEqual([2, expect.stringMatching(/^ {2}fix: built in: digits, lenet5/)]);
    }
    const { stderr } = await typed('cnnviz run resent18 five.png');
    expect(stderr).toContain('did you mean resnet18?');
  });
});
