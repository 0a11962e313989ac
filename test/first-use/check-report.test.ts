import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { cnnviz, IMAGES, inFolder, type Run } from '../cli/cnnviz.js';

const STAGES = ['conv', 'relu', 'max_pool', 'tanh'];
const KINDS = ['difference', 'expected', 'got'];
/** Elements of a page that have no end tag. */
const VOID = new Set(['meta', 'img', 'br', 'hr']);

/** Two images, one with a name that needs escaping, whose baselines were made by another kernel. */
function changed(use: (cwd: string, check: (...args: string[]) => Promise<Run>) => Promise<void>): Promise<void> {
  return inFolder(async (cwd) => {
    copyFileSync(join(IMAGES, 'five.png'), join(cwd, 'five.png'));
    copyFileSync(join(IMAGES, 'bars17.png'), join(cwd, `b&r's 17%.png`));
    const env = { CI: '', GITHUB_ACTIONS: '' };
    const run = (kernel: string, ...more: string[]) => {
      const pipe = `conv ${kernel} | relu | max_pool 2 stride=1 | tanh`;
      return cnnviz(['check', 'five.png', `b&r's 17%.png`, '--pipe', pipe, '--baseline', 'base', ...more], {
        cwd,
        env,
      });
    };
    expect((await run('sobel-x', '--update')).code).toBe(0);
    await use(cwd, (...more) => run('edge3x3', ...more));
  });
}

const filesIn = (folder: string) =>
  (readdirSync(folder, { recursive: true }) as string[])
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();

const pagePictures = (page: string) =>
  [...page.matchAll(/ src="([^"]+)"/g)].map(([, src]) => decodeURIComponent(src.replaceAll('&#39;', "'")));

/** Tags that are not closed, or closed in another order. */
function unbalanced(page: string): string[] {
  const open: string[] = [];
  for (const [, end, name] of page.matchAll(/<(\/?)([a-z]\w*)[^>]*>/g)) {
    if (end === '' && !VOID.has(name)) open.push(name);
    if (end !== '' && open.pop() !== name) return [...open, `/${name}`];
  }
  return open;
}

describe('check --report', () => {
  it('draws the first stage that differs and the output of each image, and lists all stages', () =>
    changed(async (cwd, check) => {
      expect((await check('--report', 'rep')).code).toBe(1);
      const images = [`b&r's 17%.png`, 'five.png'];
      const drawn = images.flatMap((image) =>
        ['conv', 'tanh'].flatMap((stage) => KINDS.map((kind) => `${image}/${stage}.${kind}.png`)),
      );
      expect(filesIn(join(cwd, 'rep'))).toEqual([...drawn, 'index.html'].sort());
      const page = readFileSync(join(cwd, 'rep/index.html'), 'utf8');
      const stages = [...page.matchAll(/<tr><td><code>(\w+)<\/code><\/td><td class="bad">different<\/td>/g)];
      expect(stages.map(([, stage]) => stage)).toEqual([...STAGES, ...STAGES]);
    }));

  it('links its pictures: no data in the page, every link resolves, and each picture has its size', () =>
    changed(async (cwd, check) => {
      await check('--report', 'rep');
      const page = readFileSync(join(cwd, 'rep/index.html'), 'utf8');
      expect(page).not.toMatch(/data:|<script|(?:src|href)="(?:\w+:|\/)/);
      expect(page).toMatch(/<meta name="generator" content="cnnviz [\d.]+">/);
      expect(unbalanced(page)).toEqual([]);
      expect(pagePictures(page)).toHaveLength(12);
      const sides = [...page.matchAll(/ width="(\d+)" height="(\d+)"/g)].map(([, width, height]) => [+width, +height]);
      for (const [i, picture] of pagePictures(page).entries()) {
        const { width, height } = await sharp(join(cwd, 'rep', picture)).metadata();
        // pictures have two pixels a point
        expect([width, height]).toEqual(sides[i].map((side) => 2 * side));
      }
    }));

  it('an image that differs in its output alone has three pictures; the stages before are told as identical', () =>
    changed(async (cwd, check) => {
      await check('--update');
      const path = join(cwd, 'base/five.png/tanh.npy');
      const bytes = readFileSync(path);
      bytes[bytes.length - 1] ^= 0x80;
      writeFileSync(path, bytes);
      expect((await check('--report', 'rep')).code).toBe(1);
      const page = readFileSync(join(cwd, 'rep/index.html'), 'utf8');
      expect(pagePictures(page)).toEqual(['expected', 'got', 'difference'].map((kind) => `five.png/tanh.${kind}.png`));
      expect(page.match(/<td class="good">identical<\/td>/g)).toHaveLength(3);
    }));

  it('takes away the pictures of the page it replaces, and nothing else', () =>
    changed(async (cwd, check) => {
      await check('--report', 'rep');
      copyFileSync(join(IMAGES, 'plane.png'), join(cwd, 'rep/five.png/mine.png'));
      // a file of ours by its place, not by its content
      copyFileSync(join(IMAGES, 'plane.png'), join(cwd, 'rep/five.png/tanh.got.png'));
      writeFileSync(join(cwd, 'rep/notes.txt'), 'mine');
      await check('--update');
      expect((await check('--report', 'rep')).code).toBe(0);
      expect(filesIn(join(cwd, 'rep'))).toEqual([
        'five.png/mine.png',
        'five.png/tanh.got.png',
        'index.html',
        'notes.txt',
      ]);
      expect(existsSync(join(cwd, `rep/b&r's 17%.png`))).toBe(false);
    }));
});
