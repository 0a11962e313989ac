import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tensor } from '../../src/core/tensor.js';
import { encodePng } from '../../src/io/encode.js';
import { writeNpy } from '../../src/models/npy.js';
import { readMap } from '../../src/run/read-map.js';
import { inFolder } from '../cli/cnnviz.js';

const NUMBERS = [-1.5, 0, 0.25, 1e-3, 7, 1 / 3];
const NOTE = {
  cnnviz: '0',
  lo: -2,
  hi: 6,
  args: ['conv', 'x.png'],
  colormap: 'gray',
  clipped: { below: 0, above: 0, nan: 0 },
  map: 'edge',
  input: { name: 'x.png' },
};
/** [0, 51, 102, 153, 204, 255]: fifths of the scale. */
const GREYS = Uint8Array.from({ length: 6 }, (_, i) => 51 * i);
const picture = (note: object) =>
  encodePng({ width: 3, height: 2, channels: 1, depth: 8, data: GREYS }, JSON.stringify(note));

it.each(['map.npy', 'MAP.NPY', 'map.bin', 'map'])(
  'the numbers of an array are read, whatever it is called: %s',
  async (name) => {
    await inFolder(async (folder) => {
      const path = join(folder, name);
      writeFileSync(path, writeNpy(tensor(Float32Array.from(NUMBERS), [2, 3])));
      const { values, halfStep, depth, note } = await readMap(path);
      expect([...values.data]).toEqual([...Float32Array.from(NUMBERS)]);
      expect(values.shape).toEqual([2, 3]);
      expect({ halfStep, depth, note }).toEqual({ halfStep: 0, depth: 32, note: null });
    });
  },
);

it('a file that is called .npy and is none is refused as an array', async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'map.npy'), await picture(NOTE));
    await expect(readMap(join(folder, 'map.npy'))).rejects.toThrow(/npy/i);
  });
});

it('greys are values between the ends that the picture names, half a step at most from what was written', async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'map.png'), await picture(NOTE));
    const { values, halfStep, depth } = await readMap(join(folder, 'map.png'));
    expect(values.shape).toEqual([2, 3]);
    [-2, -0.4, 1.2, 2.8, 4.4, 6].forEach((value, i) => {
      expect(values.data[i]).toBeCloseTo(value, 5);
    });
    expect(halfStep).toBeCloseTo(8 / 255 / 2, 12);
    expect(depth).toBe(8);
  });
});

it.each([
  ['ends the wrong way round', { lo: 3, hi: 2 }],
  ['no lower end', { lo: null }],
  ['an end that is a text', { hi: '6' }],
  ['a range beyond all numbers', { lo: -1.7e308, hi: 1.7e308 }],
  ['words that are no list', { args: 'conv' }],
  ['a word that is a number', { args: ['conv', 3] }],
  ['a colour map nobody knows', { colormap: 'sunset' }],
  ['a name that every object has', { colormap: 'toString' }],
  ['a count below zero', { clipped: { below: -1, above: 0, nan: 0 } }],
  ['half a count', { clipped: { below: 0, above: 0.5, nan: 0 } }],
  ['a count left out', { clipped: { below: 0, above: 0 } }],
  ['no counts', { clipped: null }],
  ['a map without a name', { map: 4 }],
  ['an input without a name', { input: {} }],
])('a note is not believed with %s', async (_, change) => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'map.png'), await picture({ ...NOTE, ...change }));
    await expect(readMap(join(folder, 'map.png'))).rejects.toMatchObject({
      code: 'format',
      message: expect.stringContaining('the metadata is not that of a cnnviz map'),
    });
  });
});

it('one level is a scale of one value', async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'map.png'), await picture({ ...NOTE, lo: 2, hi: 2 }));
    const { values, halfStep } = await readMap(join(folder, 'map.png'));
    expect([...values.data]).toEqual([2, 2, 2, 2, 2, 2]);
    expect(halfStep).toBe(0);
  });
});
