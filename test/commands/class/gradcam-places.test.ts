import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tensor } from '../../../src/core/tensor.js';
import { encodeNpy, gradcam } from '../../../src/index.js';
import { writeSafetensors } from '../../../src/models/weights/safetensors.js';
import { cnnviz, inFolder } from '../../cli/cnnviz.js';

/** Two convolutions without padding, the first at stride 2, whose kernels fall off from their middle. */
const NET = `name: spot
input: [1, 24, 24]
layers:
  - { type: conv, name: a, out_channels: 1, kernel_size: 5, stride: 2 }
  - { type: relu, name: b }
  - { type: conv, name: c, out_channels: 1, kernel_size: 3 }
  - { type: relu, name: d }
  - { type: adaptive_avg_pool, name: e, output_size: 1 }
  - flatten
  - { type: linear, name: f, out_features: 2 }
`;
const SIDE = 24;

/** [k, k]: (1 + r − |u|)·(1 + r − |v|) around its middle */
function pyramid(k: number): Float32Array {
  const r = (k - 1) / 2;
  const fall = (at: number) => 1 + r - Math.abs(at - r);
  return Float32Array.from({ length: k * k }, (_, i) => fall(Math.floor(i / k)) * fall(i % k));
}

function writeNetwork(cwd: string): void {
  writeFileSync(join(cwd, 'spot.yaml'), NET);
  const numbers = (name: string, shape: number[], data: number[] | Float32Array) => ({
    name,
    shape,
    data: Float32Array.from(data),
  });
  const entries = [
    numbers('a.weight', [1, 1, 5, 5], pyramid(5)),
    numbers('a.bias', [1], [0]),
    numbers('c.weight', [1, 1, 3, 3], pyramid(3)),
    numbers('c.bias', [1], [0]),
    numbers('f.weight', [2, 1], [-1, 1]),
    numbers('f.bias', [2], [0, 0]),
  ];
  writeFileSync(join(cwd, 'spot.safetensors'), writeSafetensors(entries, {}));
}

/** An image that is dark but for one pixel: all that speaks for class 1. */
function oneBright(x: number, y: number) {
  const data = new Float32Array(SIDE * SIDE);
  data[y * SIDE + x] = 1;
  return tensor(data, [1, SIDE, SIDE]);
}

describe('Grad-CAM of a class that depends on one pixel', () => {
  it('has its strongest place there, within a pixel, wherever that is; stretched it has not', () =>
    inFolder(async (cwd) => {
      writeNetwork(cwd);
      const options = { weights: join(cwd, 'spot.safetensors'), class: 1, layer: 'd' };
      let farthest = 0;
      for (const [x, y] of [
        [4, 4],
        [18, 4],
        [5, 17],
        [12, 11],
        [18, 18],
      ]) {
        const image = oneBright(x, y);
        const { strongest, placed } = await gradcam(join(cwd, 'spot.yaml'), image, options);
        expect(placed).toBe('fields');
        expect(Math.abs(strongest!.x - x), `${x}, ${y}`).toBeLessThanOrEqual(1);
        expect(Math.abs(strongest!.y - y), `${x}, ${y}`).toBeLessThanOrEqual(1);
        const published = await gradcam(join(cwd, 'spot.yaml'), image, { ...options, stretch: true });
        farthest = Math.max(farthest, Math.abs(published.strongest!.x - x), Math.abs(published.strongest!.y - y));
        expect([...published.map.data]).toEqual([...(await gradcam(join(cwd, 'spot.yaml'), image, options)).map.data]);
      }
      expect(farthest).toBeGreaterThan(2);
    }));

  it('says in words, document and picture which of both it is', () =>
    inFolder(async (cwd) => {
      writeNetwork(cwd);
      writeFileSync(join(cwd, 'x.npy'), encodeNpy(oneBright(12, 11)));
      const words = ['gradcam', 'spot.yaml@spot.safetensors', 'x.npy', '--class', '1', '--layer', 'd'];
      const fields = await cnnviz([...words, '-o', 'a.svg', '--json'], { cwd });
      const stretched = await cnnviz([...words, '--stretch', '-o', 'b.svg', '--json'], { cwd });
      expect(JSON.parse(fields.stdout)).toMatchObject({
        placed: 'fields',
        cells: { x: 3.5, y: 3.5, width: 16, height: 16 },
      });
      expect(JSON.parse(stretched.stdout)).toMatchObject({
        placed: 'stretched',
        cells: { x: 0, y: 0, width: 24, height: 24 },
      });
      expect((await cnnviz(words, { cwd })).stdout).toContain('at (12, 10), the middle of its receptive field\n');
      expect((await cnnviz([...words, '--stretch'], { cwd })).stdout).toContain(
        ', with the map stretched, as published\n',
      );
    }));
});
