import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readNote } from '../../../src/io/encode.js';
import { cnnviz, IMAGES, inFolder } from '../../cli/cnnviz.js';

const NET = `input: [3, 16, 16]
layers:
  - { type: conv, out_channels: 4, kernel_size: 3, padding: 1 }
  - relu
  - flatten
  - { type: linear, out_features: 40 }
  - relu
  - { type: linear, out_features: 3 }
`;
const FLAGS = ['--init', 'seed:3', '--resize', '16,16'];

function prepare(cwd: string, net = NET): void {
  copyFileSync(join(IMAGES, 'chelsea.png'), join(cwd, 'cat.png'));
  writeFileSync(join(cwd, 'net.yaml'), net);
  writeFileSync(join(cwd, 'names.txt'), 'Katze & <Maus>\nGröße\nrocket\n');
}

/** The texts of an SVG, in order. */
function textsOf(svg: string): string[] {
  const plain = (text: string) => text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
  return [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => plain(text));
}

const run = (cwd: string, ...args: string[]) => cnnviz(['run', 'net.yaml', 'cat.png', ...FLAGS, ...args], { cwd });

describe('layers of vectors', () => {
  it('scores are bars of classes with the names and shares that are printed, the largest first', () =>
    inFolder(async (cwd) => {
      prepare(cwd);
      const done = await run(cwd, '--labels', 'names.txt', '-o', 'classes.svg');
      expect([done.code, done.stderr]).toEqual([0, expect.not.stringContaining('cnnviz:')]);
      const printed = [...done.stdout.matchAll(/^ {2}\d {2}(.*?) +(\d+\.\d %)/gm)].map(([, name, share]) => [
        name,
        share,
      ]);
      expect(printed).toHaveLength(3);
      const texts = textsOf(readFileSync(join(cwd, 'classes.svg'), 'utf8'));
      for (const [rank, [name, share]] of printed.entries()) {
        expect(texts.indexOf(share)).toBe(texts.indexOf(name) + 1);
        if (rank > 0) expect(texts.indexOf(name)).toBeGreaterThan(texts.indexOf(printed[rank - 1][0]));
      }
      expect(texts[0]).toBe('What does net see in cat.png?');
    }));

  it('those before a softmax are the same classes, behind a sigmoid each score stands for itself', () =>
    inFolder(async (cwd) => {
      prepare(cwd, `${NET}  - softmax\n`);
      await run(cwd, '--layers', 'linear2,softmax', '-o', 'soft/', '--format', 'svg');
      const [before, behind] = ['linear2', 'softmax'].map((layer) =>
        textsOf(readFileSync(join(cwd, `soft/cat.${layer}.svg`), 'utf8')),
      );
      const shares = (texts: string[]) => texts.filter((text) => / %$/.test(text));
      expect(shares(before)).toHaveLength(3);
      expect(shares(behind)).toEqual(shares(before));
      writeFileSync(join(cwd, 'net.yaml'), `${NET}  - sigmoid\n`);
      await run(cwd, '-o', 'sigmoid.svg');
      const texts = textsOf(readFileSync(join(cwd, 'sigmoid.svg'), 'utf8'));
      expect(shares(texts)).toEqual([]);
      expect(texts.join(' ')).toContain('scores, the largest first');
    }));

  it('hidden units are a bar each', () =>
    inFolder(async (cwd) => {
      prepare(cwd);
      await run(cwd, '--layers', 'linear', '-o', 'units.svg');
      const svg = readFileSync(join(cwd, 'units.svg'), 'utf8');
      expect(textsOf(svg)).toEqual(expect.arrayContaining(['The 40 units of linear', 'unit 0']));
      expect(svg).not.toContain('<image');
    }));
});

describe('run --histogram', () => {
  it('is one picture of all layers, with the command that draws the same pixels', () =>
    inFolder(async (cwd) => {
      prepare(cwd);
      const done = await run(cwd, '--histogram');
      expect([done.code, done.stderr]).toEqual([0, expect.not.stringContaining('cnnviz:')]);
      expect(done.stdout).toContain('wrote cat.r16.histogram.png  6 layers');
      const note = JSON.parse((await readNote(readFileSync(join(cwd, 'cat.r16.histogram.png'))))!);
      expect(note.picture).toBe('histogram');
      const again = await cnnviz([...note.args, '-o', 'again.png'], { cwd });
      expect(again.code).toBe(0);
      const pixels = (name: string) => sharp(join(cwd, name)).raw().toBuffer();
      expect((await pixels('again.png')).equals(await pixels('cat.r16.histogram.png'))).toBe(true);
    }));

  it('says the share of zeros that the numbers have', () =>
    inFolder(async (cwd) => {
      prepare(cwd);
      const json = await run(cwd, '--histogram', '--layers', 'conv,relu', '-o', 'h.svg', '--json');
      const [result] = JSON.parse(json.stdout).results;
      expect(result.outputs).toMatchObject([{ path: 'h.svg', kind: 'histogram', layer: null }]);
      const [, { firing, count }] = result.layers;
      const text = textsOf(readFileSync(join(cwd, 'h.svg'), 'utf8')).find((line) => line.includes('% zero'))!;
      expect(Number(/^([\d.]+) % zero/.exec(text)![1])).toBeCloseTo(100 * (1 - firing / count), 0);
    }));

  it('is planned, and refuses what it cannot be', () =>
    inFolder(async (cwd) => {
      prepare(cwd);
      const planned = await run(cwd, '--histogram', '--dry-run');
      expect([planned.code, planned.stdout]).toEqual([0, expect.stringContaining('cat.r16.histogram.png')]);
      const maps = await run(cwd, '--histogram', '--maps');
      expect([maps.code, maps.stderr]).toEqual([
        2,
        expect.stringContaining('--histogram is one picture, --maps is many'),
      ]);
      const numbers = await run(cwd, '--histogram', '-o', 'x.npy');
      expect([numbers.code, numbers.stderr]).toEqual([2, expect.stringContaining('.npy holds numbers')]);
    }));
});
