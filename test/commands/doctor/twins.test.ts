import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes.js';
import { randomSource } from '../../../src/core/random.js';
import { tensor } from '../../../src/core/tensor.js';
import { toFloat32 } from '../../../src/core/values.js';
import { encodeNpy } from '../../../src/index.js';
import { readCheckpoint } from '../../../src/models/weights/index.js';
import { writeSafetensors } from '../../../src/models/weights/safetensors.js';
import { cnnviz, IMAGES, inFolder } from '../../cli/cnnviz.js';

const FOLDER = fileURLToPath(new URL('../../../fixtures/models/doctor/', import.meta.url));
const PHOTOS = ['chelsea.png', 'coffee.png', 'plane.png', 'rocket.jpg'].map((name) => join(IMAGES, name));
const SIZE = ['--resize', '64,64'];
const RIGHT = [...SIZE, '--normalize', 'imagenet'];

type Arrays = Map<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

const trained: Arrays = new Map();
let layers: string;

beforeAll(() => {
  layers = readFileSync(join(FOLDER, 'photos.yaml'), 'utf8');
  const bytes = new Uint8Array(readFileSync(join(FOLDER, 'photos.pth')));
  for (const one of readCheckpoint(memorySource(bytes), { name: 'photos', beside: null }).tensors) {
    trained.set(one.name, { shape: one.shape, data: toFloat32(one.load().data).slice() });
  }
});

interface Report {
  readonly healthy: boolean;
  readonly findings: readonly {
    readonly kind: string;
    readonly layer: string | null;
    readonly channels: readonly number[] | null;
    readonly what: string;
    readonly fix: string | null;
    readonly numbers: Readonly<Record<string, unknown>>;
  }[];
  readonly remarks: Report['findings'];
  readonly notes: readonly string[];
}

interface Twin {
  readonly weights?: (arrays: Arrays) => void;
  readonly layers?: (text: string) => string;
  readonly args?: readonly string[];
  readonly images?: (cwd: string) => readonly string[];
}

/** doctor on the trained network with something changed. */
function examine({
  weights,
  layers: change,
  args = RIGHT,
  images = () => PHOTOS,
}: Twin): Promise<Report & { code: number }> {
  return inFolder(async (cwd) => {
    const arrays: Arrays = new Map([...trained].map(([name, one]) => [name, { ...one, data: one.data.slice() }]));
    weights?.(arrays);
    writeFileSync(join(cwd, 'net.yaml'), change ? change(layers) : layers);
    writeFileSync(
      join(cwd, 'net.safetensors'),
      writeSafetensors(
        [...arrays].map(([name, one]) => ({ name, ...one })),
        {},
      ),
    );
    const run = await cnnviz(['doctor', 'net.yaml@net.safetensors', ...images(cwd), ...args, '--json'], { cwd });
    expect(run.stderr).not.toMatch(/^cnnviz: /m);
    return { ...(JSON.parse(run.stdout) as Report), code: run.code as number };
  });
}

/** The four photographs as arrays [1, 3, 64, 64] in [0, 1], changed. */
function arraysOf(change: (u: Float32Array) => Float32Array): (cwd: string) => Promise<string[]> {
  return async (cwd) => {
    const names: string[] = [];
    for (const [i, photo] of PHOTOS.entries()) {
      const args = ['preprocess', photo, '--preset', 'none', ...SIZE, '-o', `u${i}.npy`];
      expect((await cnnviz(args, { cwd })).code).toBe(0);
      const bytes = readFileSync(join(cwd, `u${i}.npy`));
      // version 1: the header's length stands behind the magic and the version
      const u = new Float32Array(new Uint8Array(bytes.subarray(10 + bytes.readUInt16LE(8))).buffer);
      writeFileSync(join(cwd, `x${i}.npy`), encodeNpy(tensor(change(u), [1, 3, 64, 64])));
      names.push(`x${i}.npy`);
    }
    return names;
  };
}

const PLANE = 64 * 64;
const MEAN = [0.485, 0.456, 0.406];
const STD = [0.229, 0.224, 0.225];
const normalised = (u: Float32Array) =>
  u.map((value, i) => (value - MEAN[Math.floor(i / PLANE)]) / STD[Math.floor(i / PLANE)]);
