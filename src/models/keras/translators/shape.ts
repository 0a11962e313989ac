import { axisInside, frontAxis, inside, laidInside, mapsOf } from '../axes.js';
import type { KerasValue, LayerCall, Made, Sides, Term, Translator } from '../layer-call.js';

/** The numbers in Keras's order: one transpose, or none where there is nothing to exchange. */
function inKerasOrder(call: LayerCall, value: KerasValue): Term {
  const { laid, shape } = value;
  const isSame =
    laid.isFirst && shape !== null && (shape.at(-1) === 1 || shape.slice(1, -1).every((side) => side === 1));
  return isSame ? call.own(value) : call.last(value);
}

const sizeOf = (sides: Sides): number | null =>
  sides.reduce<number | null>((size, side) => (size === null || side === null ? null : size * side), 1);

/** Numbers in Keras's order under sides [N, ...]; where that is also the order inside, they are so at once. */
function reshaped(call: LayerCall, term: Term, sides: Sides): Made {
  const [N, ...rest] = sides;
  const open = rest.filter((side) => side === null).length;
  if (open > 1) throw call.refuse(`[${rest.map((side) => side ?? 'any').join(', ')}]: more than one side is open`);
  const isMap = rest.length === 3 && !call.keepsFirst;
  const isFirst = isMap && (rest[2] === 1 || (rest[0] === 1 && rest[1] === 1));
  const told = isFirst ? [rest[2], rest[0], rest[1]] : rest;
  const target = call.integers('shape', [0, ...told.map((side) => side ?? -1)]);
  const made = call.add('reshape', { kind: 'reshape', allowZero: false }, [term, target]);
  return isFirst ? { term: made, shape: sides, isFirst } : laidInside(call, made, [N, ...rest]);
}

