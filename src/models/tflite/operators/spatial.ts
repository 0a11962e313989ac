import type { CoordinateMode } from '../../../layers/spatial/resized-axes.js';
import { damaged } from '../flatbuffer.js';
import type { OperatorBuilder } from '../operator-builder.js';
import { checkMoved } from './arrange.js';
import { scalar } from './elementwise.js';
import { axisOf, checkTypes, positive, storedShape, type Translator } from './layout.js';

/** Rows and columns that a resize makes, and where in the input their middles lie. @throws CnnvizError 'format' */
export function resizeOf(node: OperatorBuilder, alignField: number) {
  const sizes = node.numbers(1, 'size');
  if (sizes.length !== 2 || sizes.some((side) => side < 1 || side > 65_536) || node.input(0).shape.length !== 4) {
    throw damaged(node.operator.at, `${node.operator.name} to [${sizes.join(', ')}]`);
  }
  const alignCorners = node.options.number(alignField, 'bool', 0) === 1;
  const halfPixel = node.options.number(alignField + 1, 'bool', 0) === 1;
  if (alignCorners && halfPixel)
    throw damaged(node.operator.at, `${node.operator.name}: both align_corners and half_pixel_centers`);
  return { sizes, alignCorners, halfPixel };
}

const resizeBilinear: Translator = (node) => {
  checkTypes(node, ['float32'], [0]);
  const { sizes, alignCorners, halfPixel } = resizeOf(node, 2);
  const mode = alignCorners ? 'align_corners' : halfPixel ? 'half_pixel' : 'asymmetric';
  emitResize(node, 'linear', mode, sizes);
};

function emitResize(node: OperatorBuilder, mode: 'linear' | 'nearest', by: CoordinateMode, sizes: readonly number[]) {
  const layer = {
    ...({ kind: 'resize', mode, coordinateMode: by, nearestMode: 'floor', axes: [2, 3] } as const),
    ...({ keepAspectRatio: 'stretch', cubicCoeffA: -0.75, excludeOutside: false } as const),
    ...({ antialias: false, extrapolationValue: 0 } as const),
  };
  node.emit('resize', layer, [node.first(0), null, null, node.made('sizes', 'int64', sizes)], true);
}

/**
 * Which row or column each one of the output is, by its arithmetic in float32.
 * Source: tensorflow/lite/kernels/internal/reference/resize_nearest_neighbor.h
 */
export function nearestPlaces(size: number, out: number, alignCorners: boolean, halfPixel: boolean): number[] {
  const scale = alignCorners && out > 1 ? Math.fround((size - 1) / (out - 1)) : Math.fround(size / out);
  return Array.from({ length: out }, (_, i) => {
    const place = Math.fround((i + (halfPixel ? 0.5 : 0)) * scale);
    const whole = alignCorners ? Math.floor(place + 0.5) : Math.floor(place);
    return Math.max(0, Math.min(whole, size - 1));
  });
}

/** As many times as large is a resize as any; other places are gathered as TensorFlow Lite works them out. */
const resizeNearest: Translator = (node) => {
  checkMoved(node, node.input(0));
  const { sizes, alignCorners, halfPixel } = resizeOf(node, 0);
  const [, H, W] = storedShape(node, node.input(0));
  const isTimes = !alignCorners && sizes[0] % H === 0 && sizes[1] % W === 0;
  const maps = [H, W].map((side, i) => nearestPlaces(side, sizes[i], alignCorners, halfPixel));
  const isPlain = maps.every((map, i) => map.every((place, at) => place === Math.floor((at * [H, W][i]) / sizes[i])));
  if (isTimes && isPlain) {
    emitResize(node, 'nearest', 'asymmetric', sizes);
    return;
  }
  const rows = node.add('rows', { kind: 'gather', axis: 2 }, [node.first(0), node.made('places', 'int64', maps[0])]);
  node.emit('resize', { kind: 'gather', axis: 3 }, [rows, node.made('places', 'int64', maps[1])], true);
};

function blocks(kind: 'depth_to_space' | 'space_to_depth'): Translator {
  return (node) => {
    checkMoved(node, node.input(0));
    const blockSize = positive(node, 0, 0, 'block size');
    node.emit('blocks', { kind, blockSize, mode: 'DCR' }, [node.first(0)], true);
  };
}

/** [rows, columns] of blocks, and what is added or cut. @throws CnnvizError */
function batchBlocks(
  node: OperatorBuilder,
  what: string,
): { block: number[]; sides: number[]; shape: readonly number[] } {
  checkMoved(node, node.input(0));
  const [block, sides] = [node.numbers(1, 'block shape'), node.numbers(2, what)];
  const shape = storedShape(node, node.input(0));
  const isSound = [...block.map((side) => side - 1), ...sides].every((side) => side >= 0 && side < 65_536);
  if (shape.length !== 4 || block.length !== 2 || sides.length !== 4 || !isSound) {
    throw damaged(node.operator.at, `${node.operator.name} of [${shape.join(', ')}] by [${block.join(', ')}]`);
  }
  return { block, sides, shape };
}

