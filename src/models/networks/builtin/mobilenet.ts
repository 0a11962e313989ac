import type { LayerSpec } from '../spec.js';
import { conv, convNormActivation, lastName, layer, linear, multipleOf8, norm, squeezeExcitation } from './build.js';
import { type Builtin, PHOTO } from './family.js';

/** Of each stage: expansion, output channels, blocks, stride of the first. */
const V2_STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

/** 1×1 to many channels, 3×3 on each, 1×1 to few: NAME.conv.0 … */
function v2Block(name: string, input: string, channels: number, out: number, expansion: number, stride: number) {
  const wide = channels * expansion;
  const at = `${name}.conv`;
  const expands = expansion === 1 ? 0 : 1;
  return [
    ...(expands === 1 ? convNormActivation(`${at}.0`, channels, wide, 1, { activation: 'relu6' }, [input]) : []),
    ...convNormActivation(`${at}.${expands}`, wide, wide, 3, { stride, groups: wide, activation: 'relu6' }),
    conv(`${at}.${expands + 1}`, wide, out, 1, { bias: false }),
    norm(`${at}.${expands + 2}`, out),
    ...(stride === 1 && channels === out ? [layer('add', `${name}.add`, {}, [input, `${at}.${expands + 2}`])] : []),
  ];
}

/** Source: torchvision/models/mobilenetv2.py; Sandler et al. 2018 */
function mobilenetV2Layers(): LayerSpec[] {
  const layers = convNormActivation('features.0', 3, 32, 3, { stride: 2, activation: 'relu6' });
  let [channels, at] = [32, 1];
  for (const [expansion, out, count, first] of V2_STAGES) {
    for (let i = 0; i < count; i++, at++) {
      layers.push(...v2Block(`features.${at}`, lastName(layers), channels, out, expansion, i === 0 ? first : 1));
      channels = out;
    }
  }
  return [
    ...layers,
    ...convNormActivation(`features.${at}`, channels, 1280, 1, { activation: 'relu6' }),
    layer('adaptive_avg_pool', 'adaptive_avg_pool2d', { output_size: 1 }),
    layer('flatten', 'flatten'),
    layer('dropout', 'classifier.0', { p: 0.2 }),
    linear('classifier.1', 1280, 1000),
  ];
}

/** Side of the kernel, channels between, output channels, squeezes, stride; h: hardswish, r: relu. */
type V3Block = readonly [number, number, number, 'se' | '', 'h' | 'r', number];

const V3_LARGE: readonly V3Block[] = [
  [3, 16, 16, '', 'r', 1],
  [3, 64, 24, '', 'r', 2],
  [3, 72, 24, '', 'r', 1],
  [5, 72, 40, 'se', 'r', 2],
  [5, 120, 40, 'se', 'r', 1],
  [5, 120, 40, 'se', 'r', 1],
  [3, 240, 80, '', 'h', 2],
  [3, 200, 80, '', 'h', 1],
  [3, 184, 80, '', 'h', 1],
  [3, 184, 80, '', 'h', 1],
  [3, 480, 112, 'se', 'h', 1],
  [3, 672, 112, 'se', 'h', 1],
  [5, 672, 160, 'se', 'h', 2],
  [5, 960, 160, 'se', 'h', 1],
  [5, 960, 160, 'se', 'h', 1],
];

const V3_SMALL: readonly V3Block[] = [
  [3, 16, 16, 'se', 'r', 2],
  [3, 72, 24, '', 'r', 2],
  [3, 88, 24, '', 'r', 1],
  [5, 96, 40, 'se', 'h', 2],
  [5, 240, 40, 'se', 'h', 1],
  [5, 240, 40, 'se', 'h', 1],
  [5, 120, 48, 'se', 'h', 1],
  [5, 144, 48, 'se', 'h', 1],
  [5, 288, 96, 'se', 'h', 2],
  [5, 576, 96, 'se', 'h', 1],
  [5, 576, 96, 'se', 'h', 1],
];

const V3_EPS = 1e-3;

function v3Block(name: string, input: string, channels: number, [side, wide, out, squeezes, act, stride]: V3Block) {
  const activation = act === 'h' ? 'hardswish' : 'relu';
  const layers: LayerSpec[] = [];
  let at = 0;
  const next = () => `${name}.block.${at++}`;
  const block = { activation, eps: V3_EPS };
  if (wide !== channels) layers.push(...convNormActivation(next(), channels, wide, 1, block, [input]));
  const begin = layers.length === 0 ? [input] : null;
  layers.push(...convNormActivation(next(), wide, wide, side, { ...block, stride, groups: wide }, begin));
  if (squeezes) {
    const squeezed = multipleOf8(Math.floor(wide / 4));
    layers.push(...squeezeExcitation(next(), wide, squeezed, 'relu', 'hard_sigmoid', lastName(layers)));
  }
  layers.push(...convNormActivation(next(), wide, out, 1, { activation: null, eps: V3_EPS }));
  if (stride === 1 && channels === out) layers.push(layer('add', `${name}.add`, {}, [lastName(layers), input]));
  return layers;
}

/** Source: torchvision/models/mobilenetv3.py; Howard et al. 2019 */
function mobilenetV3Layers(blocks: readonly V3Block[], lastChannels: number): LayerSpec[] {
  const block = { activation: 'hardswish', eps: V3_EPS };
  const layers = convNormActivation('features.0', 3, 16, 3, { ...block, stride: 2 });
  let channels = 16;
  for (const [i, one] of blocks.entries()) {
    layers.push(...v3Block(`features.${i + 1}`, lastName(layers), channels, one));
    channels = one[2];
  }
  return [
    ...layers,
    ...convNormActivation(`features.${blocks.length + 1}`, channels, 6 * channels, 1, block),
    layer('adaptive_avg_pool', 'avgpool', { output_size: 1 }),
    layer('flatten', 'flatten'),
    linear('classifier.0', 6 * channels, lastChannels),
    layer('hardswish', 'classifier.1'),
    layer('dropout', 'classifier.2', { p: 0.2 }),
    linear('classifier.3', lastChannels, 1000),
  ];
}

/** torchvision's MobileNets. */
export const MOBILENETS: readonly Builtin[] = [
  {
    name: 'mobilenet_v2',
    title: 'MobileNetV2',
    summary: 'MobileNetV2',
    input: PHOTO,
    preset: 'imagenet',
    layers: mobilenetV2Layers,
  },
  {
    name: 'mobilenet_v3_small',
    title: 'MobileNetV3-Small',
    summary: 'MobileNetV3, small',
    input: PHOTO,
    preset: 'imagenet',
    layers: () => mobilenetV3Layers(V3_SMALL, 1024),
  },
  {
    name: 'mobilenet_v3_large',
    title: 'MobileNetV3-Large',
    summary: 'MobileNetV3, large',
    input: PHOTO,
    preset: 'imagenet',
    layers: () => mobilenetV3Layers(V3_LARGE, 1280),
  },
];