/** All numbers of an image in one row, in Keras's order: row, column, channel. */
const flatten: Translator = (call) => {
  const value = call.x();
  const { shape } = value;
  const format = call.fields.text('data_format', 'channels_last');
  if (format === 'channels_first' && (shape === null || shape.length > 2)) {
    // Keras brings channels last before it flattens
    const maps = mapsOf(call, (shape?.length ?? 4) - 2);
    const rank = maps.sides.length + 2;
    const perm = [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
    const turned = call.add('transpose', { kind: 'transpose', perm }, [maps.term]);
    const term = call.add('flatten', { kind: 'flatten', startDim: 1, endDim: -1 }, [turned]);
    return { term, shape: [maps.N, sizeOf([maps.C, ...maps.sides])], isFirst: false };
  }
  if (shape?.length === 1) {
    const term = call.add('flatten', { kind: 'unsqueeze' }, [call.own(value), call.integers('axes', [1])]);
    return { term, shape: [shape[0], 1], isFirst: false };
  }
  const term = call.add('flatten', { kind: 'flatten', startDim: 1, endDim: -1 }, [inKerasOrder(call, value)]);
  return { term, shape: [shape?.[0] ?? null, shape === null ? null : sizeOf(shape.slice(1))], isFirst: false };
};

const reshape: Translator = (call) => {
  const value = call.x();
  const target = call.fields.list('target_shape') ?? [];
  return { ...toShape(call, value, target), dtype: value.dtype };
};

/** @param target sides behind the batch, −1 for what is left */
export function toShape(call: LayerCall, value: KerasValue, target: readonly number[]): Made {
  const isSide = (side: number) => side === -1 || side > 0;
  if (!target.every(isSide) || target.filter((side) => side === -1).length > 1) {
    throw call.fields.wrong('target_shape', 'sides above 0, at most one of them −1');
  }
  const { shape } = value;
  const size = shape === null ? null : sizeOf(shape.slice(1));
  const told = target.filter((side) => side !== -1).reduce((product, side) => product * side, 1);
  const left = size === null ? null : size / told;
  const isWhole = left === null || (target.includes(-1) ? Number.isInteger(left) : left === 1);
  if (!isWhole) throw call.fields.wrong('target_shape', `sides that multiply to ${size}`);
  const rest = target.map((side) => (side === -1 ? left : side));
  return reshaped(call, inKerasOrder(call, value), [shape?.[0] ?? null, ...rest]);
}

/** Permute: axes counted from 1, N left where it is. */
const permute: Translator = (call) => {
  const value = call.x();
  const dims = call.fields.list('dims') ?? [];
  const rank = dims.length + 1;
  const isOrder = dims.every((_, i) => dims.includes(i + 1));
  if (!isOrder || (value.shape !== null && value.shape.length !== rank)) {
    throw call.fields.wrong('dims', `the axes 1 … ${(value.shape?.length ?? rank) - 1} in an order`);
  }
  if (value.shape === null) throw call.refuse('the shape of its input is not known');
  return permutedBy(call, value, value.shape, [0, ...dims]);
};

/** @param order axis i of the result is axis order[i], both in Keras's order */
export function permutedBy(call: LayerCall, value: KerasValue, shape: Sides, order: readonly number[]): Made {
  const rank = order.length;
  const isFirst = rank === 4 && !call.keepsFirst;
  const out = isFirst ? [order[0], order[3], order[1], order[2]] : order;
  const perm = out.map((axis) => axisInside(axis, rank, value.laid.isFirst));
  const sides = order.map((axis) => shape[axis]);
  const isSame = perm.every((axis, i) => axis === i);
  const term = isSame ? call.own(value) : call.add('permute', { kind: 'transpose', perm }, [call.own(value)]);
  return { term, shape: sides, isFirst, dtype: value.dtype };
}

/** [N, D] → [N, n, D] */
const repeatVector: Translator = (call) => {
  const n = call.fields.whole('n');
  const value = call.x();
  const { shape } = value;
  if (shape !== null && shape.length !== 2) throw call.refuse(`an input of ${shape.length} axes: expected 2`);
  const row = call.add('unsqueeze', { kind: 'unsqueeze' }, [call.own(value), call.integers('axes', [1])]);
  const term = call.add('repeat', { kind: 'expand' }, [row, call.integers('shape', [1, n, 1])]);
  return { term, shape: [shape?.[0] ?? null, n, shape?.[1] ?? null], isFirst: false };
};

const FARTHEST = 2 ** 31 - 1;

/** [[before, after], ...] of each axis, which a number, or a number for each axis, may stand for. */
function bordersOf(call: LayerCall, field: string, axes: number): (readonly [number, number])[] {
  const { fields } = call;
  const told = fields.raw(field) ?? (axes === 2 && field === 'cropping' ? 0 : 1);
  const list = Array.isArray(told) ? told : new Array<unknown>(axes).fill(told);
  const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  // along one axis the two numbers stand by themselves
  const pairs = axes === 1 && list.length === 2 ? [list] : list;
  const borders = pairs.map((one: unknown) => {
    const [before, after] = Array.isArray(one) ? one : [one, one];
    return [before, after] as const;
  });
  if (borders.length === axes && borders.every(([before, after]) => isWhole(before) && isWhole(after))) {
    return borders as [number, number][];
  }
  throw fields.wrong(field, `${axes} pairs of whole numbers from 0`);
}

/** ZeroPadding1D, 2D, 3D */
function zeroPadding(axes: 1 | 2 | 3): Translator {
  return (call) => {
    const borders = bordersOf(call, 'padding', axes);
    const maps = mapsOf(call, axes);
    const pads = [0, 0, ...borders.map(([before]) => before), 0, 0, ...borders.map(([, after]) => after)];
    const term = call.add('pad', { kind: 'pad', mode: 'constant' }, [maps.term, call.integers('pads', pads)]);
    const sides = maps.sides.map((side, i) => (side === null ? null : side + borders[i][0] + borders[i][1]));
    return maps.made(term, maps.C, sides);
  };
}

/** Cropping1D, 2D, 3D */
function cropping(axes: 1 | 2 | 3): Translator {
  return (call) => {
    const borders = bordersOf(call, 'cropping', axes);
    const maps = mapsOf(call, axes);
    const sides = maps.sides.map((side, i) => (side === null ? null : side - borders[i][0] - borders[i][1]));
    if (sides.some((side) => side !== null && side < 1))
      throw call.fields.wrong('cropping', 'less than the whole side');
    const term = call.add('crop', { kind: 'slice' }, [
      maps.term,
      call.integers(
        'starts',
        borders.map(([before]) => before),
      ),
      call.integers(
        'ends',
        borders.map(([, after]) => (after === 0 ? FARTHEST : -after)),
      ),
      call.integers(
        'axes',
        borders.map((_, i) => i + 2),
      ),
    ]);
    return maps.made(term, maps.C, sides);
  };
}

/** A layer that gives its input again, whatever it does while it learns. */
const same: Translator = (call) => {
  const value = call.x();
  const { term, isFirst } = inside(call, value);
  return { term, shape: value.shape, isFirst, dtype: value.dtype };
};

/** Dropout in all its kinds: nothing is dropped by a network that computes. */
const dropout: Translator = (call) => {
  const p = call.fields.number('rate', 0.5);
  for (const field of ['noise_shape', 'seed', 'data_format']) call.fields.raw(field);
  const value = call.x();
  const { term, isFirst } = inside(call, value);
  return { term: call.add('dropout', { kind: 'dropout', p }, [term]), shape: value.shape, isFirst, dtype: value.dtype };
};

/** Layers that are random while they learn, whatever their fields say, and do nothing else. */
const onlyLearning: Translator = (call) => {
  for (const field of call.fields.unread()) call.fields.raw(field);
  return same(call);
};

/** Concatenate along one axis. */
const concatenate: Translator = (call) => concatenated(call, call.inputs, call.fields.whole('axis', -1));

export function concatenated(call: LayerCall, inputs: readonly KerasValue[], axis: number): Made {
  const [first] = inputs;
  if (!first) throw call.refuse('nothing to concatenate');
  const isKnown = inputs.every(({ shape }) => shape !== null);
  const rank = first.shape?.length ?? 0;
  const isFirst = inputs.some(({ laid }) => laid.isFirst) || (rank === 4 && !call.keepsFirst);
  const terms = inputs.map((value) => (isFirst ? call.first(value) : call.last(value)));
  if (!isKnown) {
    const term = call.add('concat', { kind: 'concat', dim: axis === -1 || axis === 3 ? 1 : axis }, terms);
    return { term, shape: null, isFirst: true };
  }
  const at = frontAxis(axis, rank);
  if (inputs.some(({ shape }) => shape!.length !== rank)) throw call.refuse('inputs of several ranks');
  const side = inputs.reduce<number | null>((sum, { shape }) => {
    const own = shape![at];
    return sum === null || own === null ? null : sum + own;
  }, 0);
  const shape = first.shape!.map((own, i) =>
    i === at ? side : inputs.reduce((known, one) => known ?? one.shape![i], own),
  );
  const term = call.add('concat', { kind: 'concat', dim: axisInside(at, rank, isFirst) }, terms);
  return { term, shape, isFirst, dtype: first.dtype };
}

export const SHAPE: Readonly<Record<string, Translator>> = {
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeatVector,
  ZeroPadding1D: zeroPadding(1),
  ZeroPadding2D: zeroPadding(2),
  ZeroPadding3D: zeroPadding(3),
  Cropping1D: cropping(1),
  Cropping2D: cropping(2),
  Cropping3D: cropping(3),
  Concatenate: concatenate,
  InputLayer: same,
  Identity: same,
  Dropout: dropout,
  SpatialDropout1D: dropout,
  SpatialDropout2D: dropout,
  SpatialDropout3D: dropout,
  AlphaDropout: dropout,
  GaussianDropout: dropout,
  GaussianNoise: onlyLearning,
  ActivityRegularization: onlyLearning,
  RandomFlip: onlyLearning,
  RandomRotation: onlyLearning,
  RandomZoom: onlyLearning,
  RandomTranslation: onlyLearning,
  RandomContrast: onlyLearning,
  RandomBrightness: onlyLearning,
  RandomHeight: onlyLearning,
  RandomWidth: onlyLearning,
  RandomShear: onlyLearning,
  RandomPerspective: onlyLearning,
  RandomHue: onlyLearning,
  RandomSaturation: onlyLearning,
  RandomColorJitter: onlyLearning,
  RandomColorDegeneration: onlyLearning,
  RandomSharpness: onlyLearning,
  RandomPosterization: onlyLearning,
  RandomGrayscale: onlyLearning,
  RandomInvert: onlyLearning,
  RandomErasing: onlyLearning,
  RandomElasticTransform: onlyLearning,
  RandomGaussianBlur: onlyLearning,
  RandomApply: onlyLearning,
  MixUp: onlyLearning,
  CutMix: onlyLearning,
  AutoContrast: (call) => {
    throw call.refuse('it changes images also when the network computes');
  },
};
