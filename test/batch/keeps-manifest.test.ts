import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';

const MANIFEST = 'maps/cnnviz-manifest.jsonl';

it.each<[string, string[], boolean]>([
  ['two images of a folder', ['photos'], true],
  ['a folder of one image', ['single'], false],
  ['two images, each named', ['photos/five.png', 'photos/bars17.png'], false],
  ['one image', ['photos/five.png'], false],
  ['one image, to be resumed', ['photos/five.png', '--resume'], true],
  ['one of two shards', ['photos', '--shard', '1/2'], false],
])('what is left undone is written down for %s: %j, %s', async (_, args, isKept) => {
  await inFolder(async (cwd) => {
    for (const folder of ['photos', 'single']) mkdirSync(join(cwd, folder));
    for (const name of ['five.png', 'bars17.png']) copyFileSync(IMAGES + name, join(cwd, 'photos', name));
    copyFileSync(`${IMAGES}five.png`, join(cwd, 'single/five.png'));
    const { code } = await cnnviz(['conv', ...args, '-k', 'edge3x3', '-o', 'maps/'], { cwd });
    expect(code).toBe(0);
    expect(existsSync(join(cwd, MANIFEST))).toBe(isKept);
  });
});
