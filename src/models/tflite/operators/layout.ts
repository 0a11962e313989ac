import { damaged } from '../flatbuffer.js';
import type { OperatorBuilder } from '../operator-builder.js';
import type { TfliteTensor } from '../schema.js';

/** What an operator becomes. */
export type Translator = (node: OperatorBuilder) => void;

/** [N, H, W, C] → [N, C, H, W] */
export const TO_FIRST = [0, 3, 1, 2] as const;
/** Where an axis of [N, H, W, C] is in [N, C, H, W]. */
const AXES_FIRST = [0, 2, 3, 1] as const;

/** An axis counted from the front, in the order the value has. @throws CnnvizError 'format' */
export function axisOf(node: OperatorBuilder, axis: number, rank: number, isFirst: boolean): number {
  const own = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(own) || own < 0 || own >= rank) {
    throw damaged(node.operator.at, `axis ${axis} of an array of ${rank} axes`);
  }
  return isFirst ? AXES_FIRST[own] : own;
}

/** One number for each axis of [N, H, W, C], in the order the value has. */
export function byAxis<T>(list: readonly T[], isFirst: boolean): T[] {
  return isFirst ? TO_FIRST.map((axis) => list[axis]) : [...list];
}

/**
 * Inputs that are read together, place by place, with broadcasting: channels first where one of them is, and no other
 * hinders it.
 */
export function together(node: OperatorBuilder, indices: readonly number[]): { values: string[]; isFirst: boolean } {
  const tensors = indices.map((index) => node.input(index));
  const computed = indices.filter((index) => !node.isConstant(index)).map((index) => node.laid(index));
  const isFirst =
    computed.some((laid) => laid.isFirst) &&
    computed.every(({ rank }) => rank === 4) &&
    tensors.every(({ shape }) => shape.length <= 4);
  const values = indices.map((index, i) => {
    if (!isFirst) return node.last(index);
    if (!node.isConstant(index)) return node.first(index);
    return node.constant(index, { order: firstOrder(tensors[i]) });
  });
  return { values, isFirst };
}

/** A constant that meets [N, H, W, C] from the last axis on, so that it meets [N, C, H, W]. */
function firstOrder({ shape }: TfliteTensor) {
  return { shape: [...new Array<number>(4 - shape.length).fill(1), ...shape], perm: TO_FIRST };
}

/**
 * The shape the file has for a tensor, which is held against what its operators make of it. N may be another.
 * @throws CnnvizError 'unsupported' when sides are open
 */
export function storedShape(node: OperatorBuilder, tensor: TfliteTensor): readonly number[] {
  if (hasOpenSides(tensor)) {
    throw node.refuse(`"${tensor.name}" has rows and columns of any size`, 'convert it with an input of a fixed size');
  }
  node.build.relied.add(tensor.index);
  return tensor.shape;
}

/** Whether a tensor has sides behind the first that are open. */
export function hasOpenSides({ signature }: TfliteTensor): boolean {
  return signature?.slice(1).some((side) => side < 0) ?? false;
}

/** The number of channels: the last side. */
export function channelsOf(node: OperatorBuilder, tensor: TfliteTensor): number {
  node.build.relied.add(tensor.index);
  return tensor.shape.at(-1) ?? 1;
}

/** @throws CnnvizError 'unsupported' unless all inputs that are there, and the outputs, are of a type */
export function checkTypes(node: OperatorBuilder, types: readonly string[], inputs: readonly number[]): void {
  for (const tensor of [...inputs.map((index) => node.input(index)), node.output()]) {
    const isReal = node.build.sources.has(tensor.index);
    if (!types.includes(isReal ? 'float32' : tensor.type)) {
      throw node.refuse(`"${tensor.name}" is ${tensor.type}: computed are ${types.join(', ')}`);
    }
  }
}

/** A number of pixels from 1. @throws CnnvizError 'format' */
export function positive(node: OperatorBuilder, field: number, otherwise: number, what: string): number {
  const value = node.options.number(field, 'int32', otherwise);
  if (value >= 1 && value <= 65_536) return value;
  throw damaged(node.operator.at, `${node.operator.name}: ${what} ${value}`);
}

/** SAME or VALID. @throws CnnvizError 'format' */
export function paddingOf(node: OperatorBuilder): 'same' | 'valid' {
  const padding = node.options.number(0, 'int8', 0);
  if (padding === 0 || padding === 1) return padding === 0 ? 'same' : 'valid';
  throw damaged(node.operator.at, `${node.operator.name}: padding ${padding}`);
}
