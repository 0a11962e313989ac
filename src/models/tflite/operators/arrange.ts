import type { Laid } from '../../graph-draft.js';
import { damaged } from '../flatbuffer.js';
import { fusedOf } from '../fused.js';
import type { OperatorBuilder } from '../operator-builder.js';
import type { TfliteTensor } from '../schema.js';
import { axisOf, byAxis, TO_FIRST, type Translator } from './layout.js';

/** Farther than any array reaches. */
const FAR = 2 ** 31 - 1;

/** Whether two tensors' numbers stand for the same. */
export function areAlike(a: TfliteTensor, b: TfliteTensor): boolean {
  const told = ({ type, quantization }: TfliteTensor) => `${type} ${quantization?.scales} ${quantization?.zeros}`;
  return told(a) === told(b);
}

/** Numbers are moved as they are: what comes out must stand for what went in. @throws CnnvizError 'unsupported' */
export function checkMoved(node: OperatorBuilder, x: TfliteTensor): void {
  const y = node.output();
  const isReal = node.build.sources.has(x.index);
  if ((isReal ? 'float32' : x.type) !== y.type) throw node.refuse(`it makes ${y.type} of ${x.type}`);
  if (x.quantization && y.quantization && !areAlike(x, y)) {
    throw node.refuse(`its output "${y.name}" has another scale than what it moves`);
  }
}

const reshape: Translator = (node) => {
  const [x, shape] = [node.input(0), node.optional(1)];
  checkMoved(node, x);
  const own = node.options.numbers(0);
  const isKnown = shape !== null && node.isConstant(1);
  const sides = isKnown ? node.numbers(1, 'shape') : own;
  // a single place has no order of rows, columns and channels
  const laid = node.laid(0);
  const isPlace = laid.isFirst && x.shape[1] === 1 && x.shape[2] === 1;
  if (isPlace) node.build.relied.add(x.index);
  const value = isPlace ? laid.value : node.last(0);
  const target = shape !== null && !isKnown ? node.last(1) : node.made('shape', 'int64', sides);
  node.emit('reshape', { kind: 'reshape', allowZero: true }, [value, target], false);
};

const squeeze: Translator = (node) => {
  const laid = node.laid(0);
  checkMoved(node, node.input(0));
  const given = node.options.numbers(0).map((axis) => axisOf(node, axis, laid.rank, false));
  const ones = node.input(0).shape.flatMap((side, axis) => (side === 1 ? [axis] : []));
  if (given.length === 0) node.build.relied.add(node.input(0).index);
  const axes = given.length > 0 ? given : ones;
  const isFirst = laid.isFirst && axes.includes(1) && axes.includes(2);
  const own = axes.map((axis) => axisOf(node, axis, laid.rank, isFirst));
  const value = isFirst ? laid.value : node.last(0);
  node.emit('squeeze', { kind: 'squeeze' }, [value, node.made('axes', 'int64', own)], false);
};

const expandDims: Translator = (node) => {
  checkMoved(node, node.input(0));
  const [axis, ...more] = node.numbers(1, 'axis');
  if (axis === undefined || more.length > 0) throw damaged(node.operator.at, 'EXPAND_DIMS without a single axis');
  const own = axisOf(node, axis, node.input(0).shape.length + 1, false);
  node.emit('unsqueeze', { kind: 'unsqueeze' }, [node.last(0), node.made('axes', 'int64', [own])], false);
};

const transpose: Translator = (node) => {
  checkMoved(node, node.input(0));
  const perm = node.numbers(1, 'order');
  if (perm.length !== node.input(0).shape.length) throw damaged(node.operator.at, `TRANSPOSE by [${perm.join(', ')}]`);
  const own = perm.map((axis) => axisOf(node, axis, perm.length, false));
  const laid = node.laid(0);
  // the order that a value has here already
  const isThere = own.join() === (laid.isFirst ? '0,3,1,2' : '0,2,3,1');
  if (isThere) {
    node.emit('transpose', { kind: 'identity' }, [laid.value], !laid.isFirst);
    return;
  }
  node.emit('transpose', { kind: 'transpose', perm: own }, [node.last(0)], false);
};

