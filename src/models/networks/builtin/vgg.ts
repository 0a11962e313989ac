import type { LayerSpec } from '../spec.js';
import { conv, layer, linear } from './build.js';

/** Output channels of the convolutions of each block; a pool follows each. */
const BLOCKS = {
  vgg11: [[64], [128], [256, 256], [512, 512], [512, 512]],
  vgg16: [
    [64, 64],
    [128, 128],
    [256, 256, 256],
    [512, 512, 512],
    [512, 512, 512],
  ],
} as const;

/** torchvision's vgg11 and vgg16. Source: torchvision/models/vgg.py; Simonyan, Zisserman 2014 */
export function vggLayers(name: keyof typeof BLOCKS): LayerSpec[] {
  const layers: LayerSpec[] = [];
  const next = () => `features.${layers.length}`;
  let channels = 3;
  for (const block of BLOCKS[name]) {
    for (const out of block) {
      layers.push(conv(next(), channels, out, 3, { padding: 1 }));
      layers.push(layer('relu', next()));
      channels = out;
    }
    layers.push(layer('max_pool', next(), { kernel_size: 2, stride: 2 }));
  }
  return [
    ...layers,
    layer('adaptive_avg_pool', 'avgpool', { output_size: 7 }),
    layer('flatten', 'flatten'),
    linear('classifier.0', 512 * 7 * 7, 4096),
    layer('relu', 'classifier.1'),
    layer('dropout', 'classifier.2'),
    linear('classifier.3', 4096, 4096),
    layer('relu', 'classifier.4'),
    layer('dropout', 'classifier.5'),
    linear('classifier.6', 4096, 1000),
  ];
}
