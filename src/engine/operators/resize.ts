import type { CoordinateMode, ResizeLayer } from '../../core/graph-layers.js';
import { type ResizedAxis, resizedAxes } from '../../core/shapes/resize.js';
import type { Value } from '../../core/values.js';
import type { Operator } from './operator.js';
import { copyMapped } from './strided.js';

/** Where output pixel i lies along the input. Source: onnx.ai, operator Resize, coordinate_transformation_mode */
const COORDINATES: Readonly<Record<CoordinateMode, (i: number, axis: ResizedAxis) => number>> = {
  half_pixel: (i, { scale }) => (i + 0.5) / scale - 0.5,
  half_pixel_symmetric: (i, { size, out, scale }) => {
    const offset = (size / 2) * (1 - out / (scale * size));
    return offset + (i + 0.5) / scale - 0.5;
  },
  pytorch_half_pixel: (i, { out, scale }) => (out > 1 ? (i + 0.5) / scale - 0.5 : 0),
  align_corners: (i, { size, scale }) => (scale * size === 1 ? 0 : (i * (size - 1)) / (scale * size - 1)),
  asymmetric: (i, { scale }) => i / scale,
  tf_half_pixel_for_nn: (i, { scale }) => (i + 0.5) / scale,
  tf_crop_and_resize: (i, { size, out, roi: [start, end] }) =>
    out > 1 ? start * (size - 1) + (i * (end - start) * (size - 1)) / (out - 1) : 0.5 * (start + end) * (size - 1),
};

const ROUNDINGS: Readonly<Record<ResizeLayer['nearestMode'], (at: number) => number>> = {
  round_prefer_floor: (at) => Math.ceil(at - 0.5),
  round_prefer_ceil: (at) => Math.floor(at + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

export const resizeOperator: Operator<ResizeLayer> = {
  run(layer, [x, roi, scales, sizes], [y]) {
    const { coordinateMode, nearestMode, extrapolationValue } = layer;
    const list = (value: Value | null | undefined) => (value ? [...value.data] : null);
    const crops = coordinateMode === 'tf_crop_and_resize';
    const axes = resizedAxes(layer, x!.shape, {
      roi: crops ? list(roi) : null,
      scales: list(scales),
      sizes: list(sizes),
    });
    const maps = axes.map((axis) =>
      Int32Array.from({ length: axis.out }, (_, i) => {
        const isUnchanged = axis.scale === 1 && axis.out === axis.size && !crops;
        const at = isUnchanged ? i : COORDINATES[coordinateMode](i, axis);
        if (crops && (at < 0 || at > axis.size - 1)) return -1;
        return Math.min(Math.max(ROUNDINGS[nearestMode](at), 0), axis.size - 1);
      }),
    );
    copyMapped(x!.data, x!.shape, maps, extrapolationValue, y.data);
  },
};
