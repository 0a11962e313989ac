import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/core/bytes.js';
import { SHIPPED } from '../../src/models/networks/published.js';
import { builtinShapes } from '../../src/models/networks/recognize/shapes.js';
import { readSafetensors } from '../../src/models/weights/safetensors.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';

const FILE = fileURLToPath(new URL('../../models/digits.safetensors', import.meta.url));
const DIGITS = join(IMAGES, 'digits');

describe('the network that ships', () => {
  const bytes = readFileSync(FILE);
  const { tensors, metadata } = readSafetensors(memorySource(bytes));

  it('is small, and has what the built-in network asks for', () => {
    expect(SHIPPED.map(({ network, file }) => [network, file])).toEqual([['digits', 'digits.safetensors']]);
    expect(bytes.length).toBeLessThan(260_000);
    expect(new Map(tensors.map(({ name, shape }) => [name, [...shape]]))).toEqual(builtinShapes('digits'));
  });

  it('says how it was made, and how often it is right: at least 99 % of MNIST’s 10,000', () => {
    const said = (key: string) => JSON.parse(metadata.get(key)!);
    expect(said('command').slice(0, 4)).toEqual(['train', 'digits', '--data', 'data']);
    expect(said('command')).toEqual(expect.arrayContaining(['--seed', '1']));
    expect(said('data')).toMatchObject({ images: 54_000, heldOut: 6000 });
    expect(said('data').sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(said('training').end).toBe('epochs');
    expect(said('accuracy').test.images).toBe(10_000);
    expect(said('accuracy').test.right).toBeGreaterThanOrEqual(9900);
    expect(metadata.get('cnnviz.input')).toBe('mnist');
    expect(said('classes')).toEqual([...'0123456789']);
  });

  it('knows ten digits that a person might have drawn, of any size, polarity and colour', async () => {
    const { stdout } = await cnnviz(['run', 'digits', DIGITS, '--json']);
    const results: { path: string; top: { label: string; probability: number }[]; warnings: string[] }[] =
      JSON.parse(stdout).results;
    const seen = results.map(({ path, top: [best] }) => `${path.slice(-5)} ${best.label}`);
    expect(seen.sort()).toEqual([...'0123456789'].map((digit) => `${digit}.png ${digit}`));
    expect(Math.min(...results.map(({ top: [best] }) => best.probability))).toBeGreaterThan(0.9);
    for (const { warnings } of results) expect(warnings).toEqual([expect.stringMatching(/^digit: .* 20×20/)]);
  });

  it('says what it did with the picture, and which digit it sees', () =>
    inFolder(async (cwd) => {
      copyFileSync(join(DIGITS, '7.png'), join(cwd, 'seven.png'));
      const { code, stdout, stderr } = await cnnviz(['run', 'digits', 'seven.png'], { cwd });
      expect([code, stderr]).toEqual([0, expect.stringContaining('digit: dark on light turned round')]);
      expect(stdout).toMatch(/^seven\.png {2}200×240 → 28×28 \(as MNIST\)\n {2}1 {2}7 +(?:99\.\d|100\.0) %\n/);
    }));

  it.each(['rocket.jpg', 'chelsea.png', 'coffee.png', 'plane.png'])('does not take %s for a digit', async (name) => {
    const { code, stdout, stderr } = await cnnviz(['run', 'digits', join(IMAGES, name)]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('no digit can be told');
  });

  it('is not to be fetched, and says what it needs', async () => {
    const got = await cnnviz(['get', 'digits']);
    expect([got.code, got.stderr]).toEqual([2, expect.stringContaining('digits ships with the package')]);
    expect((await cnnviz(['get', '--list'])).stdout).toContain('digits ships with the package');
    const without = await cnnviz(['run', 'digits']);
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('cnnviz run digits photo.jpg')]);
  });
});