/** Inputs side by side: channels first where one of four axes is. */
export function joined(node: OperatorBuilder): { values: string[]; isFirst: boolean } {
  const indices = Array.from({ length: node.inputCount }, (_, i) => i);
  const isFirst =
    node.output().shape.length === 4 && indices.some((index) => !node.isConstant(index) && node.laid(index).isFirst);
  const values = indices.map((index) => {
    if (!isFirst) return node.last(index);
    if (!node.isConstant(index)) return node.first(index);
    return node.constant(index, { order: { shape: node.input(index).shape, perm: [...TO_FIRST] } });
  });
  return { values, isFirst };
}

const concatenation: Translator = (node) => {
  for (let i = 0; i < node.inputCount; i++) checkMoved(node, node.input(i));
  const { values, isFirst } = joined(node);
  const dim = axisOf(node, node.options.number(0, 'int32', 0), node.output().shape.length, isFirst);
  node.emit('concat', { kind: 'concat', dim }, values, isFirst, fusedOf(node.options.number(1, 'int8', 0)));
};

const pack: Translator = (node) => {
  const axes = node.made('axes', 'int64', [
    axisOf(node, node.options.number(1, 'int32', 0), node.output().shape.length, false),
  ]);
  const parts = Array.from({ length: node.inputCount }, (_, i) => {
    checkMoved(node, node.input(i));
    return node.add(`part_${i}`, { kind: 'unsqueeze' }, [node.last(i), axes]);
  });
  const dim = axisOf(node, node.options.number(1, 'int32', 0), node.output().shape.length, false);
  node.emit('concat', { kind: 'concat', dim }, parts, false);
};

const unpack: Translator = (node) => {
  checkMoved(node, node.input(0));
  const { length } = node.input(0).shape;
  const count = node.operator.outputs.length;
  if (count !== node.options.number(0, 'int32', 0)) throw damaged(node.operator.at, `UNPACK into ${count}`);
  const axis = axisOf(node, node.options.number(1, 'int32', 0), length, false);
  const axes = node.made('axes', 'int64', [axis]);
  const split = { kind: 'split', axis, parts: count } as const;
  const parts = node.build.draft.addAll(`${node.name}/parts`, split, [node.last(0), null], count);
  node.emitEach(
    { kind: 'squeeze' },
    parts.map((part) => [part, axes]),
    false,
  );
};

/** SPLIT: axis, x. SPLIT_V: x, sizes, axis. */
function split(x: number, axisInput: number, sizesInput: number | null): Translator {
  return (node) => {
    checkMoved(node, node.input(x));
    const laid = node.laid(x);
    const [axis = 0] = node.numbers(axisInput, 'axis');
    const own = axisOf(node, axis, laid.rank, laid.isFirst);
    const parts = node.operator.outputs.length;
    const sizes = sizesInput === null ? null : sizesOf(node, sizesInput, node.input(x), axis);
    const given = sizes && node.made('sizes', 'int64', sizes);
    node.emitAll({ kind: 'split', axis: own, parts }, [laid.value, given], laid.isFirst);
  };
}

/** One of them may be −1: what is left. */
function sizesOf(node: OperatorBuilder, index: number, { shape, index: tensor }: TfliteTensor, axis: number): number[] {
  const sizes = node.numbers(index, 'sizes');
  if (!sizes.includes(-1)) return sizes;
  node.build.relied.add(tensor);
  const side = shape[axisOf(node, axis, shape.length, false)];
  const rest = sizes.reduce((left, size) => left - Math.max(0, size), side);
  return sizes.map((size) => (size === -1 ? rest : size));
}

