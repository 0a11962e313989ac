import type { LayerSpec } from '../spec.js';
import { conv, lastName, layer, learnt, linear, multipliedBy, permute } from './build.js';
import { type Builtin, PHOTO, photoPreset } from './family.js';

const EPS = 1e-6;
/** Channels last, and back. */
const [LAST, FIRST] = [
  [0, 2, 3, 1],
  [0, 3, 1, 2],
];

/** A layer norm over channels: NAME.permute, NAME.layer_norm with the parameters of NAME, NAME.permute_1 */
function layerNorm2d(name: string, channels: number): LayerSpec[] {
  const [weight, bias] = [learnt(`${name}.weight`, 'scale', [channels]), learnt(`${name}.bias`, 'bias', [channels])];
  return [
    permute(`${name}.permute`, LAST),
    {
      ...layer('layer_norm', `${name}.layer_norm`, { normalized_shape: channels, eps: EPS }),
      parameters: [weight, bias],
    },
    permute(`${name}.permute_1`, FIRST),
  ];
}

/** 7×7 on each channel, a norm, 1×1 to four times the channels and back, each channel scaled, beside a shortcut. */
function block(name: string, input: string, channels: number): LayerSpec[] {
  const at = `${name}.block`;
  const scale = learnt(`${name}.layer_scale`, 'scale', [channels, 1, 1]);
  return [
    conv(`${at}.0`, channels, channels, 7, { padding: 3, groups: channels }, [input]),
    permute(`${at}.1`, LAST),
    layer('layer_norm', `${at}.2`, { normalized_shape: channels, eps: EPS }),
    linear(`${at}.3`, channels, 4 * channels),
    layer('gelu', `${at}.4`),
    linear(`${at}.5`, 4 * channels, channels),
    permute(`${at}.6`, FIRST),
    multipliedBy(`${name}.mul`, scale),
    layer('identity', `${name}.stochastic_depth`),
    layer('add', `${name}.add`, {}, [`${name}.stochastic_depth`, input]),
  ];
}

/** Source: torchvision/models/convnext.py; Liu et al. 2022 */
function convnextLayers(widths: readonly number[], depths: readonly number[]): LayerSpec[] {
  const layers = [conv('features.0.0', 3, widths[0], 4, { stride: 4 }), ...layerNorm2d('features.0.1', widths[0])];
  for (const [i, channels] of widths.entries()) {
    for (let at = 0; at < depths[i]; at++) {
      layers.push(...block(`features.${2 * i + 1}.${at}`, lastName(layers), channels));
    }
    if (i === widths.length - 1) break;
    const down = `features.${2 * i + 2}`;
    layers.push(...layerNorm2d(`${down}.0`, channels), conv(`${down}.1`, channels, widths[i + 1], 2, { stride: 2 }));
  }
  const last = widths[widths.length - 1];
  return [
    ...layers,
    layer('adaptive_avg_pool', 'avgpool', { output_size: 1 }),
    ...layerNorm2d('classifier.0', last),
    layer('flatten', 'classifier.1'),
    linear('classifier.2', last, 1000),
  ];
}

function convnext(size: string, widths: readonly number[], depths: readonly number[], resize: number): Builtin {
  return {
    name: `convnext_${size}`,
    title: `ConvNeXt-${size[0].toUpperCase()}${size.slice(1)}`,
    summary: `ConvNeXt, ${size}`,
    input: PHOTO,
    preset: photoPreset(resize, 224),
    layers: () => convnextLayers(widths, depths),
  };
}

/** torchvision's ConvNeXts, tiny to base. */
export const CONVNEXTS: readonly Builtin[] = [
  convnext('tiny', [96, 192, 384, 768], [3, 3, 9, 3], 236),
  convnext('small', [96, 192, 384, 768], [3, 3, 27, 3], 230),
  convnext('base', [128, 256, 512, 1024], [3, 3, 27, 3], 232),
];
