import { CnnvizError } from '../../core/errors.js';
import { sizeOf } from '../../core/tensor.js';
import type { Value } from '../../core/values.js';
import {
  type Backward,
  type Families,
  type Forward,
  kindWords,
  type LayerFamily,
  type ShapeRule,
  WHOLE_MAP,
} from '../family.js';
import { channelAxis, required } from '../inputs.js';
import { addGradient, findStandard, type NumberSet, type Standard } from './sets.js';

/**
 * The channels of an image in groups of neighbours, each group normalised for itself:
 * (x − mean) / √(variance + eps) · weight + bias. Inputs: x [N, C, ...] or [C, H, W], weight [C] or null, bias [C] or null;
 * weight and bias may also have one number for each group.
 * Source: torch.nn.GroupNorm; Wu, He 2018; ONNX GroupNormalization
 */
interface GroupNormLayer {
  readonly kind: 'group_norm';
  readonly numGroups: number;
  readonly eps: number;
}

/** The same for each channel alone. Source: torch.nn.InstanceNorm2d; Ulyanov, Vedaldi, Lempitsky 2016 */
interface InstanceNormLayer {
  readonly kind: 'instance_norm';
  readonly eps: number;
}

export type GroupNormFamily = GroupNormLayer | InstanceNormLayer;

const groupNormShape: ShapeRule<GroupNormFamily> = (layer, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  if (shape.length < 2) throw new CnnvizError('shape', `expected an array [N, C, ...], got [${shape.join(', ')}]`);
  const C = shape[channelAxis(shape)];
  const groups = layer.kind === 'group_norm' ? layer.numGroups : C;
  if (!Number.isInteger(groups) || groups < 1 || C % groups !== 0) {
    throw new CnnvizError('shape', `${groups} groups of ${C} channels: expected a number that divides ${C}`);
  }
  for (const [i, name] of ['weight', 'bias'].entries()) {
    const parameter = inputs[i + 1];
    if (!parameter || (parameter.shape.length === 1 && [C, groups].includes(parameter.shape[0]))) continue;
    throw new CnnvizError('shape', `${name}: expected [${C}], got [${parameter.shape.join(', ')}]`);
  }
  return [{ dtype: dtype === 'float64' ? 'float64' : 'float32', shape }];
};

/** Images of groups of channels of planes; one number for each channel, or 1 and 0. */
function partsOf(layer: GroupNormFamily, shape: readonly number[]) {
  const axis = channelAxis(shape);
  const C = shape[axis];
  const groups = layer.kind === 'group_norm' ? layer.numGroups : C;
  return {
    images: sizeOf(shape.slice(0, axis)),
    C,
    groups,
    together: C / groups,
    plane: sizeOf(shape.slice(axis + 1)),
  };
}

function perChannel(value: Value | null | undefined, C: number, otherwise: number): Float64Array {
  const repeats = value ? C / value.data.length : 1;
  return Float64Array.from({ length: C }, (_, c) => value?.data[Math.floor(c / repeats)] ?? otherwise);
}

/** In float64, rounded once. x, y [N, C, ...] */
const groupNormForward: Forward<GroupNormFamily> = {
  memory: 'in-place',
  perChannel: [1, 2],
  run(layer, [x, weight, bias], [y]) {
    const { images, C, groups, together, plane } = partsOf(layer, x!.shape);
    const [factors, terms] = [perChannel(weight, C, 1), perChannel(bias, C, 0)];
    const [from, to] = [x!.data, y.data];
    const standard: Standard = { mean: 0, inverse: 0 };
    for (let set = 0; set < images * groups; set++) {
      const start = set * together * plane;
      findStandard(from, { start, count: together * plane, step: 1 }, layer.eps, standard);
      const { mean, inverse } = standard;
      for (let c = 0, i = start; c < together; c++) {
        const channel = (set % groups) * together + c;
        const [factor, term] = [factors[channel], terms[channel]];
        for (const end = i + plane; i < end; i++) to[i] = (from[i] - mean) * inverse * factor + term;
      }
    }
  },
};

const groupNormBackward: Backward<GroupNormFamily> = {
  needs: 'inputs',
  run(layer, { inputs, x, dy, dx }) {
    const { data, shape } = x(0);
    const { images, C, groups, together, plane } = partsOf(layer, shape);
    const factors = perChannel(inputs[1] ? x(1) : null, C, 1);
    const standard: Standard = { mean: 0, inverse: 0 };
    for (let set = 0; set < images * groups; set++) {
      const own: NumberSet = { start: set * together * plane, count: together * plane, step: 1 };
      findStandard(data, own, layer.eps, standard);
      const gradient = (i: number): number => dy[0]![i] * factors[Math.floor(i / plane) % C];
      addGradient(data, own, standard, true, gradient, dx[0]!);
    }
  },
};

/** What both have. */
const GROUPS = {
  shape: groupNormShape,
  forward: groupNormForward,
  backward: groupNormBackward,
  reads: () => WHOLE_MAP,
  explain: {
    formula: ({ eps }) => `(x − mean) / √(variance + ${eps}) · weight + bias`,
    terms: (layer, { output }, index) => {
      const { together, plane } = partsOf(layer, output);
      const count = together * plane;
      const start = index - (index % count);
      const others = Array.from({ length: count }, (_, i) => start + i).filter((at) => at !== index);
      return [index, ...others].map((at) => ({ input: 0, index: at }));
    },
  },
  learnt: [1, 2],
} satisfies Omit<LayerFamily<GroupNormFamily>, 'words'>;

export const GROUP_NORM: Families<GroupNormFamily> = {
  group_norm: { ...GROUPS, words: ({ numGroups }) => `group_norm ${numGroups}` },
  instance_norm: { ...GROUPS, words: kindWords },
};
