import { type Axis, extent } from '../core/geometry.js';
import { type AxisReads, type ReadsCall, SAME_PLACE, WHOLE_MAP } from '../layers/family.js';
import { type Layer, layerFamily } from '../layers/index.js';

/** What one axis of a value sees of the input: fields of `size` pixels, `jump` apart, the first centred at `start`. */
export interface FieldAxis {
  readonly size: number;
  /** Input pixels between the fields of neighbours: the product of all strides. Null where branches disagree, or for vectors. */
  readonly jump: number | null;
  /** Centre of the first field, in input pixels; 0 is the middle of the first pixel. */
  readonly start: number;
}

/** Both axes: [vertical, horizontal]. */
export type Field = readonly [FieldAxis, FieldAxis];

/** The field of the input itself. */
export const INPUT_FIELD: Field = [
  { size: 1, jump: 1, start: 0 },
  { size: 1, jump: 1, start: 0 },
];

/**
 * The field behind a layer that slides windows: size + (k − 1)·jump, jump·stride, and the centre moves by half a window
 * less the padding. Source: Araujo, Norris, Sim 2019, "Computing Receptive Fields of Convolutional Neural Networks"
 */
function behindWindow(field: FieldAxis, { kernel, dilation, stride, padBefore }: Axis): FieldAxis {
  if (field.jump === null) return field;
  const span = extent(kernel, dilation);
  return {
    size: field.size + (span - 1) * field.jump,
    jump: field.jump * stride,
    start: field.start + ((span - 1) / 2 - padBefore) * field.jump,
  };
}

/** What all `count` positions of a map see together: what a layer that reads the whole map sees. */
function ofAll(field: FieldAxis, count: number): FieldAxis {
  if (field.jump === null) return field;
  const reach = (count - 1) * field.jump;
  return { size: field.size + reach, jump: null, start: field.start + reach / 2 };
}

/** Bins of in/out pixels; where that is no whole number, the largest bin and the mean distance. */
function behindBins(field: FieldAxis, size: number, out: number): FieldAxis {
  if (field.jump === null) return field;
  const bin = Array.from(
    { length: out },
    (_, i) => Math.ceil(((i + 1) * size) / out) - Math.floor((i * size) / out),
  ).reduce((most, one) => Math.max(most, one), 1);
  return {
    size: field.size + (bin - 1) * field.jump,
    jump: (field.jump * size) / out,
    start: field.start + ((bin - 1) / 2) * field.jump,
  };
}

/** Places that are told one by one: the most that any spans, and the distance of their middles. */
function behindList(field: FieldAxis, { places, grid }: Extract<AxisReads, { by: 'list' }>): FieldAxis {
  if (field.jump === null) return field;
  const spans = places.map((read) => (read.length === 0 ? 1 : read[read.length - 1] - read[0] + 1));
  const span = spans.reduce((most, one) => Math.max(most, one), 1);
  const size = field.size + (span - 1) * field.jump;
  if (grid === null) return { size, jump: null, start: field.start };
  return { size, jump: field.jump * grid.step, start: field.start + grid.first * field.jump };
}

/** Each position of [N, H, W, C] reads the same place, or, where a side became 1, all of it. */
export function fieldOfLast(fields: readonly Field[], { inputs, output }: ReadsCall): Field {
  const [, ...from] = inputs[0] ?? [];
  const [, ...to] = output;
  const [rows, columns] = union(fields).map((axis, a): FieldAxis => {
    const isAll = output.length < 4 || (to[a] === 1 && from[a] > 1);
    return isAll ? ofAll(axis, from[a] ?? 1) : axis;
  });
  return [rows, columns];
}

/** Branches that meet: from the first pixel any of them sees to the last. */
function union(fields: readonly Field[]): Field {
  const [rows, columns] = [0, 1].map((a): FieldAxis => {
    const axes = fields.map((field) => field[a]);
    const first = Math.min(...axes.map(({ start, size }) => start - (size - 1) / 2));
    const last = Math.max(...axes.map(({ start, size }) => start + (size - 1) / 2));
    const [{ jump }] = axes;
    const agree = axes.every((axis) => axis.jump === jump);
    return { size: last - first + 1, jump: agree ? jump : null, start: (first + last) / 2 };
  });
  return [rows, columns];
}

/**
 * The field of a layer's output, from those of the values it reads that depend on the input. Where a layer's reading is
 * not followed, vectors see the whole map, and maps what was seen before.
 */
export function fieldBehind(layer: Layer, fields: readonly Field[], call: ReadsCall): Field {
  const field = union(fields);
  const { inputs, output } = call;
  const inShape = inputs[0]!;
  if (inShape.length < 3) return field;
  const reads = layerFamily(layer).reads(layer, call) ?? (output.length < 3 ? WHOLE_MAP : SAME_PLACE);
  const [rows, columns] = field.map((axis, a): FieldAxis => {
    const read = reads[a];
    const [size, out] = [inShape.slice(-2)[a], output.slice(-2)[a]];
    if (read.by === 'window') return behindWindow(axis, read.axis);
    if (read.by === 'bins') return behindBins(axis, size, out);
    if (read.by === 'list') return behindList(axis, read);
    return read.by === 'all' ? ofAll(axis, size) : axis;
  });
  return [rows, columns];
}
