import { extent, type Pads, type Pair, resolvePads } from '../core/geometry.js';
import type { Layer } from '../layers/index.js';

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

interface Windows {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly pads: Pads;
}

/**
 * The field behind a layer that slides windows: size + (k − 1)·jump, jump·stride, and the centre moves by half a window
 * less the padding. Source: Araujo, Norris, Sim 2019, "Computing Receptive Fields of Convolutional Neural Networks"
 */
function behindWindows(field: Field, { kernel, stride, dilation, pads }: Windows): Field {
  const [rows, columns] = field.map((axis, a): FieldAxis => {
    if (axis.jump === null) return axis;
    const span = extent(kernel[a], dilation[a]);
    return {
      size: axis.size + (span - 1) * axis.jump,
      jump: axis.jump * stride[a],
      start: axis.start + ((span - 1) / 2 - pads[a]) * axis.jump,
    };
  });
  return [rows, columns];
}

/** What all positions of a map see together: what a layer that reads the whole map sees. */
function ofWholeMap(field: Field, [H, W]: readonly [number, number]): Field {
  const [rows, columns] = field.map((axis, a): FieldAxis => {
    if (axis.jump === null) return axis;
    const count = a === 0 ? H : W;
    const reach = (count - 1) * axis.jump;
    return { size: axis.size + reach, jump: null, start: axis.start + reach / 2 };
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

/** Layers behind which every number depends on the whole map. */
export const WHOLE_MAP_LAYERS: readonly Layer['kind'][] = [
  'flatten',
  'flatten_2d',
  'linear',
  'matmul',
  'gemm',
  'global_avg_pool',
  'global_max_pool',
];

/**
 * The field of a layer's output, from those of the values it reads that depend on the input. `inShape`, `outShape`: of
 * its first input and output.
 */
export function fieldBehind(
  layer: Layer,
  fields: readonly Field[],
  weight: readonly number[] | null,
  inShape: readonly number[],
  outShape: readonly number[],
): Field {
  const field = union(fields);
  const size = inShape.slice(-2) as unknown as Pair;
  switch (layer.kind) {
    case 'conv':
    case 'ncc': {
      const kernel = (weight ?? [1, 1]).slice(-2) as unknown as Pair;
      const pads = resolvePads(layer.padding, size, kernel, layer.stride, layer.dilation);
      return behindWindows(field, { kernel, stride: layer.stride, dilation: layer.dilation, pads });
    }
    case 'max_pool':
    case 'avg_pool':
    case 'gauss_pool': {
      const dilation = layer.kind === 'max_pool' ? layer.dilation : ([1, 1] as const);
      return behindWindows(field, { kernel: layer.kernelSize, stride: layer.stride, dilation, pads: layer.pads });
    }
    case 'adaptive_avg_pool':
    case 'adaptive_max_pool':
      return behindAdaptive(field, size, outShape.slice(-2) as unknown as Pair);
    case 'reduce':
      return outShape.length < inShape.length || outShape.at(-1) === 1 ? ofWholeMap(field, size) : field;
    default:
      return WHOLE_MAP_LAYERS.includes(layer.kind) && inShape.length > 2 ? ofWholeMap(field, size) : field;
  }
}

/** Bins of in/out pixels; where that is no whole number, the largest bin and the mean distance. */
function behindAdaptive(field: Field, size: Pair, out: Pair): Field {
  if (out[0] === 1 && out[1] === 1) return ofWholeMap(field, size);
  const [rows, columns] = field.map((axis, a): FieldAxis => {
    if (axis.jump === null) return axis;
    const bin = Array.from({ length: out[a] }, (_, i) => {
      return Math.ceil(((i + 1) * size[a]) / out[a]) - Math.floor((i * size[a]) / out[a]);
    }).reduce((most, one) => Math.max(most, one), 1);
    return {
      size: axis.size + (bin - 1) * axis.jump,
      jump: (axis.jump * size[a]) / out[a],
      start: axis.start + ((bin - 1) / 2) * axis.jump,
    };
  });
  return [rows, columns];
}
