import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readNote } from '../../../src/io/encode.js';
import { cnnviz, IMAGES, inFolder } from '../../cli/cnnviz.js';

/** Runs a command in a folder that holds the images it names. */
function inImages<T>(use: (cwd: string, run: (...args: string[]) => ReturnType<typeof cnnviz>) => Promise<T>) {
  return inFolder(async (cwd) => {
    for (const name of ['five.png', 'chelsea.png']) copyFileSync(join(IMAGES, name), join(cwd, name));
    return use(cwd, (...args) => cnnviz(args, { cwd }));
  });
}

async function pixels(path: string) {
  const { data, info } = await sharp(path, { animated: true }).raw().toBuffer({ resolveWithObject: true });
  const { delay } = await sharp(path, { animated: true }).metadata();
  // a comparison of millions of numbers by name would take minutes
  const sha256 = createHash('sha256').update(data).digest('hex');
  return { size: [info.width, info.height, info.channels], delay, sha256 };
}

const argsIn = async (path: string): Promise<string[]> => JSON.parse((await readNote(readFileSync(path)))!).args;

describe('the recipe in a picture gives the same pixels again', () => {
  it.each<[string, string[], string, string]>([
    [
      'the second of two kernels of different sizes',
      ['explain', 'five.png', '-k', 'edge3x3', '-k', 'box5', '--channel', '1'],
      'a.png',
      'explain five.png --kernel edge3x3 --kernel box5 --channel 1 --at 0,0',
    ],
    [
      'a unit of a vector',
      ['explain', 'lenet5', '--init', 'seed:1', 'five.png', '--layer', 'fc1', '--channel', '2'],
      'a.png',
      'explain lenet5 --init seed:1 five.png --layer fc1 --channel 2',
    ],
    [
      'one item, one channel, at most a second',
      ['animate', 'conv edge3x3 | relu', 'five.png', '--gray', '--seconds', '1', '--layer', 'relu'],
      'a.gif',
      'animate conv edge3x3 | relu five.png --layer relu --preset none --gray --seconds 1',
    ],
    [
      'a WebP of a channel',
      ['animate', 'five.png', '-k', 'edge3x3,emboss', '--channel', '1', '--pixels', 'signed', '--seconds', '2'],
      'a.webp',
      'animate five.png --kernel edge3x3 --kernel emboss --pixels signed --channel 1 --seconds 2',
    ],
    [
      'a field through two kernels, the second',
      ['field', 'five.png', '-k', 'edge3x3', '-k', 'box5', '--channel', '1', '--pixel', '2,2'],
      'a.png',
      'field five.png --kernel edge3x3 --kernel box5 --channel 1 --at 0,0 --pixel 2,2',
    ],
    [
      'the piece that is seen, of a cropped input',
      ['field', 'conv edge3x3 | max_pool 2', 'chelsea.png', '--centre-crop', '40', '--at', '3,4', '--crop'],
      'a.png',
      'field conv edge3x3 | max_pool 2 chelsea.png --layer max_pool --preset none --centre-crop 40,40 --at 3,4 --crop',
    ],
  ])('%s', async (_, args, out, recipe) =>
    inImages(async (cwd, run) => {
      expect(await run(...args, '-o', out)).toMatchObject({ code: 0 });
      const again = await argsIn(join(cwd, out));
      expect(again.join(' ')).toBe(recipe);
      const second = out.replace('a.', 'b.');
      expect(await run(...again, '-o', second)).toMatchObject({ code: 0 });
      expect(await pixels(join(cwd, second))).toEqual(await pixels(join(cwd, out)));
      expect(await argsIn(join(cwd, second))).toEqual(again);
    }),
  );
});

