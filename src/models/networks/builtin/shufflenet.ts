import type { LayerSpec } from '../spec.js';
import { conv, integers, lastName, layer, linear, meanOfMaps, norm, part, plainLayer } from './build.js';
import { type Builtin, PHOTO, photoPreset } from './family.js';

const shared = { bias: false };

/** 3×3 on each channel, 1×1: NAME.0 … NAME.4 */
function strided(name: string, input: string, channels: number, out: number): LayerSpec[] {
  return [
    conv(`${name}.0`, channels, channels, 3, { stride: 2, padding: 1, groups: channels, ...shared }, [input]),
    norm(`${name}.1`, channels),
    conv(`${name}.2`, channels, out, 1, shared),
    norm(`${name}.3`, out),
    layer('relu', `${name}.4`),
  ];
}

/** 1×1, 3×3 on each channel, 1×1: NAME.0 … NAME.7 */
function mixing(name: string, input: string, channels: number, out: number, stride: number): LayerSpec[] {
  return [
    conv(`${name}.0`, channels, out, 1, shared, [input]),
    norm(`${name}.1`, out),
    layer('relu', `${name}.2`),
    conv(`${name}.3`, out, out, 3, { stride, padding: 1, groups: out, ...shared }),
    norm(`${name}.4`, out),
    conv(`${name}.5`, out, out, 1, shared),
    norm(`${name}.6`, out),
    layer('relu', `${name}.7`),
  ];
}

/** The channels of two halves in turn: 0, C/2, 1, C/2 + 1 … Source: torchvision/models/shufflenetv2.py, channel_shuffle */
function shuffle(name: string, channels: number): LayerSpec {
  const order = Array.from({ length: channels }, (_, c) => (c % 2) * (channels / 2) + Math.floor(c / 2));
  return plainLayer(name, { kind: 'gather', axis: 1 }, null, [integers(`${name}.indices`, order)]);
}

/** Of one stride one half of the channels is passed on as it is; of stride 2 both halves are computed from all. */
function block(name: string, input: string, channels: number, out: number, stride: number): LayerSpec[] {
  const half = out / 2;
  const [kept, changed] = [`${name}.getitem`, `${name}.getitem_1`];
  const [first, second] =
    stride === 1
      ? [
          [part(kept, 1, 0, half, [input])],
          [part(changed, 1, half, out, [input]), ...mixing(`${name}.branch2`, changed, half, half, 1)],
        ]
      : [strided(`${name}.branch1`, input, channels, half), mixing(`${name}.branch2`, input, channels, half, stride)];
  return [
    ...first,
    ...second,
    layer('concat', `${name}.cat`, { dim: 1 }, [lastName(first), lastName(second)]),
    shuffle(`${name}.channel_shuffle`, out),
  ];
}

/** Source: torchvision/models/shufflenetv2.py; Ma et al. 2018 */
function shufflenetLayers(widths: readonly number[]): LayerSpec[] {
  const layers = [
    conv('conv1.0', 3, 24, 3, { stride: 2, padding: 1, ...shared }),
    norm('conv1.1', 24),
    layer('relu', 'conv1.2'),
    layer('max_pool', 'maxpool', { kernel_size: 3, stride: 2, padding: 1 }),
  ];
  let channels = 24;
  for (const [i, count] of [4, 8, 4].entries()) {
    for (let at = 0; at < count; at++) {
      layers.push(...block(`stage${i + 2}.${at}`, lastName(layers), channels, widths[i], at === 0 ? 2 : 1));
      channels = widths[i];
    }
  }
  return [
    ...layers,
    conv('conv5.0', channels, widths[3], 1, shared),
    norm('conv5.1', widths[3]),
    layer('relu', 'conv5.2'),
    meanOfMaps('mean'),
    linear('fc', widths[3], 1000),
  ];
}

function shufflenet(size: string, widths: readonly number[], resize: number): Builtin {
  return {
    name: `shufflenet_v2_x${size.replace('.', '_')}`,
    title: `ShuffleNetV2 x${size}`,
    summary: `ShuffleNetV2, ${size} times its channels`,
    input: PHOTO,
    preset: photoPreset(resize, 224),
    layers: () => shufflenetLayers(widths),
  };
}

/** torchvision's ShuffleNets. */
export const SHUFFLENETS: readonly Builtin[] = [
  shufflenet('0.5', [48, 96, 192, 1024], 256),
  shufflenet('1.0', [116, 232, 464, 1024], 256),
  shufflenet('1.5', [176, 352, 704, 1024], 232),
  shufflenet('2.0', [244, 488, 976, 2048], 232),
];
