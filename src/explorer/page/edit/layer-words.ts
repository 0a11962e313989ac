import type { Padding } from '../../../core/geometry.js';
import type { Layer } from '../../../layers/index.js';

/** A layer that the page set, with its settings: "conv, stride 2, padding 1". */
export function layerWords(layer: Layer): string {
  const pair = ([a, b]: readonly [number, number]) => (a === b ? String(a) : `${a}×${b}`);
  switch (layer.kind) {
    case 'identity':
      return 'nothing';
    case 'activation':
      return [layer.name, ...layer.parameters].join(' ');
    case 'conv':
    case 'ncc': {
      const dilated = layer.dilation.some((side) => side !== 1) ? `, dilation ${pair(layer.dilation)}` : '';
      return `${layer.kind}, stride ${pair(layer.stride)}, padding ${paddingText(layer.padding)}${dilated}`;
    }
    case 'max_pool':
    case 'avg_pool':
    case 'gauss_pool':
      return `${layer.kind.replace('_', ' ')} ${pair(layer.kernelSize)}, stride ${pair(layer.stride)}, padding ${paddingText(layer.pads)}`;
    default:
      return layer.kind;
  }
}

/** "1", "1,2", "same"; equal sides stand once. */
export function paddingText(padding: Padding): string {
  if (typeof padding === 'string' || typeof padding === 'number') return String(padding);
  return padding.every((side) => side === padding[0]) ? String(padding[0]) : padding.join(',');
}
