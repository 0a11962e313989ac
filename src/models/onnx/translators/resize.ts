import type { CoordinateMode, ResizeLayer } from '../../../core/graph-layers.js';
import { constantOf } from '../../../core/model.js';
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
const POLICIES: readonly string[] = ['stretch', 'not_larger', 'not_smaller'] satisfies ResizeLayer['keepAspectRatio'][];

function oneOf(node: NodeBuilder, name: string, otherwise: string, known: readonly string[]): string {
  const value = node.text(name, otherwise);
  if (known.includes(value)) return value;
  throw node.refuse(`${name} "${value}": expected one of ${known.join(', ')}`);
}

const resize: Translator = (node) => {
  const x = node.input(0);
  oneOf(node, 'mode', 'nearest', ['nearest']);
  if (node.opset < 11) {
    node.emit(SCALED, [x, null, node.input(1), null], node.facts(x));
    return;
  }
  const layer: ResizeLayer = {
    kind: 'resize',
    coordinateMode: oneOf(node, 'coordinate_transformation_mode', 'half_pixel', COORDINATE_MODES) as CoordinateMode,
    nearestMode: oneOf(node, 'nearest_mode', 'round_prefer_floor', NEAREST_MODES) as ResizeLayer['nearestMode'],
    axes: node.ints('axes'),
    keepAspectRatio: oneOf(node, 'keep_aspect_ratio_policy', 'stretch', POLICIES) as ResizeLayer['keepAspectRatio'],
    extrapolationValue: node.float('extrapolation_value', 0),
  };
  node.emit(layer, [x, node.optional(1), node.optional(2), node.optional(3)], node.facts(x));
};

/** Upsample, and Resize before opset 11: each output pixel is the input pixel its corner falls into. */
const SCALED: ResizeLayer = {
  kind: 'resize',
  coordinateMode: 'asymmetric',
  nearestMode: 'floor',
  axes: null,
  keepAspectRatio: 'stretch',
  extrapolationValue: 0,
};

const upsample: Translator = (node) => {
  const x = node.input(0);
  oneOf(node, 'mode', 'nearest', ['nearest']);
  const list = node.floats('scales') ?? [];
  const attribute = { dtype: 'float32', shape: [list.length], data: Float32Array.from(list) } as const;
  const scales = node.opset < 9 ? node.addConstant('scales', constantOf(attribute)) : node.input(1);
  node.emit(SCALED, [x, null, scales, null], node.facts(x));
};

export const RESIZE: Readonly<Record<string, Translator>> = { Resize: resize, Upsample: upsample };