/** Pixels of one place in blocks become images of their own: how converters write dilated convolutions down. */
const spaceToBatch: Translator = (node) => {
  const { block, sides, shape } = batchBlocks(node, 'paddings');
  const [b, d] = block;
  const [, H, W, C] = shape;
  const [height, width] = [(H + sides[0] + sides[1]) / b, (W + sides[2] + sides[3]) / d];
  if (!Number.isInteger(height) || !Number.isInteger(width)) {
    throw damaged(node.operator.at, `blocks of ${d}×${b} do not fit [${shape.join(', ')}] with [${sides.join(', ')}]`);
  }
  const { type, quantization } = node.input(0);
  const zero = quantization?.zeros[0] ?? 0;
  const fill = zero === 0 ? null : node.made('zero', type === 'int8' ? 'int8' : 'uint8', [zero], []);
  const pads = node.made('pads', 'int64', [0, sides[0], sides[2], 0, 0, sides[1], sides[3], 0]);
  const padded = node.add('pad', { kind: 'pad', mode: 'constant' }, [node.last(0), pads, fill]);
  const parted = node.made('parted', 'int64', [-1, height, b, width, d, C]);
  const reshape = { kind: 'reshape', allowZero: false } as const;
  const parts = node.add('parts', reshape, [padded, parted]);
  const turned = node.add('turned', { kind: 'transpose', perm: [2, 4, 0, 1, 3, 5] }, [parts]);
  node.emit('batch', reshape, [turned, node.made('shape', 'int64', [-1, height, width, C])], false);
};

const batchToSpace: Translator = (node) => {
  const { block, sides, shape } = batchBlocks(node, 'crops');
  const [b, d] = block;
  const [, H, W, C] = shape;
  const reshape = { kind: 'reshape', allowZero: false } as const;
  const parts = node.add('parts', reshape, [node.last(0), node.made('parted', 'int64', [b, d, -1, H, W, C])]);
  const turned = node.add('turned', { kind: 'transpose', perm: [2, 3, 0, 4, 1, 5] }, [parts]);
  const whole = node.add('whole', reshape, [turned, node.made('shape', 'int64', [-1, H * b, W * d, C])]);
  const [starts, ends] = [
    [sides[0], sides[2]],
    [H * b - sides[1], W * d - sides[3]],
  ].map((list, i) => node.made(i === 0 ? 'starts' : 'ends', 'int64', list));
  node.emit('crop', { kind: 'slice' }, [whole, starts, ends, node.made('axes', 'int64', [1, 2]), null], false);
};

/** x / √Σx² over the channels, of what is larger than 1e-6. Source: reference/l2normalization.h */
const l2Normalization: Translator = (node) => {
  checkTypes(node, ['float32'], [0]);
  const { value, rank, isFirst } = node.laid(0);
  const axes = node.made('axes', 'int64', [axisOf(node, -1, rank, isFirst)]);
  const reduce = { kind: 'reduce', name: 'l2', keepDims: true, noopWithEmptyAxes: false } as const;
  const length = node.add('length', reduce, [value, axes]);
  const held = node.add('held', { kind: 'max' }, [length, scalar(node, 'least', 1e-6)]);
  node.emit('share', { kind: 'div' }, [value, held], isFirst);
};

/** Over radius channels to either side, without dividing alpha by their number. */
const localResponse: Translator = (node) => {
  checkTypes(node, ['float32'], [0]);
  if (node.input(0).shape.length !== 4) throw node.refuse('it is not of four axes');
  const size = 2 * node.options.number(0, 'int32', 0) + 1;
  if (size < 1 || size > 65_536) throw damaged(node.operator.at, `LOCAL_RESPONSE_NORMALIZATION over ${size} channels`);
  const [k, alpha, beta] = [1, 2, 3].map((field) => node.options.number(field, 'float32', 0));
  node.emit('norm', { kind: 'lrn', size, alpha: alpha * size, beta, k }, [node.first(0)], true);
};

export const SPATIAL: Readonly<Record<string, Translator>> = {
  RESIZE_BILINEAR: resizeBilinear,
  RESIZE_NEAREST_NEIGHBOR: resizeNearest,
  DEPTH_TO_SPACE: blocks('depth_to_space'),
  SPACE_TO_DEPTH: blocks('space_to_depth'),
  SPACE_TO_BATCH_ND: spaceToBatch,
  BATCH_TO_SPACE_ND: batchToSpace,
  L2_NORMALIZATION: l2Normalization,
  LOCAL_RESPONSE_NORMALIZATION: localResponse,
};
