import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNote } from '../../../src/io/encode.js';
import { cnnviz, inFolder } from '../../cli/cnnviz.js';

describe('summary', () => {
  it('summary prints the table of alexnet, its differences from that of 2012, and draws it', () =>
    inFolder(async (cwd) => {
      const { stdout } = await cnnviz(['summary', 'alexnet', '-o', 'a.png'], { cwd });
      expect(stdout).toMatch(/features\.0 +conv 11×11 stride 4 padding 2 +64×55×55 +23,296 +70,276,800 +11 +4 +3/);
      expect(stdout).toMatch(/total +61,100,840 +714,188,480 +195 +32/);
      expect(stdout).toContain('1.428 GFLOP (2 per MAC)');
      expect(statSync(join(cwd, 'a.png')).size).toBeGreaterThan(5000);
      const diff = await cnnviz(['summary', 'alexnet', '--diff', 'alexnet-2012']);
      expect(diff.stdout).toContain('params: 61,100,840 → 60,965,224 (−135,616)');
      const svg = await cnnviz(['summary', 'alexnet-2012', '--svg']);
      expect(svg.stdout).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
      // conv2, pool2, conv4, conv5 and pool5 are two towers each; conv1, pool1, conv3, fc6, fc7, fc8 and the input one
      // one front each, in the colours of convolution, pooling, fully connected and input, which the key shows once more
      const fronts = svg.stdout.match(/<rect [^>]*fill="#(f7c880|96c7e8|b4d69e|dee0e6)"/g);
      expect(fronts).toHaveLength(2 * 5 + 7 + 4);
    }));

  it('--diff --json has both networks and what differs between them', async () => {
    const run = await cnnviz(['summary', 'alexnet', '--diff', 'alexnet-2012', '--json']);
    expect(run.stderr).toBe('');
    const { network, params, other, difference } = JSON.parse(run.stdout);
    expect([network, params, other.network, other.params]).toEqual(['alexnet', 61100840, 'alexnet-2012', 60965224]);
    expect(difference).toMatchObject({ alike: 10, params: -135616 });
    expect(difference.layers).toContainEqual({ a: 'features.6', b: 'conv3', differs: ['params', 'macs'] });
    expect(difference.layers).toContainEqual({ a: null, b: 'norm1', differs: null });
    // a layer of the other stands in one row, or is one of those that are alike
    const rows = difference.layers.filter(({ b }: { b: string | null }) => b !== null);
    expect(rows.length + difference.alike).toBe(other.layers.length);
  });

  it('a drawing carries its command: in a PNG, and in the metadata of an SVG', () =>
    inFolder(async (cwd) => {
      for (const name of ['a.png', 'a.svg']) {
        await cnnviz(['summary', 'conv edge3x3 | relu', '--size', '1,9,9', '-o', name, '-q'], { cwd });
        const { args } = JSON.parse((await readNote(readFileSync(join(cwd, name))))!);
        expect(args).toEqual(['summary', 'conv edge3x3 | relu', '--size', '1,9,9']);
      }
    }));

  it('-o takes a folder and standard output; --svg leaves stdout to the drawing', () =>
    inFolder(async (cwd) => {
      const args = ['summary', 'lenet5', '-o'];
      expect((await cnnviz([...args, 'drawn/'], { cwd })).stdout).toMatch(/\nwrote drawn[/\\]lenet5\.png\n$/);
      const sent = await cnnviz([...args, '-', '-q'], { cwd });
      expect(sent.stdout.slice(1, 4)).toBe('PNG');
      const svg = await cnnviz([...args, 'b.png', '--svg', '--alt'], { cwd });
      expect(svg.stdout).toMatch(/<\/svg>\n$/);
      expect(svg.stderr).toMatch(/^wrote b\.png\nDrawing of the network lenet5/);
    }));
});
