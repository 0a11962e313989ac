import type { LayerSpec } from '../spec.js';
import { conv, layer } from './build.js';
import { type Builtin, PHOTO } from './family.js';

const pool = (name: string) => layer('max_pool', name, { kernel_size: 3, stride: 2, ceil_mode: true });

/** Squeeze to few channels, expand by 1×1 and 3×3 side by side. */
function fire(name: string, channels: number, squeeze: number, expand: number): LayerSpec[] {
  const squeezed = `${name}.squeeze_activation`;
  return [
    conv(`${name}.squeeze`, channels, squeeze, 1),
    layer('relu', squeezed),
    conv(`${name}.expand1x1`, squeeze, expand, 1),
    layer('relu', `${name}.expand1x1_activation`),
    conv(`${name}.expand3x3`, squeeze, expand, 3, { padding: 1 }, [squeezed]),
    layer('relu', `${name}.expand3x3_activation`),
    layer('concat', `${name}.cat`, { dim: 1 }, [`${name}.expand1x1_activation`, `${name}.expand3x3_activation`]),
  ];
}

/** Channels of the fires' squeezes and of each side of their expansions. */
const FIRES = [
  [16, 64],
  [16, 64],
  [32, 128],
  [32, 128],
  [48, 192],
  [48, 192],
  [64, 256],
  [64, 256],
];

/** `pools`: where they stand in features; a fire stands everywhere else. */
function squeezenetLayers(channels: number, kernelSize: number, pools: readonly number[]): LayerSpec[] {
  const layers = [conv('features.0', 3, channels, kernelSize, { stride: 2 }), layer('relu', 'features.1')];
  const fires = FIRES.values();
  let read = channels;
  for (let i = 2; i < 2 + FIRES.length + pools.length; i++) {
    const [squeeze, expand] = pools.includes(i) ? [] : fires.next().value!;
    if (squeeze === undefined) layers.push(pool(`features.${i}`));
    else {
      layers.push(...fire(`features.${i}`, read, squeeze, expand));
      read = 2 * expand;
    }
  }
  return [
    ...layers,
    layer('dropout', 'classifier.0'),
    conv('classifier.1', 512, 1000, 1),
    layer('relu', 'classifier.2'),
    layer('adaptive_avg_pool', 'classifier.3', { output_size: 1 }),
    layer('flatten', 'flatten'),
  ];
}

/** torchvision's SqueezeNets. Source: torchvision/models/squeezenet.py; Iandola et al. 2016 */
export const SQUEEZENETS: readonly Builtin[] = [
  {
    name: 'squeezenet1_0',
    title: 'SqueezeNet 1.0',
    summary: 'SqueezeNet 1.0',
    input: PHOTO,
    preset: 'imagenet',
    layers: () => squeezenetLayers(96, 7, [2, 6, 11]),
  },
  {
    name: 'squeezenet1_1',
    title: 'SqueezeNet 1.1',
    summary: 'SqueezeNet 1.1',
    input: PHOTO,
    preset: 'imagenet',
    layers: () => squeezenetLayers(64, 3, [2, 5, 8]),
  },
];
