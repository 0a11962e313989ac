import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { preparePicture } from '../../../src/analysis/prepare/network-input.js';
import { pictureOfInput } from '../../../src/analysis/prepare/prepared-input.js';
import { filterNote, presetArgs, presetWords } from '../../../src/analysis/prepare/preset.js';
import type { Image } from '../../../src/core/image.js';
import { type FitChoice, fitText, type PresetChoice } from '../../../src/core/job.js';
import { planPreprocess, toOriginal } from '../../../src/core/preprocess-geometry.js';
import { choosePreset, NO_CHOICE, PRESETS } from '../../../src/core/preset.js';
import { numbersOf } from '../../../src/engine/input.js';
import { decodeImage } from '../../../src/io/decode.js';

const FIXTURES = new URL('../../../fixtures/', import.meta.url);

interface Expected {
  tensors: {
    image: string;
    preset?: 'caffe' | 'keras-tf' | 'yolox';
    fit?: string;
    size: [number, number];
    within?: number;
    shape: number[];
    sha256: string;
    some: Record<string, number>;
  }[];
  sizes: {
    from: [number, number];
    to: [number, number];
    corner: number[];
    middle: number[];
    top: number;
    left: number;
  }[];
}

const { tensors, sizes } = JSON.parse(
  readFileSync(new URL('expected/preparations/index.json', FIXTURES), 'utf8'),
) as Expected;

async function photograph(name: string): Promise<Image> {
  const bytes = readFileSync(new URL(`images/${name}`, FIXTURES));
  return (await decodeImage(bytes, { background: null, maxPixels: 1e8 })).image;
}

function asked(change: Partial<PresetChoice>, size: [number, number] | null = null) {
  return choosePreset({ ...NO_CHOICE, ...change }, PRESETS.none, size);
}

describe('a picture becomes what other code makes of it', () => {
  it.each(tensors.map((one) => [`${one.image} ${one.preset ?? `fit ${one.fit}`} ${one.size.join('×')}`, one] as const))(
    '%s',
    async (_, { image, preset, fit, size, within, shape, sha256, some }) => {
      const kind: FitChoice = fit === 'crop' ? { kind: 'crop' } : { kind: 'letterbox', colour: fit ?? '' };
      const chosen = preset
        ? asked({ name: preset }, size)
        : asked({ name: 'none', fit: kind, pixels: '255', resize: size });
      const { input } = preparePicture(await photograph(image), chosen);
      const values = numbersOf(input);
      expect(input.shape).toEqual(shape);
      if (within !== undefined) {
        // x / 127.5 − 1 is rounded twice by Keras, once here
        for (const [at, value] of Object.entries(some)) {
          expect(Math.abs(values[Number(at)] - value)).toBeLessThanOrEqual(within);
        }
        return;
      }
      for (const [at, value] of Object.entries(some)) expect(values[Number(at)]).toBe(value);
      expect(createHash('sha256').update(values).digest('hex')).toBe(sha256);
    },
  );

  it('letterboxes have the sizes and bars of YOLOX and of Ultralytics', () => {
    for (const { from, to, corner, middle, top, left } of sizes) {
      const [height, width] = from;
      const colour = '#727272';
      const inCorner = planPreprocess(width, height, {
        resize: to,
        crop: null,
        fit: { kind: 'letterbox', colour, corner: true },
      });
      expect([inCorner.resized.height, inCorner.resized.width, inCorner.crop.x, inCorner.crop.y]).toEqual([
        ...corner,
        0,
        0,
      ]);
      const centred = planPreprocess(width, height, { resize: to, crop: null, fit: { kind: 'letterbox', colour } });
      expect([centred.resized.height, centred.resized.width]).toEqual(middle);
      expect([0 - centred.crop.y, 0 - centred.crop.x]).toEqual([top, left]);
    }
  });

  it('every pixel of a crop that covers is one of the image', () => {
    for (const [width, height, h, w] of [
      [451, 300, 100, 300],
      [3, 900, 31, 7],
      [37, 36, 36, 37],
      [7, 5, 500, 700],
    ]) {
      const { resized, crop } = planPreprocess(width, height, { resize: [h, w], crop: null, fit: { kind: 'crop' } });
      expect([crop.width, crop.height]).toEqual([w, h]);
      expect(crop.x >= 0 && crop.y >= 0 && crop.x + w <= resized.width && crop.y + h <= resized.height).toBe(true);
      expect(resized.width === w || resized.height === h).toBe(true);
    }
  });

  it('a place in a letterbox is found in the photograph', () => {
    const fit = { kind: 'letterbox', colour: '#000000' } as const;
    const plan = planPreprocess(200, 100, { resize: [50, 50], crop: null, fit });
    expect(toOriginal(0 - 0.5, 12 - 0.5, plan)).toEqual({ x: -0.5, y: -0.5 });
    expect(toOriginal(49.5, 49.5, plan).y).toBeGreaterThan(100);
  });
});

