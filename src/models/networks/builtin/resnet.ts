import type { LayerSpec } from '../spec.js';
import { conv, lastName, layer, linear, norm } from './build.js';
import { type Builtin, PHOTO, photoPreset } from './family.js';

/** Two 3×3 convolutions beside a shortcut, which is a 1×1 convolution where the size changes. */
function basicBlock(name: string, input: string, channels: number, out: number, stride: number): LayerSpec[] {
  const [shortcut, layers] = shortcutOf(name, input, channels, out, stride);
  return [
    conv(`${name}.conv1`, channels, out, 3, { stride, padding: 1, bias: false }, [input]),
    norm(`${name}.bn1`, out),
    layer('relu', `${name}.relu`),
    conv(`${name}.conv2`, out, out, 3, { padding: 1, bias: false }),
    norm(`${name}.bn2`, out),
    ...layers,
    layer('add', `${name}.add`, {}, [`${name}.bn2`, shortcut]),
    layer('relu', `${name}.relu_1`),
  ];
}

/** 1×1 to `width` channels, 3×3 in groups, which is the one that strides, 1×1 to `out` channels. */
function bottleneck(
  name: string,
  input: string,
  channels: number,
  width: number,
  groups: number,
  out: number,
  stride: number,
): LayerSpec[] {
  const [shortcut, layers] = shortcutOf(name, input, channels, out, stride);
  return [
    conv(`${name}.conv1`, channels, width, 1, { bias: false }, [input]),
    norm(`${name}.bn1`, width),
    layer('relu', `${name}.relu`),
    conv(`${name}.conv2`, width, width, 3, { stride, padding: 1, groups, bias: false }),
    norm(`${name}.bn2`, width),
    layer('relu', `${name}.relu_1`),
    conv(`${name}.conv3`, width, out, 1, { bias: false }),
    norm(`${name}.bn3`, out),
    ...layers,
    layer('add', `${name}.add`, {}, [`${name}.bn3`, shortcut]),
    layer('relu', `${name}.relu_2`),
  ];
}

/** What is added to a block's output, and the layers that make it. */
function shortcutOf(
  name: string,
  input: string,
  channels: number,
  out: number,
  stride: number,
): readonly [string, LayerSpec[]] {
  if (stride === 1 && channels === out) return [input, []];
  const down = `${name}.downsample`;
  return [`${down}.1`, [conv(`${down}.0`, channels, out, 1, { stride, bias: false }, [input]), norm(`${down}.1`, out)]];
}

interface ResNet {
  /** Blocks of each of the four layers. */
  readonly blocks: readonly number[];
  /** Channels of the 3×3 convolutions in layer1, of bottlenecks; null: basic blocks. */
  readonly width: number | null;
  readonly groups?: number;
}

/** With the names of torchvision's feature extraction. Source: torchvision/models/resnet.py; He et al. 2015 */
function resnetLayers({ blocks, width, groups = 1 }: ResNet): LayerSpec[] {
  const layers: LayerSpec[] = [
    conv('conv1', 3, 64, 7, { stride: 2, padding: 3, bias: false }),
    norm('bn1', 64),
    layer('relu', 'relu'),
    layer('max_pool', 'maxpool', { kernel_size: 3, stride: 2, padding: 1 }),
  ];
  let channels = 64;
  for (const [i, count] of blocks.entries()) {
    for (let block = 0; block < count; block++) {
      const [name, input] = [`layer${i + 1}.${block}`, lastName(layers)];
      const stride = block === 0 && i > 0 ? 2 : 1;
      const out = (width === null ? 64 : 256) * 2 ** i;
      layers.push(
        ...(width === null
          ? basicBlock(name, input, channels, out, stride)
          : bottleneck(name, input, channels, width * 2 ** i, groups, out, stride)),
      );
      channels = out;
    }
  }
  return [
    ...layers,
    layer('adaptive_avg_pool', 'avgpool', { output_size: 1 }),
    layer('flatten', 'flatten'),
    linear('fc', channels, 1000),
  ];
}

const STRIDES = 'the 3×3 convolution of a bottleneck strides; where Caffe’s 1×1 does, the tensors are the same';

function resnet(name: string, title: string, net: ResNet, preset: Builtin['preset'] = 'imagenet'): Builtin {
  const depth = net.blocks.reduce((sum, count) => sum + count, 0) * (net.width === null ? 2 : 3) + 2;
  const summary = `${title.replace(/-.*/, '')}, ${depth} layers`;
  return {
    name,
    title,
    summary,
    input: PHOTO,
    preset,
    layers: () => resnetLayers(net),
    ...(net.width !== null && { assumed: STRIDES }),
  };
}

const [B50, B101, B152] = [
  [3, 4, 6, 3],
  [3, 4, 23, 3],
  [3, 8, 36, 3],
];

/** torchvision's ResNets, wide ones and ResNeXts. */
export const RESNETS: readonly Builtin[] = [
  resnet('resnet18', 'ResNet-18', { blocks: [2, 2, 2, 2], width: null }),
  resnet('resnet34', 'ResNet-34', { blocks: B50, width: null }),
  resnet('resnet50', 'ResNet-50', { blocks: B50, width: 64 }),
  resnet('resnet101', 'ResNet-101', { blocks: B101, width: 64 }),
  resnet('resnet152', 'ResNet-152', { blocks: B152, width: 64 }),
  resnet('wide_resnet50_2', 'Wide ResNet-50-2', { blocks: B50, width: 128 }),
  resnet('wide_resnet101_2', 'Wide ResNet-101-2', { blocks: B101, width: 128 }),
  resnet('resnext50_32x4d', 'ResNeXt-50 32x4d', { blocks: B50, width: 128, groups: 32 }),
  resnet('resnext101_32x8d', 'ResNeXt-101 32x8d', { blocks: B101, width: 256, groups: 32 }),
  resnet('resnext101_64x4d', 'ResNeXt-101 64x4d', { blocks: B101, width: 256, groups: 64 }, photoPreset(232, 224)),
];
