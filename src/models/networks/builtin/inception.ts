import type { Pair } from '../../../core/geometry.js';
import type { FieldValue } from '../fields.js';
import type { LayerSpec } from '../spec.js';
import { conv, lastName, layer, linear, norm } from './build.js';
import { type Builtin, PHOTO, photoPreset } from './family.js';

/** A convolution, a batch norm, a relu: NAME.conv, NAME.bn, NAME.relu. Source: torchvision, BasicConv2d */
function basic(
  name: string,
  channels: number,
  out: number,
  side: number | Pair,
  fields: Readonly<Record<string, FieldValue>> = {},
  from: string | null = null,
): LayerSpec[] {
  return [
    conv(`${name}.conv`, channels, out, side, { bias: false, ...fields }, from === null ? null : [from]),
    norm(`${name}.bn`, out, 1e-3),
    layer('relu', `${name}.relu`),
  ];
}

const pool = (name: string, size: number, fields: Readonly<Record<string, FieldValue>> = {}, from?: string) =>
  layer('max_pool', name, { kernel_size: size, stride: 2, ...fields }, from === undefined ? null : [from]);

/** Paths beside each other, joined in their order. */
function joined(name: string, ...paths: readonly LayerSpec[][]): LayerSpec[] {
  return [...paths.flat(), layer('concat', name, { dim: 1 }, paths.map(lastName))];
}

/** Channels of an inception block: 1×1; 3×3 and before it; "5×5", which is 3×3 in torchvision, and before it; behind the pool. */
type Widths = readonly [number, number, number, number, number, number];

const GOOGLENET: readonly (readonly [name: string, widths: Widths])[] = [
  ['inception3a', [64, 96, 128, 16, 32, 32]],
  ['inception3b', [128, 128, 192, 32, 96, 64]],
  ['maxpool3', [0, 0, 0, 0, 0, 3]],
  ['inception4a', [192, 96, 208, 16, 48, 64]],
  ['inception4b', [160, 112, 224, 24, 64, 64]],
  ['inception4c', [128, 128, 256, 24, 64, 64]],
  ['inception4d', [112, 144, 288, 32, 64, 64]],
  ['inception4e', [256, 160, 320, 32, 128, 128]],
  ['maxpool4', [0, 0, 0, 0, 0, 2]],
  ['inception5a', [256, 160, 320, 32, 128, 128]],
  ['inception5b', [384, 192, 384, 48, 128, 128]],
];

/** Source: torchvision/models/googlenet.py; Szegedy et al. 2014 */
function googlenetLayers(): LayerSpec[] {
  const ceil = { ceil_mode: true };
  const layers = [
    ...basic('conv1', 3, 64, 7, { stride: 2, padding: 3 }),
    pool('maxpool1', 3, ceil),
    ...basic('conv2', 64, 64, 1),
    ...basic('conv3', 64, 192, 3, { padding: 1 }),
    pool('maxpool2', 3, ceil),
  ];
  let channels = 192;
  for (const [name, [one, before3, three, before5, five, pooled]] of GOOGLENET) {
    if (one === 0) {
      layers.push(pool(name, pooled, ceil));
      continue;
    }
    const x = lastName(layers);
    const same = { padding: 1 };
    layers.push(
      ...joined(
        `${name}.cat`,
        basic(`${name}.branch1`, channels, one, 1, {}, x),
        [
          ...basic(`${name}.branch2.0`, channels, before3, 1, {}, x),
          ...basic(`${name}.branch2.1`, before3, three, 3, same),
        ],
        [
          ...basic(`${name}.branch3.0`, channels, before5, 1, {}, x),
          ...basic(`${name}.branch3.1`, before5, five, 3, same),
        ],
        [
          pool(`${name}.branch4.0`, 3, { stride: 1, padding: 1, ...ceil }, x),
          ...basic(`${name}.branch4.1`, channels, pooled, 1),
        ],
      ),
    );
    channels = one + three + five + pooled;
  }
  return [
    ...layers,
    layer('adaptive_avg_pool', 'avgpool', { output_size: 1 }),
    layer('flatten', 'flatten'),
    layer('dropout', 'dropout', { p: 0.2 }),
    linear('fc', 1024, 1000),
  ];
}

