import type { LayerSpec } from '../spec.js';
import { conv, lastName, layer, linear, norm } from './build.js';
import { type Builtin, PHOTO } from './family.js';

/** A layer reads all maps before it in its block: 1×1 to 4·growth channels, 3×3 to growth channels. */
function denseLayer(name: string, before: readonly string[], channels: number, growth: number): LayerSpec[] {
  const joined = before.length === 1 ? [] : [layer('concat', `${name}.cat`, { dim: 1 }, before)];
  const read = before.length === 1 ? before[0] : `${name}.cat`;
  return [
    ...joined,
    { ...norm(`${name}.norm1`, channels), from: [read] },
    layer('relu', `${name}.relu1`),
    conv(`${name}.conv1`, channels, 4 * growth, 1, { bias: false }),
    norm(`${name}.norm2`, 4 * growth),
    layer('relu', `${name}.relu2`),
    conv(`${name}.conv2`, 4 * growth, growth, 3, { padding: 1, bias: false }),
  ];
}

/** Source: torchvision/models/densenet.py; Huang et al. 2016 */
function densenetLayers(growth: number, blocks: readonly number[], first: number): LayerSpec[] {
  const layers = [
    conv('features.conv0', 3, first, 7, { stride: 2, padding: 3, bias: false }),
    norm('features.norm0', first),
    layer('relu', 'features.relu0'),
    layer('max_pool', 'features.pool0', { kernel_size: 3, stride: 2, padding: 1 }),
  ];
  let channels = first;
  for (const [i, count] of blocks.entries()) {
    const block = `features.denseblock${i + 1}`;
    const before = [lastName(layers)];
    for (let at = 1; at <= count; at++) {
      layers.push(...denseLayer(`${block}.denselayer${at}`, [...before], channels, growth));
      before.push(lastName(layers));
      channels += growth;
    }
    layers.push(layer('concat', `${block}.cat`, { dim: 1 }, [...before]));
    if (i === blocks.length - 1) break;
    const at = `features.transition${i + 1}`;
    layers.push(norm(`${at}.norm`, channels), layer('relu', `${at}.relu`));
    layers.push(conv(`${at}.conv`, channels, channels / 2, 1, { bias: false }));
    layers.push(layer('avg_pool', `${at}.pool`, { kernel_size: 2, stride: 2 }));
    channels /= 2;
  }
  return [
    ...layers,
    norm('features.norm5', channels),
    layer('relu', 'relu'),
    layer('adaptive_avg_pool', 'adaptive_avg_pool2d', { output_size: 1 }),
    layer('flatten', 'flatten'),
    linear('classifier', channels, 1000),
  ];
}

function densenet(depth: number, growth: number, blocks: readonly number[], first: number): Builtin {
  return {
    name: `densenet${depth}`,
    title: `DenseNet-${depth}`,
    summary: `DenseNet, ${depth} layers`,
    input: PHOTO,
    preset: 'imagenet',
    layers: () => densenetLayers(growth, blocks, first),
  };
}

/** torchvision's DenseNets. */
export const DENSENETS: readonly Builtin[] = [
  densenet(121, 32, [6, 12, 24, 16], 64),
  densenet(161, 48, [6, 12, 36, 24], 96),
  densenet(169, 32, [6, 12, 32, 32], 64),
  densenet(201, 32, [6, 12, 48, 32], 64),
];
