import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import type { ImagePreset } from '../../src/core/job.js';
import { sizeOf, tensor } from '../../src/core/tensor.js';
import { toFloat32 } from '../../src/core/values.js';
import { openEngine } from '../../src/explorer/engine/open-engine.js';
import type { PageData } from '../../src/explorer/page-data.js';
import type { FedImage } from '../../src/explorer/protocol.js';
import { writeNpy } from '../../src/models/npy.js';
import { openNetwork } from '../../src/run/network.js';
import { layersNamed, run } from '../../src/run/run.js';
import { seeded } from '../random.js';
import { type Asked, image, onnx, type Page, pageOf, situation } from './page-of.js';

const folder = mkdtempSync(join(tmpdir(), 'cnnviz-images-'));
afterAll(() => rmSync(folder, { recursive: true }));

const context = { breathe: () => undefined, threads: 1, times: null };

/** Every layer of a page's image against the command line's run on its file. */
async function expectSame(page: Page, fed: FedImage = { kind: 'own', index: 0 }): Promise<void> {
  const ran = await page.engine.run({ ...situation(), image: fed });
  const [source] = page.sources;
  const { read } = await run(page.subject, source, layersNamed(['all']), context);
  for (const { name, value } of page.data.networks[0].layers) {
    expect(bits((await page.engine.values(name)).data), name).toBe(bits(toFloat32(read(value).data)));
  }
  if (source.picture) expect(ran.prepared).toContain(source.preprocess);
  for (const warning of source.warnings) expect(ran.notes).toContain(warning);
  const { width, height, rgba } = ran.input;
  const drawn = source.drawn()!;
  expect([width, height]).toEqual([drawn.width, drawn.height]);
  expect(rgba).toHaveLength(4 * width * height);
}

const bits = (data: Float32Array): string => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');

/** A picture of one tone more to the right than to the left, in a file of its own. */
async function pictureFile(name: string, channels: 1 | 3, depth: 8 | 16): Promise<string> {
  const path = join(folder, `${name}.png`);
  const [width, height] = [40, 36];
  const random = seeded(9);
  const most = depth === 8 ? 255 : 65_535;
  const size = width * height * channels;
  const numbers = Array.from({ length: size }, () => Math.floor(random() * most));
  const data = depth === 8 ? Uint8Array.from(numbers) : Uint16Array.from(numbers);
  const raw = { width, height, channels };
  const colour = channels === 1 ? (depth === 8 ? 'b-w' : 'grey16') : depth === 8 ? 'srgb' : 'rgb16';
  await sharp(data, { raw }).toColourspace(colour).png().toFile(path);
  return path;
}

/** A file's pixels as a canvas gives them. */
async function asGiven(path: string): Promise<Extract<FedImage, { kind: 'given' }>> {
  const { data, info } = await sharp(path)
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const gray = data.every((value, i) => i % 4 === 3 || value === data[i - (i % 4)]);
  return {
    kind: 'given',
    name: 'given',
    width: info.width,
    height: info.height,
    pixels: Uint8ClampedArray.from(data),
    gray,
  };
}

const PIPE = 'conv edge3x3 padding=1 | relu | max_pool 2 stride=2';

