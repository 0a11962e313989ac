import type { LayerSpec } from '../spec.js';
import { conv, layer, linear, norm } from './build.js';
import { type Builtin, PHOTO } from './family.js';

/** How many convolutions each block has; a pool follows each block. */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  11: [1, 1, 2, 2, 2],
  13: [2, 2, 2, 2, 2],
  16: [2, 2, 3, 3, 3],
  19: [2, 2, 4, 4, 4],
};
/** Output channels of the convolutions of each block. */
const CHANNELS = [64, 128, 256, 512, 512];

/** Source: torchvision/models/vgg.py; Simonyan, Zisserman 2014 */
function vggLayers(depth: number, hasNorms: boolean): LayerSpec[] {
  const layers: LayerSpec[] = [];
  const next = () => `features.${layers.length}`;
  let channels = 3;
  for (const [block, count] of DEPTHS[depth].entries()) {
    const out = CHANNELS[block];
    for (let i = 0; i < count; i++) {
      layers.push(conv(next(), channels, out, 3, { padding: 1 }));
      if (hasNorms) layers.push(norm(next(), out));
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

/** torchvision's VGGs, with and without batch norms. */
export const VGGS: readonly Builtin[] = [11, 13, 16, 19].flatMap((depth) =>
  [false, true].map((hasNorms) => ({
    name: `vgg${depth}${hasNorms ? '_bn' : ''}`,
    title: `VGG-${depth}${hasNorms ? ' with batch norms' : ''}`,
    summary: `VGG, ${depth} layers${hasNorms ? ', batch norms' : ''}`,
    input: PHOTO,
    preset: 'imagenet',
    layers: () => vggLayers(depth, hasNorms),
  })),
);
