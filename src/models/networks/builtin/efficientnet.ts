import type { LayerSpec } from '../spec.js';
import { convNormActivation, lastName, layer, linear, multipleOf8, squeezeExcitation } from './build.js';
import { type Builtin, photoPreset } from './family.js';

/** Of each stage of B0: expansion, side of the kernel, stride of the first block, channels read and given, blocks. */
const STAGES = [
  [1, 3, 1, 32, 16, 1],
  [6, 3, 2, 16, 24, 2],
  [6, 5, 2, 24, 40, 2],
  [6, 3, 2, 40, 80, 3],
  [6, 5, 1, 80, 112, 3],
  [6, 5, 2, 112, 192, 4],
  [6, 3, 1, 192, 320, 1],
];

function block(
  name: string,
  input: string,
  channels: number,
  out: number,
  expansion: number,
  side: number,
  stride: number,
): LayerSpec[] {
  const wide = multipleOf8(channels * expansion);
  const layers: LayerSpec[] = [];
  let at = 0;
  const next = () => `${name}.block.${at++}`;
  if (wide !== channels) {
    layers.push(...convNormActivation(next(), channels, wide, 1, { activation: 'silu' }, [input]));
  }
  layers.push(...convNormActivation(next(), wide, wide, side, { stride, groups: wide, activation: 'silu' }));
  const squeezed = Math.max(1, Math.floor(channels / 4));
  layers.push(...squeezeExcitation(next(), wide, squeezed, 'silu', 'sigmoid', lastName(layers)));
  layers.push(...convNormActivation(next(), wide, out, 1, { activation: null }));
  if (stride === 1 && channels === out) {
    layers.push(layer('identity', `${name}.stochastic_depth`));
    layers.push(layer('add', `${name}.add`, {}, [lastName(layers), input]));
  }
  return layers;
}

/** Channels and blocks of B0 times two factors. Source: torchvision/models/efficientnet.py; Tan, Le 2019 */
function efficientnetLayers(width: number, depth: number, p: number): LayerSpec[] {
  const first = multipleOf8(32 * width);
  const layers = convNormActivation('features.0', 3, first, 3, { stride: 2, activation: 'silu' });
  let channels = first;
  for (const [i, [expansion, side, stride, , given, count]] of STAGES.entries()) {
    const out = multipleOf8(given * width);
    for (let at = 0; at < Math.ceil(count * depth); at++) {
      const name = `features.${i + 1}.${at}`;
      layers.push(...block(name, lastName(layers), channels, out, expansion, side, at === 0 ? stride : 1));
      channels = out;
    }
  }
  return [
    ...layers,
    ...convNormActivation('features.8', channels, 4 * channels, 1, { activation: 'silu' }),
    layer('adaptive_avg_pool', 'avgpool', { output_size: 1 }),
    layer('flatten', 'flatten'),
    layer('dropout', 'classifier.0', { p }),
    linear('classifier.1', 4 * channels, 1000),
  ];
}

/** Of each: factor of channels, factor of blocks, share dropped; shorter side and crop of its images. */
const SIZES: readonly (readonly [number, number, number, number, number])[] = [
  [1, 1, 0.2, 256, 224],
  [1, 1.1, 0.2, 256, 240],
  [1.1, 1.2, 0.3, 288, 288],
  [1.2, 1.4, 0.3, 320, 300],
  [1.4, 1.8, 0.4, 384, 380],
];

/** torchvision's EfficientNets B0 to B4. */
export const EFFICIENTNETS: readonly Builtin[] = SIZES.map(([width, depth, p, resize, crop], b) => ({
  name: `efficientnet_b${b}`,
  title: `EfficientNet-B${b}`,
  summary: `EfficientNet, B${b}`,
  input: [3, crop, crop],
  preset: photoPreset(resize, crop),
  layers: () => efficientnetLayers(width, depth, p),
  isBicubic: true,
}));
