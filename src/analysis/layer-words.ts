import type { Layer, Padding } from '../core/layers.js';

/** 3×3, from [height, width] */
function size([h, w]: readonly number[]): string {
  return `${w}×${h}`;
}

/** 2, or 2,1 when the axes differ */
function pair(sides: readonly number[]): string {
  return sides.every((side) => side === sides[0]) ? String(sides[0]) : sides.join(',');
}

function paddingText(padding: Padding | readonly number[] | string): string {
  if (typeof padding === 'string' || typeof padding === 'number') return padding === 0 ? '' : ` padding ${padding}`;
  return padding.every((side) => side === 0) ? '' : ` padding ${pair(padding)}`;
}

function stride(sides: readonly number[]): string {
  return sides.every((side) => side === 1) ? '' : ` stride ${pair(sides)}`;
}

/** A layer with its settings in short: "conv 11×11 stride 4 padding 2". `shapes`: of its inputs. */
export function layerWords(layer: Layer, shapes: readonly (readonly number[] | null)[]): string {
  switch (layer.kind) {
    case 'conv':
    case 'ncc': {
      const dilated = layer.dilation.some((side) => side !== 1) ? ` dilation ${pair(layer.dilation)}` : '';
      const groups = layer.groups === 1 ? '' : ` groups ${layer.groups}`;
      return `${layer.kind} ${size((shapes[1] ?? [1, 1]).slice(-2))}${stride(layer.stride)}${paddingText(layer.padding)}${dilated}${groups}`;
    }
    case 'linear':
      return `linear ${shapes[1]?.[1] ?? '?'} → ${shapes[1]?.[0] ?? '?'}`;
    case 'max_pool':
    case 'avg_pool':
    case 'gauss_pool':
      return `${layer.kind} ${size(layer.kernelSize)}${stride(layer.stride)}${paddingText(layer.pads)}${layer.ceilMode ? ' ceil' : ''}`;
    case 'adaptive_avg_pool':
    case 'adaptive_max_pool':
      return `${layer.kind} ${size(layer.outputSize.map((side) => side ?? 0))}`;
    case 'lrn':
      return `lrn ${layer.size}`;
    case 'activation':
      return [layer.name, ...layer.parameters].join(' ');
    case 'softmax':
    case 'log_softmax':
      return layer.dim === null ? layer.kind : `${layer.kind} dim ${layer.dim}`;
    case 'concat':
      return `concat dim ${layer.dim}`;
    default:
      return layer.kind;
  }
}
