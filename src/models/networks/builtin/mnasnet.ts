import type { LayerSpec } from '../spec.js';
import { conv, lastName, layer, linear, meanOfMaps, multipleOf8, norm } from './build.js';
import { type Builtin, PHOTO, photoPreset } from './family.js';

/** Of each stack: output channels, side of the kernel, stride of the first block, expansion, blocks. */
const STACKS = [
  [24, 3, 2, 3, 3],
  [40, 5, 2, 3, 3],
  [80, 5, 2, 6, 3],
  [96, 3, 1, 6, 2],
  [192, 5, 2, 6, 4],
  [320, 3, 1, 6, 1],
];

const shared = { bias: false };

function block(
  name: string,
  input: string,
  channels: number,
  out: number,
  side: number,
  stride: number,
  wide: number,
): LayerSpec[] {
  const at = `${name}.layers`;
  return [
    conv(`${at}.0`, channels, wide, 1, shared, [input]),
    norm(`${at}.1`, wide),
    layer('relu', `${at}.2`),
    conv(`${at}.3`, wide, wide, side, { stride, padding: (side - 1) / 2, groups: wide, ...shared }),
    norm(`${at}.4`, wide),
    layer('relu', `${at}.5`),
    conv(`${at}.6`, wide, out, 1, shared),
    norm(`${at}.7`, out),
    ...(stride === 1 && channels === out ? [layer('add', `${name}.add`, {}, [`${at}.7`, input])] : []),
  ];
}

/** The B1 of the paper. Source: torchvision/models/mnasnet.py, version 2; Tan et al. 2018 */
function mnasnetLayers(alpha: number): LayerSpec[] {
  const [first, second] = [multipleOf8(32 * alpha), multipleOf8(16 * alpha)];
  const layers = [
    conv('layers.0', 3, first, 3, { stride: 2, padding: 1, ...shared }),
    norm('layers.1', first),
    layer('relu', 'layers.2'),
    conv('layers.3', first, first, 3, { padding: 1, groups: first, ...shared }),
    norm('layers.4', first),
    layer('relu', 'layers.5'),
    conv('layers.6', first, second, 1, shared),
    norm('layers.7', second),
  ];
  let channels = second;
  for (const [i, [given, side, stride, expansion, count]] of STACKS.entries()) {
    const out = multipleOf8(given * alpha);
    for (let at = 0; at < count; at++) {
      const name = `layers.${8 + i}.${at}`;
      layers.push(...block(name, lastName(layers), channels, out, side, at === 0 ? stride : 1, channels * expansion));
      channels = out;
    }
  }
  return [
    ...layers,
    conv('layers.14', channels, 1280, 1, shared),
    norm('layers.15', 1280),
    layer('relu', 'layers.16'),
    meanOfMaps('mean'),
    layer('dropout', 'classifier.0', { p: 0.2 }),
    linear('classifier.1', 1280, 1000),
  ];
}

function mnasnet(alpha: string, resize: number): Builtin {
  return {
    name: `mnasnet${alpha.replace('.', '_')}`,
    title: `MNASNet ${alpha}`,
    summary: `MNASNet, ${alpha} times its channels`,
    input: PHOTO,
    preset: photoPreset(resize, 224),
    layers: () => mnasnetLayers(Number(alpha)),
  };
}

/** torchvision's MNASNets. */
export const MNASNETS: readonly Builtin[] = [
  mnasnet('0.5', 256),
  mnasnet('0.75', 232),
  mnasnet('1.0', 256),
  mnasnet('1.3', 232),
];
