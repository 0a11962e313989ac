import type { LayerSpec } from '../spec.js';
import { conv, layer, linear } from './build.js';

const norm = (name: string) => layer('batch_norm', name);

/** Two 3×3 convolutions beside a shortcut, which is a 1×1 convolution where the size changes. */
function basicBlock(name: string, input: string, channels: number, out: number, stride: number): LayerSpec[] {
  const changes = stride !== 1 || channels !== out;
  const shortcut: LayerSpec[] = changes
    ? [conv(`${name}.downsample.0`, channels, out, 1, { stride, bias: false }, [input]), norm(`${name}.downsample.1`)]
    : [];
  return [
    conv(`${name}.conv1`, channels, out, 3, { stride, padding: 1, bias: false }, [input]),
    norm(`${name}.bn1`),
    layer('relu', `${name}.relu`),
    conv(`${name}.conv2`, out, out, 3, { padding: 1, bias: false }),
    norm(`${name}.bn2`),
    ...shortcut,
    layer('add', `${name}.add`, {}, [`${name}.bn2`, changes ? `${name}.downsample.1` : input]),
    layer('relu', `${name}.relu_1`),
  ];
}

/** torchvision's resnet18, with the names of its feature extraction. Source: torchvision/models/resnet.py; He et al. 2015 */
export function resnet18Layers(): LayerSpec[] {
  const layers: LayerSpec[] = [
    conv('conv1', 3, 64, 7, { stride: 2, padding: 3, bias: false }),
    norm('bn1'),
    layer('relu', 'relu'),
    layer('max_pool', 'maxpool', { kernel_size: 3, stride: 2, padding: 1 }),
  ];
  let channels = 64;
  for (const [i, out] of [64, 128, 256, 512].entries()) {
    for (const block of [0, 1]) {
      const input = layers[layers.length - 1].name;
      layers.push(...basicBlock(`layer${i + 1}.${block}`, input, channels, out, block === 0 && i > 0 ? 2 : 1));
      channels = out;
    }
  }
  return [
    ...layers,
    layer('adaptive_avg_pool', 'avgpool', { output_size: 1 }),
    layer('flatten', 'flatten'),
    linear('fc', 512, 1000),
  ];
}