/** What is taken along each axis of x, as Python's slices; in the order the value has. */
function emitSlice(
  node: OperatorBuilder,
  [starts, ends, steps]: readonly (readonly number[])[],
  shrunk: readonly number[],
): void {
  const laid = node.laid(0);
  const isFirst = laid.isFirst && shrunk.length === 0;
  const [from, to, by] = [starts, ends, steps].map((list) => byAxis(list, isFirst));
  const axes = from.map((_, axis) => axis);
  const inputs = [
    isFirst ? node.first(0) : node.last(0),
    ...[from, to, axes, by].map((list, i) => node.made(['starts', 'ends', 'axes', 'steps'][i], 'int64', list)),
  ];
  if (shrunk.length === 0) {
    node.emit('slice', { kind: 'slice' }, inputs, isFirst);
    return;
  }
  const slice = node.add('slice', { kind: 'slice' }, inputs);
  node.emit('squeeze', { kind: 'squeeze' }, [slice, node.made('shrunk', 'int64', shrunk)], false);
}

/** Source: tensorflow.org, tf.strided_slice */
const stridedSlice: Translator = (node) => {
  checkMoved(node, node.input(0));
  const { length } = node.input(0).shape;
  const [begin, end, stride] = [1, 2, 3].map((i) => node.numbers(i, ['begin', 'end', 'strides'][i - 1]));
  const mask = (field: number) => node.options.number(field, 'int32', 0);
  const [beginMask, endMask, ellipsis, newAxis, shrink] = [0, 1, 2, 3, 4].map(mask);
  if (ellipsis !== 0 || newAxis !== 0 || mask(5) !== 0) throw node.refuse('its ellipsis, new axes or offsets');
  const count = begin.length;
  if (count > length || end.length !== count || stride.length !== count || stride.includes(0)) {
    throw damaged(node.operator.at, `STRIDED_SLICE of ${length} axes by ${count} starts`);
  }
  const [starts, ends, steps] = [0, FAR, 1].map((value) => new Array<number>(length).fill(value));
  const shrunk: number[] = [];
  for (let axis = 0; axis < count; axis++) {
    const has = (bits: number) => ((bits >> axis) & 1) === 1;
    if (has(shrink)) {
      shrunk.push(axis);
      starts[axis] = has(beginMask) ? 0 : begin[axis];
      ends[axis] = starts[axis] === -1 ? FAR : starts[axis] + 1;
      continue;
    }
    steps[axis] = stride[axis];
    starts[axis] = has(beginMask) ? (stride[axis] > 0 ? 0 : FAR) : begin[axis];
    ends[axis] = has(endMask) ? (stride[axis] > 0 ? FAR : -FAR) : end[axis];
  }
  emitSlice(node, [starts, ends, steps], shrunk);
};

const slice: Translator = (node) => {
  checkMoved(node, node.input(0));
  const { length } = node.input(0).shape;
  const [begin, size] = [node.numbers(1, 'begin'), node.numbers(2, 'size')];
  if (begin.length !== length || size.length !== length || begin.some((at) => at < 0)) {
    throw damaged(node.operator.at, `SLICE of ${length} axes by [${begin.join(', ')}], [${size.join(', ')}]`);
  }
  const ends = size.map((side, axis) => (side === -1 ? FAR : begin[axis] + side));
  emitSlice(node, [begin, ends, begin.map(() => 1)], []);
};

const reverse: Translator = (node) => {
  checkMoved(node, node.input(0));
  const { length } = node.input(0).shape;
  const axes = node.numbers(1, 'axes').map((axis) => axisOf(node, axis, length, false));
  const along = <T>(turned: T, plain: T) => Array.from({ length }, (_, axis) => (axes.includes(axis) ? turned : plain));
  emitSlice(node, [along(FAR, 0), along(-FAR, FAR), along(-1, 1)], []);
};

const gather: Translator = (node) => {
  checkMoved(node, node.input(0));
  if (node.options.number(1, 'int32', 0) !== 0) throw node.refuse('gathering within a batch');
  const axis = axisOf(node, node.options.number(0, 'int32', 0), node.input(0).shape.length, false);
  node.emit('gather', { kind: 'gather', axis }, [node.last(0), node.last(1)], false);
};

