import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';

const HOOK = fileURLToPath(new URL('./loaded-modules.cjs', import.meta.url));

/** What a command loads: our own code in letters, and the packages. */
async function loadedBy(args: string[]): Promise<{ letters: number; packages: string[] }> {
  return inFolder(async (cwd) => {
    const list = join(cwd, 'loaded.json');
    const { code, stderr } = await cnnviz(args, {
      cwd,
      env: { NODE_OPTIONS: `--require ${HOOK}`, CNNVIZ_LOADED: list },
    });
    expect([code, stderr]).toEqual([0, '']);
    const loaded = Object.entries<number>(JSON.parse(readFileSync(list, 'utf8')));
    const own = loaded.filter(([path]) => /[\\/]dist[\\/]cli[\\/]/.test(path));
    const packages = loaded.flatMap(
      ([path]) => /[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(path)?.[1] ?? [],
    );
    return { letters: own.reduce((sum, [, letters]) => sum + letters, 0), packages: [...new Set(packages)] };
  });
}

describe('a command loads what it needs', () => {
  it.each([
    [['--help'], 75_000],
    [['--version'], 75_000],
    [['conv', '--help'], 162_000],
    [['head', 'train', '--help'], 174_000],
  ] as const)('%j: the list of all commands, or the words of one; no package', async (args, most) => {
    const { letters, packages } = await loadedBy([...args]);
    expect(packages).toEqual([]);
    expect(letters).toBeLessThan(most);
  });

  const DIGIT = fileURLToPath(new URL('../../fixtures/images/digits/7.png', import.meta.url));
  const OTHERS = /^(?:zod|yaml|gifenc|tinyglobby|cli-progress|chalk)$/;

  it.each([
    [['run', 'digits', DIGIT, '-q']],
    [['summary', 'resnet18', '-q']],
    [['explain', 'digits', DIGIT, '--layer', 'conv1', '--at', '3,3', '-q']],
  ])('%j: nothing that reads other files than are named', async (args) => {
    expect((await loadedBy(args)).packages.filter((name) => OTHERS.test(name))).toEqual([]);
  });

  it('conv of an image: no network, no reader of YAML, no GIF', async () => {
    const { letters, packages } = await loadedBy(['conv', join(IMAGES, 'five.png'), '-k', 'edge3x3', '-q']);
    expect(packages.filter((name) => OTHERS.test(name))).toEqual([]);
    expect(letters).toBeLessThan(819_000);
  });
});
