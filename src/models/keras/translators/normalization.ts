import { eachOf, shapedAs } from '../arrays.js';
import { asRow, frontAxis, inside, laidInside, outOfRow } from '../axes.js';
import type { KerasValue, LayerCall, Made, Term, Translator } from '../layer-call.js';

/** The one axis that parameters belong to, counted from the front; null: the input's rank is not known, and the axis is its last. */
function oneAxis(call: LayerCall, value: KerasValue, otherwise = -1): number | null {
  const axes = call.fields.list('axis') ?? [otherwise];
  if (axes.length !== 1) throw call.refuse(`axis [${axes.join(', ')}]: parameters of several axes`);
  if (value.shape === null) return null;
  return frontAxis(axes[0], value.shape.length);
}

/** A value with one of its axes behind the batch, as layers with a number for each channel read it. */
interface Channels {
  readonly term: Term;
  readonly made: (term: Term) => Made;
}

/** @throws CnnvizError 'unsupported' for an axis that is neither the last nor the one behind the batch */
function channelsAt(call: LayerCall, value: KerasValue, axis: number | null): Channels {
  const { shape } = value;
  const rank = shape?.length ?? 0;
  const isLast = axis === null || axis === rank - 1;
  if (!isLast && axis !== 1) throw call.refuse(`axis ${axis} of an input of ${rank} axes`);
  const term = isLast ? call.first(value) : call.last(value);
  const isFirst = isLast && rank > 2;
  // three axes are read as one image
  if (rank !== 3) return { term, made: (made) => ({ term: made, shape, isFirst }) };
  return { term: asRow(call, term), made: (made) => ({ term: outOfRow(call, made), shape, isFirst }) };
}

/** Names of parameters that a layer has where it says so. */
function affine(call: LayerCall): { readonly scale: boolean; readonly center: boolean } {
  return { scale: call.fields.flag('scale', true), center: call.fields.flag('center', true) };
}

/** BatchNormalization as it computes: gamma, beta (each only if there), moving_mean, moving_variance [C] */
const batchNorm: Translator = (call) => {
  const { fields } = call;
  const value = call.x();
  const axis = oneAxis(call, value);
  const { scale, center } = affine(call);
  fields.raw('momentum');
  fields.raw('fused');
  fields.raw('virtual_batch_size');
  fields.raw('synchronized');
  for (const field of ['renorm', 'renorm_clipping', 'renorm_momentum']) fields.raw(field);
  const eps = fields.number('epsilon', 1e-3);
  const side = [axis === null ? null : (value.shape?.[axis] ?? null)];
  const names = [...(scale ? ['gamma'] : []), ...(center ? ['beta'] : []), 'moving_mean', 'moving_variance'];
  const arrays = call.weights(names.map((name) => [name, side]));
  const terms = new Map(names.map((name, i) => [name, call.parameter(name, arrays[i])]));
  const { term, made } = channelsAt(call, value, axis);
  const parameters = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((name) => terms.get(name) ?? null);
  return made(call.add('batch_norm', { kind: 'batch_norm', eps }, [term, ...parameters]));
};

/** LayerNormalization over the last axes. */
const layerNorm: Translator = (call) => {
  const { fields } = call;
  const value = call.x();
  const { shape } = value;
  const axes = fields.list('axis') ?? [-1];
  const { scale, center } = affine(call);
  if (fields.flag('rms_scaling', false)) throw call.refuse('rms_scaling');
  const eps = fields.number('epsilon', 1e-3);
  const rank = shape?.length ?? null;
  const front = rank === null ? null : axes.map((axis) => frontAxis(axis, rank)).sort((a, b) => a - b);
  const isLast = front === null ? axes.join() === '-1' : front.every((axis, i) => axis === rank! - front.length + i);
  if (!isLast) throw call.refuse(`axis [${axes.join(', ')}]: not the last axes`);
  const sides = axes.map((_, i) => shape?.[shape.length - axes.length + i] ?? null);
  const names = [...(scale ? ['gamma'] : []), ...(center ? ['beta'] : [])];
  const arrays = call.weights(names.map((name) => [name, sides]));
  const term = (name: string): Term | null => {
    const at = names.indexOf(name);
    return at === -1 ? null : call.parameter(name, arrays[at]);
  };
  const layer = { kind: 'layer_norm', axis: -axes.length, eps } as const;
  return laidInside(call, call.add('layer_norm', layer, [call.last(value), term('gamma'), term('beta')]), shape);
};

/** RMSNormalization over the last axis. */
const rmsNorm: Translator = (call) => {
  const value = call.x();
  const axes = call.fields.list('axis') ?? [-1];
  const isLast = axes.length === 1 && (axes[0] === -1 || axes[0] === (value.shape?.length ?? 0) - 1);
  if (!isLast) throw call.refuse(`axis [${axes.join(', ')}]: not the last axis`);
  const eps = call.fields.number('epsilon', 1e-6);
  const [scale] = call.weights([['scale', [value.shape?.at(-1) ?? null]]]);
  const layer = { kind: 'rms_norm', axis: -1, eps } as const;
  return laidInside(call, call.add('rms_norm', layer, [call.last(value), call.parameter('scale', scale)]), value.shape);
};