describe('an image of a page', () => {
  it.each([
    ['gray', 1, 8],
    ['gray16', 1, 16],
    ['rgb', 3, 8],
    ['rgb16', 3, 16],
  ] as const)('%s: a pipe reads what run reads', async (name, channels, depth) => {
    await expectSame(await pageOf({ network: PIPE, images: [await pictureFile(name, channels, depth)] }));
  });

  it.each([
    ['a network of one channel', { network: 'lenet5', init: 1 }],
    ['a photograph’s network', { network: 'squeezenet1_1', init: 1 }],
    ['the trained digits', { network: 'digits' }],
  ] as const)('is given as it is decoded: %s', async (_, asked) => {
    const files = [image(asked.network === 'squeezenet1_1' ? 'brick.png' : 'digits/4.png')];
    const page = await pageOf({ ...asked, images: files });
    await expectSame(page, await asGiven(files[0]));
  });

  it('is drawn: a stroke on a canvas is prepared as its file is', async () => {
    const path = join(folder, 'drawn.png');
    const side = 280;
    const ink = (x: number, y: number) => (y < 60 || y > 220 ? 0 : 255 - 12 * Math.abs(x - 120 - y / 5));
    const data = Uint8Array.from({ length: side * side }, (_, i) => Math.max(0, ink(i % side, Math.floor(i / side))));
    await sharp(data, { raw: { width: side, height: side, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toFile(path);
    const given = await asGiven(path);
    expect(given.gray).toBe(true);
    for (const asked of [{ network: 'digits' }, { network: 'lenet5', init: 1 }]) {
      await expectSame(await pageOf({ ...asked, images: [path] }), given);
    }
  });

  it('is resized and cropped as a preset that is chosen on the page says', async () => {
    const preset: ImagePreset = {
      geometry: { resize: 70, crop: [64, 64] },
      preprocess: { pixels: 'signed', gray: false, normalize: { mean: [0.1], std: [0.5] } },
    };
    const choice = {
      name: 'none',
      resize: 70,
      crop: [64, 64],
      gray: false,
      pixels: 'signed',
      normalize: preset.preprocess.normalize,
    } as const;
    const asked: Asked = { network: PIPE, images: [image('coffee.png')] };
    const page = await pageOf(asked);
    const said = await pageOf({ ...asked, preset: choice });
    const [here, there] = [await page.engine.run({ ...situation(), preset }), await said.engine.run(situation())];
    expect(here.prepared).toBe(there.prepared);
    for (const { name } of page.data.networks[0].layers) {
      expect(await page.engine.values(name)).toEqual(await said.engine.values(name));
    }
    await expectSame(said);
  });

  it('that cannot be prepared is refused in the command line’s words, and the last run stays', async () => {
    const page = await pageOf({ network: 'digits', images: [image('digits/7.png')] });
    await page.engine.run(situation());
    const before = await page.engine.values(page.data.networks[0].layers[0].name);
    const blank = {
      kind: 'given',
      name: 'drawing',
      width: 50,
      height: 50,
      pixels: new Uint8ClampedArray(10_000).fill(255),
      gray: true,
    } as const;
    await expect(page.engine.run({ ...situation(), image: blank })).rejects.toMatchObject({
      message: expect.stringContaining('blank'),
    });
    expect(await page.engine.values(page.data.networks[0].layers[0].name)).toEqual(before);
    await expect(page.engine.run({ ...situation(), image: { kind: 'own', index: 7 } })).rejects.toThrow('image 7');
  });

  it.each(['inverted-residual-16.onnx', 'fire-13.onnx', 'resnet-block-13.onnx'])(
    'may be an array: %s',
    async (name) => {
      const network = onnx(name);
      const { input, declared } = await openNetwork({ network, weights: null, init: null, inputs: [] });
      expect([input, declared?.dtype]).toEqual([expect.any(Array), 'float32']);
      const path = join(folder, 'x.npy');
      const shape = [1, ...input!];
      const random = seeded(2);
      const data = Float32Array.from({ length: sizeOf(shape) }, () => random() - 0.5);
      writeFileSync(path, writeNpy(tensor(data, shape)));
      await expectSame(await pageOf({ network, images: [path] }));
    },
  );
});

describe('one layer', () => {
  it('takes a gray image as one channel, and says that pixels are as they are', async () => {
    const file = await pictureFile('layer', 1, 8);
    const page = await pageOf({ network: PIPE, images: [file] });
    const [network] = page.data.networks;
    // kernels of one channel, as conv makes them for a gray file
    const weight = network.model.constants.find(({ shape }) => shape.length === 4)!;
    const data: PageData = {
      ...page.data,
      kind: 'layer',
      networks: [
        {
          ...network,
          reads: { ...network.reads, channels: 1 },
          model: {
            ...network.model,
            constants: network.model.constants.map((one) =>
              one === weight ? { ...one, shape: [1, 1, 3, 3], bytes: { ...one.bytes, length: 36 } } : one,
            ),
          },
        },
      ],
    };
    const engine = openEngine(data, page.read);
    const given = await asGiven(file);
    const ran = await engine.run({ ...situation(), image: given });
    expect(ran.prepared).toBe('40×36 → pixels as they are');
    expect(ran.layers[0].shape).toEqual([1, 1, 36, 40]);
  });
});