const channelsLast = (x: Float32Array) => x.map((_, at) => x[(at % 3) * PLANE + Math.floor(at / 3)]);

async function examineArrays(change: (u: Float32Array) => Float32Array): Promise<Report & { code: number }> {
  return inFolder(async (cwd) => {
    const names = (await arraysOf(change)(cwd)).map((name) => join(cwd, name));
    return examine({ args: [], images: () => names });
  });
}

/** As torch.nn begins: uniform within ±1/√fan_in. */
function asDrawn(arrays: Arrays, names: readonly string[]): void {
  const random = randomSource(7, 'weights');
  for (const name of names) {
    const { shape, data } = arrays.get(name)!;
    const bound = 1 / Math.sqrt(shape.slice(1).reduce((product, side) => product * side, 1));
    for (let i = 0; i < data.length; i++) data[i] = Math.fround((random.next() / 2 ** 31 - 1) * bound);
  }
}

function resting(arrays: Arrays, norm: string): void {
  for (const [part, value] of [
    ['weight', 1],
    ['bias', 0],
    ['running_mean', 0],
    ['running_var', 1],
  ] as const) {
    arrays.get(`${norm}.${part}`)!.data.fill(value);
  }
}

/** [name, what is changed, the one kind that is found, the layer, what it says] */
const BROKEN: readonly (readonly [string, Twin, string, string | null, RegExp])[] = [
  [
    'a NaN weight',
    { weights: (all) => put(all, 'conv2.weight', 3 * 144 + 5, Number.NaN) },
    'nan',
    'conv2',
    /^NaN is born in conv2, channel 3: conv2\.weight\[437\] is NaN/,
  ],
  [
    'a negative variance',
    { weights: (all) => put(all, 'bn2.running_var', 5, -1) },
    'nan',
    'bn2',
    /^NaN is born in bn2, channel 5: bn2\.running_var\[5\] is −1/,
  ],
  [
    'an infinite bias',
    { weights: (all) => put(all, 'fc1.bias', 2, Number.POSITIVE_INFINITY) },
    'nan',
    'fc1',
    /^Inf is born in fc1, channel 2: fc1\.bias\[2\] is infinite/,
  ],
  [
    'a network trained on BGR',
    { weights: (all) => reverseInput(all) },
    'channel-order',
    'bn1',
    /trained on the other channel order \(BGR/,
  ],
  [
    'pixels 255 times too large',
    { args: [...SIZE, '--pixels', '255', '--normalize', 'imagenet'] },
    'preparation',
    'bn1',
    /^pixels are 255 times too large: .* fit [\d,.e+]+ times better/,
  ],
  [
    'pixels that are not normalised',
    { args: SIZE },
    'preparation',
    'bn1',
    /^pixels are not normalised: with pixels in \[0, 1\], ImageNet's mean\/std/,
  ],
  [
    'mean and std swapped',
    { args: [...SIZE, '--normalize', '0.229,0.224,0.225/0.485,0.456,0.406'] },
    'swapped-mean-std',
    null,
    /^mean and std are swapped in --normalize/,
  ],
  [
    'a dead layer',
    { weights: (all) => void all.get('bn2.bias')!.data.fill(-1000) },
    'dead',
    'relu2',
    /^relu2 is dead: none of its 32 channels ever fires on 4 images/,
  ],
  [
    'a layer of zeros',
    { weights: (all) => void all.get('conv3.weight')!.data.fill(0) },
    'dead',
    'conv3',
    /^conv3 passes nothing on: all 13824 numbers of conv3.weight are 0/,
  ],
  [
    'an exploding layer',
    { weights: (all) => void scale(all.get('conv2.weight')!.data, 1e6) },
    'explosion',
    'conv2',
    /^values explode in conv2: it reads up to [\d.]+ and makes up to [\d.e+]+/,
  ],
  [
    'a softmax applied twice',
    { layers: (text) => `${text}  - softmax name=soft1 dim=1\n  - softmax name=soft2 dim=1\n` },
    'double-softmax',
    'soft2',
    /^softmax is applied twice: soft2 reads soft1/,
  ],
  [
    'a wrong eps everywhere',
    { layers: (text) => text.replaceAll('1e-5', '0.1') },
    'eps',
    'bn1',
    /^bn1: eps is 0\.1, as in 3 of 3 batch norms, 1e−5 is usual/,
  ],
  [
    'a wrong eps in one layer',
    { layers: (text) => text.replace('bn2, eps: 1e-5', 'bn2, eps: 0.05') },
    'eps',
    'bn2',
    /^bn2: eps is 0\.05, the others have 1e−5/,
  ],
  [
    'weights as they were drawn',
    {
      weights: (all) => {
        asDrawn(all, ['conv1.weight', 'conv2.weight', 'conv3.weight', 'fc1.weight', 'fc2.weight']);
        for (const norm of ['bn1', 'bn2', 'bn3']) resting(all, norm);
      },
    },
    'untrained',
    null,
    /^the network looks untrained: 4 of 4 weights that can be told and 3 of 3 batch norms/,
  ],
  [
    'a network loaded in part',
    {
      weights: (all) => {
        asDrawn(all, ['conv3.weight', 'fc1.weight']);
        resting(all, 'bn3');
      },
    },
    'half-loaded',
    'conv3',
    /^the network looks loaded in part: 2 of 3 weights that can be told and 1 of 3 batch norms .*conv3, fc1, bn3/,
  ],
  [
    'a head that was never trained',
    { weights: (all) => asDrawn(all, ['fc1.weight', 'fc2.weight']) },
    'half-loaded',
    'fc1',
    /conv2|fc1\.weight is uniform within ±0\.144 = 1\/√fan_in/,
  ],
];

function put(arrays: Arrays, name: string, index: number, value: number): void {
  arrays.get(name)!.data[index] = value;
}

function scale(data: Float32Array, factor: number): void {
  for (let i = 0; i < data.length; i++) data[i] *= factor;
}

/** The first layer reads its three channels in the opposite order. */
function reverseInput(arrays: Arrays): void {
  const { data } = arrays.get('conv1.weight')!;
  const before = data.slice();
  for (let i = 0; i < data.length; i++) {
    const channel = Math.floor(i / 25) % 3;
    data[i] = before[i + (2 - 2 * channel) * 25];
  }
}

describe('a trained network', () => {
  it('is healthy: nothing is found, and exit code is 0', async () => {
    const { code, healthy, findings } = await examine({});
    expect([code, healthy, findings]).toEqual([0, true, []]);
  });

  it('is healthy on each of the photographs alone', async () => {
    for (const photo of PHOTOS) {
      const { findings } = await examine({ images: () => [photo] });
      expect([photo, findings]).toEqual([photo, []]);
    }
  });

  it.each([
    ['the shipped digits', ['digits', join(IMAGES, 'digits')]],
    ['the shipped digits, its weights alone', ['digits']],
  ])('is healthy: %s', async (_, args) => {
    const { code, stdout } = await cnnviz(['doctor', ...args, '--json']);
    expect([code, (JSON.parse(stdout) as Report).findings]).toEqual([0, []]);
  });

  it('and what is fed to it as arrays are healthy, too', async () => {
    expect((await examineArrays(normalised)).findings).toEqual([]);
  });
});

describe('its twin with', () => {
  it.each(BROKEN)('%s is told from it', async (_, twin, kind, layer, says) => {
    const { code, findings } = await examine(twin);
    expect(findings.map((one) => [one.kind, one.layer])).toEqual([[kind, layer]]);
    expect(findings[0].what).toMatch(says);
    expect(findings[0].fix).toBeTruthy();
    expect(code).toBe(1);
  });

  it.each([
    [
      'channels last under the shape of channels first',
      (u: Float32Array) => channelsLast(normalised(u)),
      'layout',
      /NHWC/,
    ],
    [
      'numbers that are 255 times too large',
      (u: Float32Array) => u.map((value) => 255 * value),
      'preparation',
      /255 times too large/,
    ],
    ['numbers that are not normalised', (u: Float32Array) => u, 'preparation', /not normalised/],
    [
      'mean and std swapped',
      (u: Float32Array) => u.map((v, i) => (v - STD[Math.floor(i / PLANE)]) / MEAN[Math.floor(i / PLANE)]),
      'preparation',
      /swapped/,
    ],
  ] as const)('arrays of %s is told from it', async (_, change, kind, says) => {
    const { findings } = await examineArrays(change);
    expect(findings.map((one) => one.kind)).toEqual([kind]);
    expect(findings[0].what).toMatch(says);
  });
});