const averaged = (name: string, x: string) =>
  layer('avg_pool', `${name}.avg_pool2d`, { kernel_size: 3, stride: 1, padding: 1 }, [x]);
/** One row, or one column, of n numbers. */
const row = (n: number) => [[1, n] as const, { padding: [0, (n - 1) / 2] }] as const;
const column = (n: number) => [[n, 1] as const, { padding: [(n - 1) / 2, 0] }] as const;

function inceptionA(name: string, x: string, channels: number, pooled: number): LayerSpec[] {
  const at = (branch: string) => `${name}.branch${branch}`;
  return joined(
    `${name}.cat`,
    basic(at('1x1'), channels, 64, 1, {}, x),
    [...basic(at('5x5_1'), channels, 48, 1, {}, x), ...basic(at('5x5_2'), 48, 64, 5, { padding: 2 })],
    [
      ...basic(at('3x3dbl_1'), channels, 64, 1, {}, x),
      ...basic(at('3x3dbl_2'), 64, 96, 3, { padding: 1 }),
      ...basic(at('3x3dbl_3'), 96, 96, 3, { padding: 1 }),
    ],
    [averaged(name, x), ...basic(at('_pool'), channels, pooled, 1)],
  );
}

function inceptionB(name: string, x: string, channels: number): LayerSpec[] {
  const at = (branch: string) => `${name}.branch${branch}`;
  return joined(
    `${name}.cat`,
    basic(at('3x3'), channels, 384, 3, { stride: 2 }, x),
    [
      ...basic(at('3x3dbl_1'), channels, 64, 1, {}, x),
      ...basic(at('3x3dbl_2'), 64, 96, 3, { padding: 1 }),
      ...basic(at('3x3dbl_3'), 96, 96, 3, { stride: 2 }),
    ],
    [pool(`${name}.max_pool2d`, 3, {}, x)],
  );
}

function inceptionC(name: string, x: string, c7: number): LayerSpec[] {
  const at = (branch: string) => `${name}.branch${branch}`;
  return joined(
    `${name}.cat`,
    basic(at('1x1'), 768, 192, 1, {}, x),
    [
      ...basic(at('7x7_1'), 768, c7, 1, {}, x),
      ...basic(at('7x7_2'), c7, c7, ...row(7)),
      ...basic(at('7x7_3'), c7, 192, ...column(7)),
    ],
    [
      ...basic(at('7x7dbl_1'), 768, c7, 1, {}, x),
      ...basic(at('7x7dbl_2'), c7, c7, ...column(7)),
      ...basic(at('7x7dbl_3'), c7, c7, ...row(7)),
      ...basic(at('7x7dbl_4'), c7, c7, ...column(7)),
      ...basic(at('7x7dbl_5'), c7, 192, ...row(7)),
    ],
    [averaged(name, x), ...basic(at('_pool'), 768, 192, 1)],
  );
}

function inceptionD(name: string, x: string): LayerSpec[] {
  const at = (branch: string) => `${name}.branch${branch}`;
  return joined(
    `${name}.cat`,
    [...basic(at('3x3_1'), 768, 192, 1, {}, x), ...basic(at('3x3_2'), 192, 320, 3, { stride: 2 })],
    [
      ...basic(at('7x7x3_1'), 768, 192, 1, {}, x),
      ...basic(at('7x7x3_2'), 192, 192, ...row(7)),
      ...basic(at('7x7x3_3'), 192, 192, ...column(7)),
      ...basic(at('7x7x3_4'), 192, 192, 3, { stride: 2 }),
    ],
    [pool(`${name}.max_pool2d`, 3, {}, x)],
  );
}