describe('what is asked of the colours', () => {
  const { mean, std } = PRESETS.imagenet.preprocess.normalize!;

  it("a preset's own mean and std are reversed with them, typed ones are as fed", () => {
    const order = { channels: 'bgr' } as const;
    const named = choosePreset({ ...NO_CHOICE, ...order, name: 'imagenet' }, PRESETS.none);
    expect(named.preprocess.normalize).toEqual({ mean: [...mean].reverse(), std: [...std].reverse() });
    const own = choosePreset({ ...NO_CHOICE, ...order }, PRESETS.imagenet);
    expect(own.preprocess).toEqual(named.preprocess);
    const normalize = { mean: [1, 2, 3], std: [4, 5, 6] };
    expect(asked({ ...order, normalize }).preprocess.normalize).toEqual(normalize);
    const back = choosePreset({ ...NO_CHOICE, channels: 'rgb' }, asked({ name: 'caffe' }));
    expect(back.preprocess).toEqual({
      pixels: '255',
      gray: false,
      normalize: { mean: [123.68, 116.779, 103.939], std: [1, 1, 1] },
    });
  });

  it('reversed and back are the same numbers, and what is drawn keeps its colours', async () => {
    const image = await photograph('chelsea.png');
    const rgb = preparePicture(image, asked({ name: 'imagenet' }));
    const bgr = preparePicture(image, asked({ name: 'imagenet', channels: 'bgr' }));
    const size = 224 * 224;
    const [one, two] = [numbersOf(rgb.input), numbersOf(bgr.input)];
    for (let c = 0; c < 3; c++) {
      expect(two.subarray((2 - c) * size, (3 - c) * size)).toEqual(one.subarray(c * size, (c + 1) * size));
    }
    expect(pictureOfInput(bgr.input, 'bgr')).toEqual(pictureOfInput(rgb.input));
    expect(pictureOfInput(bgr.input)).not.toEqual(pictureOfInput(rgb.input));
  });

  it('16 bits are reversed, too', () => {
    const data = Uint16Array.of(65_535, 257, 514);
    const image: Image = { width: 1, height: 1, channels: 3, depth: 16, data };
    const { input } = preparePicture(image, asked({ channels: 'bgr', pixels: '255' }));
    expect([...numbersOf(input)]).toEqual([2, 1, 255]);
  });

  it.each([
    [{ gray: true, channels: 'bgr' }, 'one channel of grey has no order of colours'],
    [{ gray: true, name: 'caffe' }, 'one channel of grey has no order of colours'],
    [{ fit: { kind: 'crop' } }, '--fit crop: no size is said'],
    [{ fit: { kind: 'crop' }, resize: 256 }, '--fit crop brings an image to one size, --resize 256'],
    [{ name: 'yolox', crop: [3, 4] }, '--preset yolox brings an image to one size, --crop 3,4'],
    [{ name: 'mnist', fit: { kind: 'crop' } }, '--preset mnist gives 28×28 itself'],
  ] as const)('%j is refused', (change, words) => {
    expect(() => asked(change as Partial<PresetChoice>)).toThrow(words);
  });
});

describe('the size that --fit and presets bring an image to', () => {
  const fit = { kind: 'letterbox', colour: '#727272' } as const;

  it.each([
    ['what is asked for', { fit, resize: [10, 20] }, [30, 40], [10, 20]],
    ['else what the network reads', { fit }, [30, 40], [30, 40]],
    ['else what the preset says', { fit, name: 'imagenet' }, null, [224, 224]],
    ['of yolox its own', { name: 'yolox' }, null, [640, 640]],
    ["of yolox the network's", { name: 'yolox' }, [416, 320], [416, 320]],
    ["of caffe the network's", { name: 'caffe' }, [224, 224], [224, 224]],
    ["of keras-tf, without one, the image's", { name: 'keras-tf' }, null, null],
  ] as const)('%s', (_, change, size, resize) => {
    expect(asked(change as Partial<PresetChoice>, size as [number, number] | null).geometry).toMatchObject({
      resize,
      crop: null,
    });
  });

  it('the flags that say a preset give it again', () => {
    for (const change of [
      { name: 'yolox' },
      { fit: { ...fit, colour: '#ff8000' }, resize: [5, 6] },
      { name: 'caffe' },
      { layout: 'nhwc', fit: { kind: 'crop' }, resize: [7, 8] },
    ] as const) {
      const preset = asked(change as Partial<PresetChoice>);
      const args = presetArgs(preset);
      if (preset.geometry.fit) expect(args[args.indexOf('--fit') + 1]).toBe(fitText(preset.geometry.fit));
      expect(args.includes('--channels')).toBe(preset.preprocess.channels !== undefined);
      expect(args.includes('--layout')).toBe(preset.layout !== undefined);
    }
    expect(presetWords(asked({ name: 'yolox' }), { width: 640, height: 640 })).toBe(
      '640×640 (letterboxed into the upper left corner, bars of 114, BGR, pixels 255)',
    );
  });

  it("what another code's resize does otherwise is said where something is resized", () => {
    const plan = planPreprocess(451, 300, asked({ name: 'yolox' }).geometry);
    expect(filterNote({ name: 'yolox' }, plan)).toContain("YOLOX uses OpenCV's bilinear filter");
    expect(filterNote({ name: 'imagenet' }, plan)).toBe(null);
    expect(filterNote({ name: 'yolox' }, planPreprocess(640, 640, asked({ name: 'yolox' }).geometry))).toBe(null);
  });
});