describe('what -o, --json, -q and --alt mean', () => {
  it('a folder holds the frames of an animation; each carries the recipe; the lines name the first and the last', () =>
    inImages(async (cwd, run) => {
      const { stdout } = await run('animate', 'five.png', '-k', 'edge3x3', '-o', 'frames');
      expect(stdout).toContain('wrote frames/frame-1.png … frames/frame-9.png\n');
      expect(readdirSync(join(cwd, 'frames'))).toHaveLength(9);
      const args = ['animate', 'five.png', '--kernel', 'edge3x3'];
      expect(await argsIn(join(cwd, 'frames/frame-9.png'))).toEqual(args);
      const again = await run('animate', 'five.png', '-k', 'edge3x3', '-o', 'frames', '--no-clobber');
      expect(again).toMatchObject({ code: 2, stdout: '' });
      expect(again.stderr).toContain('exists already');
    }));

  it('a folder takes a picture under its usual name, a template is filled in', () =>
    inImages(async (cwd, run) => {
      const layer = ['five.png', '-k', 'edge3x3', '--at', '1,1'];
      expect(await run('explain', ...layer, '-o', 'out/')).toMatchObject({ code: 0 });
      expect(await run('field', ...layer, '-o', '{name}-{map}.png')).toMatchObject({ code: 0 });
      expect(existsSync(join(cwd, 'out/five.explain.png'))).toBe(true);
      expect(existsSync(join(cwd, 'five-field.png'))).toBe(true);
    }));

  it.each([
    ['explain', '.png or .svg'],
    ['field', '.png or .svg'],
    ['animate', '.gif or .webp'],
  ])('%s: another ending is refused before the image is read', async (command, endings) =>
    inFolder(async (cwd) => {
      const { code, stderr } = await cnnviz([command, 'missing.png', '-k', 'edge3x3', '-o', 'x.pdf'], { cwd });
      expect(code).toBe(2);
      expect(stderr).toContain(
        `x.pdf: the ${command === 'animate' ? 'animation' : 'picture'} is written as ${endings}`,
      );
    }),
  );

  it.each<[string, string[]]>([
    ['explain', ['--at', '1,1']],
    ['field', []],
    ['animate', []],
  ])('%s --json: one document, no file, no lines for people; -q: nothing', async (command, own) =>
    inImages(async (cwd, run) => {
      const args = [command, 'five.png', '-k', 'edge3x3', '--gray', ...own];
      const { stdout, stderr } = await run(...args, '--json');
      expect(JSON.parse(stdout)).toMatchObject({ command, outputs: [] });
      expect(stderr).toBe('');
      expect(await run(...args, '-q')).toMatchObject({ code: 0, stdout: '', stderr: '' });
      const out = command === 'animate' ? 'x.gif' : 'x.png';
      expect(JSON.parse((await run(...args, '--json', '-o', out)).stdout).outputs).toEqual([out]);
      expect(existsSync(join(cwd, out))).toBe(true);
    }),
  );

  it('rows of numbers in the document of field stand on a line each', () =>
    inImages(async (_, run) => {
      const { stdout } = await run('field', 'five.png', '-k', 'edge3x3', '--json');
      expect(stdout).toContain('\n    [1,2,3,2,1],\n    [2,4,6,4,2],\n');
    }));

  it('--alt describes an animation, --show its last picture', () =>
    inImages(async (_, run) => {
      const args = ['animate', 'five.png', '-k', 'edge3x3', '--gray'];
      const { stdout } = await run(...args, '--alt');
      expect(stdout.trimEnd().split('\n').at(-1)).toMatch(
        /^Animation in 9 steps of the windows that slide to the layer conv of edge3x3 for the 5×5 image five\.png, .*; conv \(.*\) fills a map of 3×3 values, from −1\.41 to 0\.667\.$/,
      );
      expect((await run(...args, '--show=blocks')).stdout).toContain('▀');
    }));

  it('--terminal writes a file only where one is named', () =>
    inImages(async (cwd, run) => {
      const args = ['animate', 'five.png', '-k', 'edge3x3', '--terminal'];
      await run(...args);
      expect(readdirSync(cwd).filter((name) => name.endsWith('.gif'))).toEqual([]);
      const { stdout } = await run(...args, '-o', 'x.gif');
      expect(stdout.match(/^step \d of 9$/gm)).toHaveLength(9);
      expect(existsSync(join(cwd, 'x.gif'))).toBe(true);
    }));
});