/** A row and a column beside each other, behind the same maps. */
function split(name: string, at: (side: string) => string, x: string): LayerSpec[] {
  return joined(name, basic(at('a'), 384, 384, ...row(3), x), basic(at('b'), 384, 384, ...column(3), x));
}

function inceptionE(name: string, x: string, channels: number): LayerSpec[] {
  const at = (branch: string) => `${name}.branch${branch}`;
  const doubled = [
    ...basic(at('3x3dbl_1'), channels, 448, 1, {}, x),
    ...basic(at('3x3dbl_2'), 448, 384, 3, { padding: 1 }),
  ];
  return joined(
    `${name}.cat_2`,
    basic(at('1x1'), channels, 320, 1, {}, x),
    [
      ...basic(at('3x3_1'), channels, 384, 1, {}, x),
      ...split(`${name}.cat`, (side) => at(`3x3_2${side}`), `${at('3x3_1')}.relu`),
    ],
    [...doubled, ...split(`${name}.cat_1`, (side) => at(`3x3dbl_3${side}`), lastName(doubled))],
    [averaged(name, x), ...basic(at('_pool'), channels, 192, 1)],
  );
}

/** Source: torchvision/models/inception.py; Szegedy et al. 2015 */
function inceptionV3Layers(): LayerSpec[] {
  const layers = [
    ...basic('Conv2d_1a_3x3', 3, 32, 3, { stride: 2 }),
    ...basic('Conv2d_2a_3x3', 32, 32, 3),
    ...basic('Conv2d_2b_3x3', 32, 64, 3, { padding: 1 }),
    pool('maxpool1', 3),
    ...basic('Conv2d_3b_1x1', 64, 80, 1),
    ...basic('Conv2d_4a_3x3', 80, 192, 3),
    pool('maxpool2', 3),
  ];
  const mixed: readonly ((x: string) => LayerSpec[])[] = [
    (x) => inceptionA('Mixed_5b', x, 192, 32),
    (x) => inceptionA('Mixed_5c', x, 256, 64),
    (x) => inceptionA('Mixed_5d', x, 288, 64),
    (x) => inceptionB('Mixed_6a', x, 288),
    (x) => inceptionC('Mixed_6b', x, 128),
    (x) => inceptionC('Mixed_6c', x, 160),
    (x) => inceptionC('Mixed_6d', x, 160),
    (x) => inceptionC('Mixed_6e', x, 192),
    (x) => inceptionD('Mixed_7a', x),
    (x) => inceptionE('Mixed_7b', x, 1280),
    (x) => inceptionE('Mixed_7c', x, 2048),
  ];
  for (const block of mixed) layers.push(...block(lastName(layers)));
  return [
    ...layers,
    layer('adaptive_avg_pool', 'avgpool', { output_size: 1 }),
    layer('dropout', 'dropout'),
    layer('flatten', 'flatten'),
    linear('fc', 2048, 1000),
  ];
}

/** What transform_input makes of ImageNet's mean and std. */
const HALF = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
const TRANSFORM =
  'images are prepared for transform_input=True (mean 0.5, std 0.5), as its own weights ask; for transform_input=False add --normalize 0.485,0.456,0.406/0.229,0.224,0.225';

/** torchvision's GoogLeNet and Inception v3. */
export const INCEPTIONS: readonly Builtin[] = [
  {
    name: 'googlenet',
    title: 'GoogLeNet',
    summary: 'GoogLeNet, 22 layers',
    input: PHOTO,
    preset: photoPreset(256, 224, HALF),
    layers: googlenetLayers,
    assumed: TRANSFORM,
    trainingOnly: ['aux1.', 'aux2.'],
  },
  {
    name: 'inception_v3',
    title: 'Inception v3',
    summary: 'Inception v3',
    input: [3, 299, 299],
    preset: photoPreset(342, 299, HALF),
    layers: inceptionV3Layers,
    assumed: TRANSFORM,
    trainingOnly: ['AuxLogits.'],
  },
];