/** GroupNormalization; groups −1: each channel by itself. */
const groupNorm: Translator = (call) => {
  const { fields } = call;
  const value = call.x();
  const axis = oneAxis(call, value);
  const groups = fields.whole('groups', 32);
  const { scale, center } = affine(call);
  const eps = fields.number('epsilon', 1e-3);
  const side = axis === null ? null : (value.shape?.[axis] ?? null);
  const names = [...(scale ? ['gamma'] : []), ...(center ? ['beta'] : [])];
  const arrays = call.weights(names.map((name) => [name, [side]]));
  const terms = new Map(names.map((name, i) => [name, call.parameter(name, arrays[i])]));
  if (value.shape?.length === 2) throw call.refuse('groups of vectors');
  const { term, made } = channelsAt(call, value, axis);
  const eachAlone = groups === -1 || groups === side;
  const layer = eachAlone
    ? ({ kind: 'instance_norm', eps } as const)
    : ({ kind: 'group_norm', numGroups: groups, eps } as const);
  return made(call.add('group_norm', layer, [term, terms.get('gamma') ?? null, terms.get('beta') ?? null]));
};

/** UnitNormalization: x / √max(Σ x², 1e-12). Source: keras, layers/normalization/unit_normalization.py */
const unitNorm: Translator = (call) => {
  const value = call.x();
  const axes = call.fields.list('axis') ?? [-1];
  const { term, isFirst } = inside(call, value);
  const rank = value.shape?.length ?? null;
  if (rank === null) throw call.refuse('the rank of its input is not known');
  const front = axes.map((axis) => frontAxis(axis, rank));
  const at = front.map((axis) => (isFirst && axis > 0 ? (axis === rank - 1 ? 1 : axis + 1) : axis));
  const layer = { kind: 'reduce', name: 'sum_square', keepDims: true, noopWithEmptyAxes: false } as const;
  const squares = call.add('square_sum', layer, [term, call.integers('axes', at)]);
  const least = call.add('maximum', { kind: 'max' }, [squares, call.floats('least', [1e-12], [])]);
  const length = call.add('sqrt', { kind: 'pointwise', name: 'sqrt', parameters: [] }, [least]);
  return { term: call.add('unit_norm', { kind: 'div' }, [term, length]), shape: value.shape, isFirst };
};

/** Normalization by mean and variance that were measured: (x − mean) / max(√variance, 1e-7), or back. */
const normalization: Translator = (call) => {
  const { fields } = call;
  const value = call.x();
  const { shape } = value;
  if (shape === null) throw call.refuse('the shape of its input is not known');
  const axis = fields.raw('axis') === null ? null : oneAxis(call, value);
  const isBack = fields.flag('invert', false);
  const [mean, variance] = [fields.raw('mean'), fields.raw('variance')];
  const { term, isFirst } = floatsInside(call, value);
  const rank = shape?.length ?? 0;
  if (axis !== null && axis !== rank - 1) throw call.refuse(`axis ${axis} of an input of ${rank} axes`);
  const C = axis === null ? null : (shape?.at(-1) ?? null);
  const sides = isFirst && rank > 2 ? [...new Array<number>(rank - 2).fill(1)] : [];
  const spread = (name: string, told: unknown): Term | null => {
    const list = typeof told === 'number' ? [told] : told;
    if (list === null) return null;
    if (!Array.isArray(list)) throw fields.wrong(name, 'numbers');
    const flat = (list as unknown[]).flat(8) as unknown[];
    const fits = flat.every((one) => typeof one === 'number') && (flat.length === 1 || flat.length === C);
    if (!fits) throw fields.wrong(name, C === null ? 'one number' : `one number or ${C}`);
    const numbers = flat as number[];
    const own = name === 'variance' ? numbers.map((one) => Math.max(Math.sqrt(one), 1e-7)) : numbers;
    return call.floats(name === 'variance' ? 'std' : 'mean', own, numbers.length === 1 ? [] : [own.length, ...sides]);
  };
  const [told, toldVariance] = [spread('mean', mean), spread('variance', variance)];
  let [middle, std] = [told, toldVariance];
  if (middle === null || std === null) {
    const own = axis === null ? [] : [C];
    const [learnt, learntVariance] = call.weights([
      ['mean', own],
      ['variance', own],
      ['count', null],
    ]);
    const at = axis === null ? [] : [...learnt.shape, ...sides];
    middle = call.parameter('mean', shapedAs(learnt, at));
    std = call.parameter(
      'std',
      shapedAs(
        eachOf(learntVariance, (one) => Math.max(Math.sqrt(one), 1e-7)),
        at,
      ),
    );
  }
  const [before, after] = isBack ? (['mul', 'add'] as const) : (['sub', 'div'] as const);
  const [first, second] = isBack ? [std, middle] : [middle, std];
  const between = call.add(before, { kind: before }, [term, first]);
  return { term: call.add(after, { kind: after }, [between, second]), shape, isFirst };
};

/** A value inside, as floating point: layers of preparation take images of whole numbers. */
export function floatsInside(call: LayerCall, value: KerasValue): { readonly term: Term; readonly isFirst: boolean } {
  const { term, isFirst } = inside(call, value);
  if (value.dtype === 'float32') return { term, isFirst };
  return { term: call.add('cast', { kind: 'cast', to: 'float32' }, [term]), isFirst };
}

export const NORMALIZATION: Readonly<Record<string, Translator>> = {
  BatchNormalization: batchNorm,
  BatchNormalizationV1: batchNorm,
  BatchNormalizationV2: batchNorm,
  SyncBatchNormalization: batchNorm,
  LayerNormalization: layerNorm,
  RMSNormalization: rmsNorm,
  GroupNormalization: groupNorm,
  UnitNormalization: unitNorm,
  Normalization: normalization,
};
