import type { LayerSpec } from '../spec.js';
import { convNormActivation, lastName, layer, linear, squeezeExcitation } from './build.js';
import { type Builtin, PHOTO } from './family.js';

/** 1×1, 3×3 in groups of 8 channels, squeeze and excitation, 1×1; beside it a 1×1 where the size changes. */
function block(name: string, input: string, channels: number, out: number, stride: number): LayerSpec[] {
  const relu = { activation: 'relu' };
  const f = `${name}.f`;
  const changes = channels !== out || stride !== 1;
  return [
    ...(changes ? convNormActivation(`${name}.proj`, channels, out, 1, { stride, activation: null }, [input]) : []),
    ...convNormActivation(`${f}.a`, channels, out, 1, relu, [input]),
    ...convNormActivation(`${f}.b`, out, out, 3, { ...relu, stride, groups: out / 8 }),
    ...squeezeExcitation(`${f}.se`, out, Math.round(channels / 4), 'relu', 'sigmoid', `${f}.b.2`),
    ...convNormActivation(`${f}.c`, out, out, 1, { activation: null }),
    layer('add', `${name}.add`, {}, [changes ? `${name}.proj.1` : input, `${f}.c.1`]),
    layer('relu', `${name}.activation`),
  ];
}

/** Source: torchvision/models/regnet.py; Radosavovic et al. 2020 */
function regnetLayers(widths: readonly number[], depths: readonly number[]): LayerSpec[] {
  const layers = convNormActivation('stem', 3, 32, 3, { stride: 2, activation: 'relu' });
  let channels = 32;
  for (const [i, out] of widths.entries()) {
    for (let at = 0; at < depths[i]; at++) {
      const name = `trunk_output.block${i + 1}.block${i + 1}-${at}`;
      layers.push(...block(name, lastName(layers), channels, out, at === 0 ? 2 : 1));
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

/** torchvision's RegNet Y of 400 million multiply-accumulates. */
export const REGNETS: readonly Builtin[] = [
  {
    name: 'regnet_y_400mf',
    title: 'RegNetY-400MF',
    summary: 'RegNet Y, 400 MF',
    input: PHOTO,
    preset: 'imagenet',
    layers: () => regnetLayers([48, 104, 208, 440], [1, 3, 6, 6]),
  },
];