const gatherNd: Translator = (node) => {
  checkMoved(node, node.input(0));
  node.emit('gather', { kind: 'gather_nd', batchDims: 0 }, [node.last(0), node.last(1)], false);
};

const tile: Translator = (node) => {
  checkMoved(node, node.input(0));
  const laid = node.laid(0);
  const repeats = byAxis(node.numbers(1, 'multiples'), laid.isFirst);
  node.emit('tile', { kind: 'tile' }, [laid.value, node.made('multiples', 'int64', repeats)], laid.isFirst);
};

const broadcastTo: Translator = (node) => {
  checkMoved(node, node.input(0));
  node.emit('expand', { kind: 'expand' }, [node.last(0), node.last(1)], false);
};

const shape: Translator = (node) => {
  const { type } = node.output();
  if (type !== 'int32' && type !== 'int64') throw node.refuse(`its output is ${type}`);
  const sides = node.add('sides', { kind: 'shape', start: 0, end: null }, [node.last(0)]);
  node.emit('cast', { kind: 'cast', to: type }, [sides], false);
};

/** [before, after] of each axis → all before, all after, in the order the value has. */
export function padsOf(node: OperatorBuilder, isFirst: boolean): number[] {
  const pads = node.numbers(1, 'paddings');
  const { length } = node.input(0).shape;
  if (pads.length !== 2 * length || pads.some((pad) => pad < 0)) {
    throw damaged(node.operator.at, `${node.operator.name} of ${length} axes by [${pads.join(', ')}]`);
  }
  const sides = Array.from({ length }, (_, axis) => [pads[2 * axis], pads[2 * axis + 1]]);
  const own = byAxis(sides, isFirst);
  return [...own.map(([before]) => before), ...own.map(([, after]) => after)];
}

/** A value as it is; the image itself with its channels first, as the layers behind want it. */
function imageOf(node: OperatorBuilder): Laid {
  const laid = node.laid(0);
  const isImage = laid.rank === 4 && node.build.graph.inputs.includes(node.input(0).index);
  return isImage ? { value: node.first(0), rank: 4, isFirst: true } : laid;
}

/** Whole numbers that stand for others are padded with what stands for 0. */
const pad: Translator = (node) => {
  const x = node.input(0);
  checkMoved(node, x);
  const laid = imageOf(node);
  const pads = node.made('pads', 'int64', padsOf(node, laid.isFirst));
  const zero = x.quantization?.zeros[0] ?? 0;
  const given = node.optional(2);
  if (given && !areAlike(given, x)) throw node.refuse('it pads with a number of another scale');
  const value = given
    ? node.last(2)
    : zero === 0
      ? null
      : node.made('zero', x.type === 'int8' ? 'int8' : 'uint8', [zero], []);
  node.emit('pad', { kind: 'pad', mode: 'constant' }, [laid.value, pads, value], laid.isFirst);
};

const mirrorPad: Translator = (node) => {
  checkMoved(node, node.input(0));
  if (node.options.number(0, 'int8', 0) !== 0) throw node.refuse('SYMMETRIC padding, which repeats the border');
  const laid = imageOf(node);
  const pads = node.made('pads', 'int64', padsOf(node, laid.isFirst));
  node.emit('pad', { kind: 'pad', mode: 'reflect' }, [laid.value, pads, null], laid.isFirst);
};

export const ARRANGE: Readonly<Record<string, Translator>> = {
  RESHAPE: reshape,
  SQUEEZE: squeeze,
  EXPAND_DIMS: expandDims,
  TRANSPOSE: transpose,
  CONCATENATION: concatenation,
  PACK: pack,
  UNPACK: unpack,
  SPLIT: split(1, 0, null),
  SPLIT_V: split(0, 2, 1),
  STRIDED_SLICE: stridedSlice,
  SLICE: slice,
  REVERSE_V2: reverse,
  GATHER: gather,
  GATHER_ND: gatherNd,
  TILE: tile,
  BROADCAST_TO: broadcastTo,
  SHAPE: shape,
  PAD: pad,
  PADV2: pad,
  MIRROR_PAD: mirrorPad,
};
