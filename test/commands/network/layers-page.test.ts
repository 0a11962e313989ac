import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cnnviz, IMAGES, inFolder } from '../../cli/cnnviz.js';

const LAYERS = 14;
const DEEP = ['conv edge3x3 padding=1', ...new Array<string>(LAYERS - 1).fill('relu')].join(' | ');

/** What pages link to as pictures, in their order. */
function picturesOf(page: string): string[] {
  return [...page.matchAll(/<img [^>]*src="([^"]+)"/g)].map(([, src]) => decodeURIComponent(src));
}

describe('run --layers all', () => {
  it('writes a page of all layers; files of many sort as the network runs', () =>
    inFolder(async (cwd) => {
      const { code } = await cnnviz(['run', DEEP, join(IMAGES, 'five.png'), '--layers', 'all', '-o', 'out/'], { cwd });
      expect(code).toBe(0);
      const files = readdirSync(join(cwd, 'out')).filter((name) => name.endsWith('.png'));
      expect(files).toHaveLength(LAYERS);
      expect(files[0]).toBe('five.001.conv.png');
      const page = readFileSync(join(cwd, 'out/index.html'), 'utf8');
      expect(picturesOf(page)).toEqual([...files].sort());
      expect(page).toContain("default-src 'none'");
      expect(page).not.toMatch(/<script|https?:\/\//);
    }));

  it('a name with markup stays text on the page', () =>
    inFolder(async (cwd) => {
      cpSync(join(IMAGES, 'five.png'), join(cwd, '<b onclick=x>.png'));
      await cnnviz(['run', DEEP, '<b onclick=x>.png', '--layers', 'all', '-o', 'out/'], { cwd });
      const page = readFileSync(join(cwd, 'out/index.html'), 'utf8');
      expect(page).toContain('&lt;b onclick=x&gt;.png');
      expect(page).not.toContain('<b onclick');
    }));

  it('does not replace a page that is not its own, and writes nothing then', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'index.html'), 'mine');
      const args = ['run', DEEP, join(IMAGES, 'five.png'), '--layers', 'all', '-o', './'];
      const { code, stderr } = await cnnviz(args, { cwd });
      expect(code).toBe(2);
      expect(stderr).toContain('index.html: exists already, and cnnviz did not write it');
      expect(readFileSync(join(cwd, 'index.html'), 'utf8')).toBe('mine');
      expect(readdirSync(cwd)).toEqual(['index.html']);
    }));

  it('{index} in a template is the place of a layer in the network', () =>
    inFolder(async (cwd) => {
      const template = 'out/{index}-{layer}.png';
      await cnnviz(['run', DEEP, join(IMAGES, 'five.png'), '--layers', 'relu,conv', '-o', template], { cwd });
      expect(readdirSync(join(cwd, 'out')).sort()).toEqual(['001-conv.png', '002-relu.png']);
      expect(existsSync(join(cwd, 'out/index.html'))).toBe(false);
    }));
});

it('channels that never fire are told by their numbers, behind activations alone', async () => {
  const args = ['run', 'digits', join(IMAGES, 'digits/7.png'), '--layers', 'conv2,relu2', '--json'];
  const { results } = JSON.parse((await cnnviz(args)).stdout) as {
    results: { layers: { name: string; deadChannels: number[] | null }[] }[];
  };
  expect(results[0].layers.map(({ name, deadChannels }) => [name, deadChannels])).toEqual([
    ['conv2', null],
    ['relu2', [14]],
  ]);
});
