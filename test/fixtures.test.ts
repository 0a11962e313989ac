import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tensor } from '../src/core/tensor.js';
import { conv2d, decodeImage } from '../src/index.js';
import { patchKernel } from '../src/models/kernel-weights.js';
import { IMAGES } from './cli/cnnviz.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

describe('the fixtures', () => {
  it('are drawn by their script, pixel for pixel', () => {
    execFileSync(process.execPath, [join(ROOT, 'fixtures/make/pictures.mjs'), '--check']);
  });

  it('are all named in fixtures/README.md', () => {
    const readme = readFileSync(join(ROOT, 'fixtures/README.md'), 'utf8');
    for (const name of readdirSync(IMAGES)) expect(readme).toContain(`images/${name}`);
  });

  it('five.png gives both signs and a zero', async () => {
    const x = await decodeImage(join(IMAGES, 'five.png'), { gray: true, pixels: '255' });
    const y = conv2d(x, tensor(Float32Array.of(1, 0, -1, 1, 0, -1, 1, 0, -1), [3, 3]));
    expect([...y.data].map((value) => Math.round(value))).toEqual([-330, -360, -180, -70, -100, -10, 170, 0, -90]);
  });

  it('bars17.png: bright → dark is largest, dark → bright smallest, flat is zero', async () => {
    const x = await decodeImage(join(IMAGES, 'bars17.png'), { gray: true, pixels: '255' });
    const y = conv2d(x, tensor(Float32Array.of(1, 0, -1, 1, 0, -1, 1, 0, -1), [3, 3]));
    expect(y.shape).toEqual([1, 15, 15]);
    const row = [...y.data.subarray(0, 15)].map((value) => Math.round(value));
    expect(row).toEqual([0, 0, 0, 0, -570, -570, 0, 0, 0, 570, 570, 0, 0, 0, 0]);
  });
});

describe('the patches of plane.png', async () => {
  const places = JSON.parse(readFileSync(join(IMAGES, 'plane.json'), 'utf8'));
  const x = await decodeImage(join(IMAGES, 'plane.png'));
  const [C, H, W] = x.shape;

  it.each(['panel', 'wheel', 'tail'])('the %s finds itself at stride 8, within one stride', (name) => {
    const { x: left, y: top, w, h, response } = places[name];
    const weight = patchKernel(x, { x: left, y: top, width: w, height: h }, 'zero-mean');
    const crop = conv2d(tensor(cut(x.data, C, H, W, left, top, w, h), [C, h, w]), weight);
    expect(crop.data[0]).toBeGreaterThan(1500);
    expect(Math.abs(crop.data[0] - response)).toBeLessThan(2);
    const map = conv2d(x, weight, { stride: 8 });
    const at = map.data.indexOf(map.data.reduce((a, b) => Math.max(a, b)));
    const [, , oW] = map.shape;
    expect(Math.abs((at % oW) * 8 - left)).toBeLessThan(8);
    expect(Math.abs(Math.floor(at / oW) * 8 - top)).toBeLessThan(8);
  });

  it('the share that fires for the wheel falls over the biases 500, 0, −500, −1000', () => {
    const { x: left, y: top, w, h } = places.wheel;
    const map = conv2d(x, patchKernel(x, { x: left, y: top, width: w, height: h }, 'zero-mean'), { stride: 3 });
    const shares = [500, 0, -500, -1000].map((bias) => map.data.filter((value) => value + bias > 0).length);
    for (let i = 1; i < shares.length; i++) expect(shares[i]).toBeLessThan(shares[i - 1]);
  });
});

/** The rectangle of [C, H, W] as [C, h, w]. */
function cut(
  data: Float32Array,
  C: number,
  H: number,
  W: number,
  x: number,
  y: number,
  w: number,
  h: number,
): Float32Array {
  const out = new Float32Array(C * w * h);
  for (let i = 0; i < out.length; i++) {
    const [c, row, column] = [Math.floor(i / (w * h)), Math.floor((i % (w * h)) / w), i % w];
    out[i] = data[(c * H + y + row) * W + x + column];
  }
  return out;
}
