import type { Pads, Pair } from '../../../core/geometry.js';
import { resolvePads } from '../../../core/geometry.js';
import type { ReduceName } from '../../../layers/reduce.js';
import { damaged } from '../flatbuffer.js';
import { fusedOf } from '../fused.js';
import type { OperatorBuilder } from '../operator-builder.js';
import { axisOf, checkTypes, hasOpenSides, paddingOf, positive, storedShape, type Translator } from './layout.js';

/** The windows of a pool. */
export function windowsOf(node: OperatorBuilder) {
  const x = node.input(0);
  if (x.shape.length !== 4) throw damaged(node.operator.at, `${node.operator.name} of [${x.shape.join(', ')}]`);
  const stride: Pair = [positive(node, 2, 0, 'stride'), positive(node, 1, 0, 'stride')];
  const kernelSize: Pair = [positive(node, 4, 0, 'window'), positive(node, 3, 0, 'window')];
  const rule = paddingOf(node);
  const dilation: Pair = [1, 1];
  const sides = hasOpenSides(x) ? null : storedShape(node, x);
  const pads: Pads | null = sides && resolvePads(rule, [sides[1], sides[2]], kernelSize, stride, dilation);
  return { stride, kernelSize, rule, dilation, pads, fused: fusedOf(node.options.number(5, 'int8', 0)) };
}

/** Windows over whatever numbers, and over rows and columns of any size. */
export function windowsNd({ stride, kernelSize, rule, dilation }: ReturnType<typeof windowsOf>) {
  const fields = { stride, kernelSize, padding: rule, dilation };
  return { ...fields, ceilMode: false, countIncludePad: false, columnMajor: false } as const;
}

/** A mean is that of the pixels inside the image. */
function floatPool(kind: 'avg_pool' | 'max_pool'): Translator {
  return (node) => {
    checkTypes(node, ['float32'], [0]);
    const windows = windowsOf(node);
    const { kernelSize, stride, pads, dilation, fused } = windows;
    const fields = { kernelSize, stride, pads: pads!, ceilMode: false };
    if (pads === null) {
      node.emit('pool', { kind: `${kind}_nd`, ...windowsNd(windows) }, [node.first(0)], true, fused);
    } else if (kind === 'max_pool') node.emit('pool', { kind, ...fields, dilation }, [node.first(0)], true, fused);
    else {
      const layer = { kind, ...fields, countIncludePad: false, divisorOverride: null } as const;
      node.emit('pool', layer, [node.first(0)], true, fused);
    }
  };
}

/** The axes a reduction runs over, in the order of the value it reads. */
export function reducedAxes(node: OperatorBuilder): { x: string; axes: number[]; keepDims: boolean; isFirst: boolean } {
  const laid = node.laid(0);
  const keepDims = node.options.number(0, 'bool', 0) === 1;
  const given = node.numbers(1, 'axes');
  const own = [...new Set(given.map((axis) => axisOf(node, axis, laid.rank, false)))].sort((a, b) => a - b);
  // without kept axes the others must come out in TensorFlow Lite's order
  const isFirst = laid.isFirst && (keepDims || own.includes(3) || (own.includes(1) && own.includes(2)));
  return {
    x: isFirst ? node.first(0) : node.last(0),
    axes: own.map((axis) => axisOf(node, axis, laid.rank, isFirst)),
    keepDims,
    isFirst,
  };
}

function floatReduce(name: ReduceName): Translator {
  return (node) => {
    checkTypes(node, ['float32', 'int32', 'int64'], [0]);
    if (name === 'mean') checkTypes(node, ['float32'], [0]);
    const { x, axes, keepDims, isFirst } = reducedAxes(node);
    if (axes.length === 0) {
      node.emit('reduce', { kind: 'identity' }, [x], isFirst && keepDims);
      return;
    }
    const layer = { kind: 'reduce', name, keepDims, noopWithEmptyAxes: false } as const;
    node.emit('reduce', layer, [x, node.made('axes', 'int64', axes)], isFirst && keepDims);
  };
}

function argReduce(kind: 'argmax' | 'argmin'): Translator {
  return (node) => {
    const [axis, ...more] = node.numbers(1, 'axis');
    if (axis === undefined || more.length > 0) throw damaged(node.operator.at, `${node.operator.name}: no single axis`);
    const { type } = node.output();
    const { length } = node.input(0).shape;
    const layer = { kind, axis: axisOf(node, axis, length, false), keepDims: false, last: false } as const;
    if (type === 'int64') node.emit('place', layer, [node.last(0)], false);
    else if (type === 'int32') {
      node.emit('cast', { kind: 'cast', to: 'int32' }, [node.add('place', layer, [node.last(0)])], false);
    } else throw node.refuse(`its output is ${type}`);
  };
}

export const POOL: Readonly<Record<string, Translator>> = {
  AVERAGE_POOL_2D: floatPool('avg_pool'),
  MAX_POOL_2D: floatPool('max_pool'),
  MEAN: floatReduce('mean'),
  SUM: floatReduce('sum'),
  REDUCE_MAX: floatReduce('max'),
  REDUCE_MIN: floatReduce('min'),
  REDUCE_PROD: floatReduce('prod'),
  ARG_MAX: argReduce('argmax'),
  ARG_MIN: argReduce('argmin'),
};
