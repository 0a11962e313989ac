import type { LayerSpec } from '../spec.js';
import { conv, layer } from './build.js';

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

/** torchvision's squeezenet1_1. Source: torchvision/models/squeezenet.py; Iandola et al. 2016 */
export function squeezenetLayers(): LayerSpec[] {
  return [
    conv('features.0', 3, 64, 3, { stride: 2 }),
    layer('relu', 'features.1'),
    pool('features.2'),
    ...fire('features.3', 64, 16, 64),
    ...fire('features.4', 128, 16, 64),
    pool('features.5'),
    ...fire('features.6', 128, 32, 128),
    ...fire('features.7', 256, 32, 128),
    pool('features.8'),
    ...fire('features.9', 256, 48, 192),
    ...fire('features.10', 384, 48, 192),
    ...fire('features.11', 384, 64, 256),
    ...fire('features.12', 512, 64, 256),
    layer('dropout', 'classifier.0'),
    conv('classifier.1', 512, 1000, 1),
    layer('relu', 'classifier.2'),
    layer('adaptive_avg_pool', 'classifier.3', { output_size: 1 }),
    layer('flatten', 'flatten'),
  ];
}
