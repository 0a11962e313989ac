import { namedActivation } from '../activations.js';
import { axisInside, frontAxis, inside, laidInside, mapsOf } from '../axes.js';
import { shown } from '../fields.js';
import type { KerasValue } from '../layer-call.js';
import { aligned } from './merge.js';
import { floats, numbersTerm, type Operation, plain, tensorAt, wholesAt } from './operation-arguments.js';
import { resized } from './resizing.js';
import { concatenated, permutedBy, toShape } from './shape.js';

type Pairwise = 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min';

/** Two values, or one and numbers that stand in the call. */
export function pairwise(kind: Pairwise): Operation {
  return (call, given) => {
    const [first, second] = [given.at(0, 'x', 'x1', 'value'), given.at(1, 'y', 'x2', 'bias')];
    const [a, b] = [first && call.tensorOf(first), second && call.tensorOf(second)];
    if (a && b) {
      const { terms, shape, isFirst } = aligned(call, [floats(call, a), floats(call, b)], false);
      return { term: call.add(kind, { kind }, terms), shape, isFirst };
    }
    const value = a ?? b;
    if (!value) throw call.refuse('neither of its arguments is a tensor');
    floats(call, value);
    const { term, isFirst } = inside(call, value);
    const told = plain(a ? second : first);
    const number = numbersTerm(call, a ? 'y' : 'x', told, value.shape, isFirst);
    return { term: call.add(kind, { kind }, a ? [term, number] : [number, term]), shape: value.shape, isFirst };
  };
}

/** One number of each: an activation by Keras's name. */
export function each(name: string): Operation {
  return (call, given) => {
    const value = floats(call, tensorAt(call, given, 0, 'x', 'features', 'logits'));
    if (name === 'softmax' || name === 'log_softmax') {
      const [axis] = wholesAt(call, given, 1, 'axis') ?? [-1];
      if (axis !== -1 && axis !== (value.shape?.length ?? 0) - 1) throw call.refuse(`axis ${axis}`);
    }
    const { term, isFirst } = inside(call, value);
    const rank = { rank: value.shape?.length ?? null, isFirst };
    return { term: namedActivation(call, name, term, rank), shape: value.shape, isFirst };
  };
}

export function pointwise(name: 'abs' | 'neg' | 'sqrt' | 'exp' | 'log'): Operation {
  return (call, given) => {
    const value = floats(call, tensorAt(call, given, 0, 'x'));
    const { term, isFirst } = inside(call, value);
    return { term: call.add(name, { kind: 'pointwise', name, parameters: [] }, [term]), shape: value.shape, isFirst };
  };
}

export const square: Operation = (call, given) => {
  const value = floats(call, tensorAt(call, given, 0, 'x'));
  const { term, isFirst } = inside(call, value);
  return { term: call.add('square', { kind: 'mul' }, [term, term]), shape: value.shape, isFirst };
};

export const clip: Operation = (call, given) => {
  const value = floats(call, tensorAt(call, given, 0, 'x', 't'));
  const [lo, hi] = [plain(given.at(1, 'x_min', 'clip_value_min')), plain(given.at(2, 'x_max', 'clip_value_max'))];
  if (typeof lo !== 'number' || typeof hi !== 'number') throw call.refuse('limits that are no numbers');
  const { term, isFirst } = inside(call, value);
  const limits = [call.floats('min', [lo], []), call.floats('max', [hi], [])];
  return { term: call.add('clip', { kind: 'clip' }, [term, ...limits]), shape: value.shape, isFirst };
};

/** A mean, sum, largest or smallest over some axes. */
export function reduction(name: 'mean' | 'sum' | 'max' | 'min'): Operation {
  return (call, given) => {
    const value = floats(call, tensorAt(call, given, 0, 'x', 'input_tensor'));
    const { shape } = value;
    const told = wholesAt(call, given, 1, 'axis');
    const keepDims = plain(given.at(2, 'keepdims')) === true;
    if (shape === null) throw call.refuse('the shape of its input is not known');
    const rank = shape.length;
    const axes = (told ?? []).map((axis) => frontAxis(axis, rank));
    if (axes.length === 0 || axes.includes(0)) throw call.refuse('over the batch');
    const isSpatial = axes.length === rank - 2 && !axes.includes(rank - 1);
    const { term, isFirst } = keepDims || isSpatial ? inside(call, value) : { term: call.last(value), isFirst: false };
    const along = call.integers(
      'axes',
      axes.map((axis) => axisInside(axis, rank, isFirst)),
    );
    const layer = { kind: 'reduce', name, keepDims, noopWithEmptyAxes: false } as const;
    const made = call.add(`reduce_${name}`, layer, [term, along]);
    if (keepDims) return { term: made, shape: shape.map((side, i) => (axes.includes(i) ? 1 : side)), isFirst };
    return laidInside(
      call,
      made,
      shape.filter((_, i) => !axes.includes(i)),
    );
  };
}

export const cast: Operation = (call, given) => {
  const value = tensorAt(call, given, 0, 'x');
  const dtype = plain(given.at(1, 'dtype'));
  if (dtype !== 'float32' && dtype !== 'float16' && dtype !== 'bfloat16') throw call.refuse(`to ${shown(dtype)}`);
  const { term, isFirst } = inside(call, value);
  return { term: call.add('cast', { kind: 'cast', to: 'float32' }, [term]), shape: value.shape, isFirst };
};

export const concat: Operation = (call, given) => {
  const list = given.at(0, 'values', 'xs');
  const items = list?.kind === 'list' ? list.items.map((item) => call.tensorOf(item)) : [];
  if (items.length === 0 || items.some((item) => item === null))
    throw call.refuse('values that are no list of tensors');
  const [axis] = wholesAt(call, given, 1, 'axis') ?? [call.className === 'Concatenate' ? 0 : Number.NaN];
  return concatenated(call, items as KerasValue[], axis);
};

export const reshape: Operation = (call, given) => {
  const value = tensorAt(call, given, 0, 'tensor', 'x');
  const [N, ...rest] = wholesAt(call, given, 1, 'shape', 'newshape') ?? [];
  const batch = value.shape?.[0] ?? null;
  if (N === undefined || (N !== -1 && N !== batch)) throw call.refuse(`to a batch of ${N ?? 'nothing'}`);
  if (N === -1 && rest.includes(-1)) throw call.refuse('two open sides');
  return { ...toShape(call, value, rest), dtype: value.dtype };
};

export const transpose: Operation = (call, given) => {
  const value = tensorAt(call, given, 0, 'a', 'x');
  const order = wholesAt(call, given, 1, 'perm', 'axes');
  const { shape } = value;
  const isOrder =
    order !== null && shape?.length === order.length && order.every((_, i) => order.includes(i)) && order[0] === 0;
  if (!isOrder) throw call.refuse(`axes ${shown(order)}: expected the batch first, and all others behind`);
  return permutedBy(call, value, shape, order);
};

export const resize: Operation = (call, given) => {
  const value = floats(call, tensorAt(call, given, 0, 'images', 'image'));
  const size = wholesAt(call, given, 1, 'size');
  const method = plain(given.at(2, 'method', 'interpolation')) ?? 'bilinear';
  if (size?.length !== 2 || typeof method !== 'string') throw call.refuse('a size that is not two numbers');
  return resized(call, mapsOf(call, 2, value), size, method);
};
