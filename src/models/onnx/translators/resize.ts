import { constantOf } from '../../../layers/model.js';
import type { CoordinateMode, ResizeLayer } from '../../../layers/spatial/resized-axes.js';
import type { NodeBuilder, Translator } from '../builder.js';

const COORDINATE_MODES: readonly string[] = [
  'half_pixel',
  'half_pixel_symmetric',
  'pytorch_half_pixel',
  'align_corners',
  'asymmetric',
  'tf_half_pixel_for_nn',
  'tf_crop_and_resize',
] satisfies CoordinateMode[];
const NEAREST_MODES: readonly string[] = [
  'round_prefer_floor',
  'round_prefer_ceil',
  'floor',
  'ceil',
] satisfies ResizeLayer['nearestMode'][];
const MODES: readonly string[] = ['nearest', 'linear', 'cubic'] satisfies ResizeLayer['mode'][];
const POLICIES: readonly string[] = ['stretch', 'not_larger', 'not_smaller'] satisfies ResizeLayer['keepAspectRatio'][];

function oneOf(node: NodeBuilder, name: string, otherwise: string, known: readonly string[]): string {
  const value = node.text(name, otherwise);
  if (known.includes(value)) return value;
  throw node.refuse(`${name} "${value}": expected one of ${known.join(', ')}`);
}

const resize: Translator = (node) => {
  const x = node.input(0);
  if (node.opset < 11) {
    node.emit(scaled(node), [x, null, node.input(1), null], node.facts(x));
    return;
  }
  const layer: ResizeLayer = {
    kind: 'resize',
    mode: oneOf(node, 'mode', 'nearest', MODES) as ResizeLayer['mode'],
    coordinateMode: oneOf(node, 'coordinate_transformation_mode', 'half_pixel', COORDINATE_MODES) as CoordinateMode,
    nearestMode: oneOf(node, 'nearest_mode', 'round_prefer_floor', NEAREST_MODES) as ResizeLayer['nearestMode'],
    axes: node.ints('axes'),
    keepAspectRatio: oneOf(node, 'keep_aspect_ratio_policy', 'stretch', POLICIES) as ResizeLayer['keepAspectRatio'],
    cubicCoeffA: node.float('cubic_coeff_a', -0.75),
    excludeOutside: node.int('exclude_outside', 0) !== 0,
    antialias: node.int('antialias', 0) !== 0,
    extrapolationValue: node.float('extrapolation_value', 0),
  };
  if (layer.mode === 'nearest' && layer.antialias) throw node.refuse('antialias with mode "nearest"');
  node.emit(layer, [x, node.optional(1), node.optional(2), node.optional(3)], node.facts(x));
};

/** Upsample, and Resize before opset 11: an output pixel lies where its corner falls to; nearest takes that pixel. */
function scaled(node: NodeBuilder): ResizeLayer {
  return {
    kind: 'resize',
    mode: oneOf(node, 'mode', 'nearest', ['nearest', 'linear']) as 'nearest' | 'linear',
    coordinateMode: 'asymmetric',
    nearestMode: 'floor',
    axes: null,
    keepAspectRatio: 'stretch',
    cubicCoeffA: -0.75,
    excludeOutside: false,
    antialias: false,
    extrapolationValue: 0,
  };
}

const upsample: Translator = (node) => {
  const x = node.input(0);
  const list = node.floats('scales') ?? [];
  const attribute = { dtype: 'float32', shape: [list.length], data: Float32Array.from(list) } as const;
  const scales = node.opset < 9 ? node.addConstant('scales', constantOf(attribute)) : node.input(1);
  node.emit(scaled(node), [x, null, scales, null], node.facts(x));
};

export const RESIZE: Readonly<Record<string, Translator>> = { Resize: resize, Upsample: upsample };
