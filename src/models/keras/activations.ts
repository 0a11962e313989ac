import type { ActivationName } from '../../core/job.js';
import type { PointwiseName } from '../../layers/pointwise.js';
import { axisInside, frontAxis } from './axes.js';
import { type Fields, fieldsOf, isRecord, type Json } from './fields.js';
import type { LayerCall, Made, Term } from './layer-call.js';

/** The same number at every place of a value. */
type Each = (call: LayerCall, x: Term, rank: RankOf) => Term;

/** What a softmax must know of the value it reads. */
interface RankOf {
  readonly rank: number | null;
  readonly isFirst: boolean;
}

const activation =
  (name: ActivationName, parameters: readonly number[] = []): Each =>
  (call, x) =>
    call.add(name, { kind: 'activation', name, parameters }, [x]);

const pointwise =
  (name: PointwiseName, parameters: readonly number[] = []): Each =>
  (call, x) =>
    call.add(name, { kind: 'pointwise', name, parameters }, [x]);

const limited =
  (lo: number | null, hi: number | null): Each =>
  (call, x) =>
    call.add('clip', { kind: 'clip' }, [x, number(call, 'min_value', lo), number(call, 'max_value', hi)]);

const number = (call: LayerCall, name: string, value: number | null): Term | null =>
  value === null ? null : call.floats(name, [value], []);

export function softmaxOver(axis: number): Each {
  return (call, x, { rank, isFirst }) => {
    const dim = rank === null ? axis : axisInside(frontAxis(axis, rank), rank, isFirst);
    return call.add('softmax', { kind: 'softmax', dim }, [x]);
  };
}

const logSoftmax: Each = (call, x, { rank, isFirst }) => {
  const dim = rank === null ? -1 : axisInside(rank - 1, rank, isFirst);
  return call.add('log_softmax', { kind: 'log_softmax', dim }, [x]);
};

/** Keras 2 has 0.2·x + 0.5 between 0 and 1, Keras 3 relu6(x + 3) / 6. */
const hardSigmoid: Each = (call, x, rank) => {
  const { major } = call.writer;
  if (major === 2) return pointwise('hard_sigmoid', [0.2, 0.5])(call, x, rank);
  if (major === 3) return pointwise('hard_sigmoid', [1 / 6, 0.5])(call, x, rank);
  throw call.refuse(
    'hard_sigmoid means another thing in Keras 2 and in Keras 3, and the file does not say which wrote it',
    'save it again with a Keras that says so',
  );
};

const tanhShrink: Each = (call, x) => {
  const inner = call.add('tanh', { kind: 'activation', name: 'tanh', parameters: [] }, [x]);
  return call.add('tanh_shrink', { kind: 'sub' }, [x, inner]);
};

const logSigmoid: Each = (call, x) => {
  const turned = call.add('neg', { kind: 'pointwise', name: 'neg', parameters: [] }, [x]);
  const soft = call.add('softplus', { kind: 'activation', name: 'softplus', parameters: [] }, [turned]);
  return call.add('log_sigmoid', { kind: 'pointwise', name: 'neg', parameters: [] }, [soft]);
};

export const SELU = [1.6732632423543772, 1.0507009873554805] as const;

/** By the names of keras.activations. Source: keras.io/api/layers/activations */
const ACTIVATIONS: ReadonlyMap<string, Each> = new Map<string, Each>([
  ['linear', (_, x) => x],
  ['relu', activation('relu')],
  ['relu6', activation('relu6')],
  ['elu', activation('elu')],
  ['selu', pointwise('selu', SELU)],
  ['celu', pointwise('celu', [1])],
  ['gelu', activation('gelu')],
  ['gelu_new', activation('gelu_tanh')],
  ['sigmoid', activation('sigmoid')],
  ['hard_sigmoid', hardSigmoid],
  ['hardSigmoid', pointwise('hard_sigmoid', [0.2, 0.5])],
  ['hard_silu', activation('hardswish')],
  ['hard_swish', activation('hardswish')],
  ['silu', activation('silu')],
  ['swish', activation('silu')],
  ['tanh', activation('tanh')],
  ['softplus', activation('softplus')],
  ['softsign', pointwise('softsign')],
  ['softmax', softmaxOver(-1)],
  ['log_softmax', logSoftmax],
  ['exponential', pointwise('exp')],
  ['mish', pointwise('mish')],
  ['leaky_relu', activation('leaky_relu', [0.2])],
  ['hard_tanh', limited(-1, 1)],
  ['hard_shrink', pointwise('shrink', [0, 0.5])],
  ['soft_shrink', pointwise('shrink', [0.5, 0.5])],
  ['tanh_shrink', tanhShrink],
  ['log_sigmoid', logSigmoid],
]);

/** An activation by its name. @throws CnnvizError 'unsupported' for one that Keras does not have, or that is not computed */
export function namedActivation(call: LayerCall, name: string, x: Term, rank: RankOf): Term {
  const each = ACTIVATIONS.get(name);
  if (!each) throw call.refuse(`activation "${name}" is not computed`);
  return each(call, x, rank);
}

/** Layers that are activations: of their own fields. */
export const ACTIVATION_LAYERS: ReadonlyMap<string, (fields: Fields) => Each> = new Map([
  ['ReLU', reluOf],
  ['LeakyReLU', (fields: Fields) => activation('leaky_relu', [eitherNumber(fields, 'negative_slope', 'alpha', 0.3)])],
  ['ELU', (fields: Fields) => activation('elu', [fields.number('alpha', 1)])],
  ['ThresholdedReLU', (fields: Fields) => pointwise('thresholded_relu', [fields.number('theta', 1)])],
  ['Softmax', softmaxLayer],
]);

/** Keras 2 says alpha, also as an array of one number. */
function eitherNumber(fields: Fields, name: string, other: string, otherwise: number): number {
  if (fields.has(name)) return fields.number(name, otherwise);
  const value = fields.raw(other);
  const inner = isRecord(value) && value.type === 'ndarray' ? value.value : value;
  if (typeof inner === 'number') return inner;
  return fields.number(other, otherwise);
}

function softmaxLayer(fields: Fields): Each {
  const axes = fields.list('axis') ?? [-1];
  if (axes.length !== 1) throw fields.wrong('axis', 'one axis');
  return softmaxOver(axes[0]);
}

/** max_value, negative_slope and threshold, as keras.activations.relu has them. */
function reluOf(fields: Fields): Each {
  const most = fields.maybeNumber('max_value');
  const slope = fields.number('negative_slope', 0);
  const threshold = fields.number('threshold', 0);
  if (slope === 0 && threshold === 0) {
    if (most === null) return activation('relu');
    return most === 6 ? activation('relu6') : limited(0, most);
  }
  if (threshold === 0 && most === null) return activation('leaky_relu', [slope]);
  return (call, x, rank) => {
    const over = threshold === 0 ? activation('relu') : pointwise('thresholded_relu', [threshold]);
    const above = over(call, x, rank);
    const kept = most === null ? above : limited(0, most)(call, above, rank);
    if (slope === 0) return kept;
    const turned = call.add('below', { kind: 'sub' }, [call.floats('threshold', [threshold], []), x]);
    const under = call.add('negative_part', { kind: 'activation', name: 'relu', parameters: [] }, [turned]);
    const scaled = call.add('negative', { kind: 'mul' }, [under, call.floats('negative_slope', [slope], [])]);
    return call.add('relu', { kind: 'sub' }, [kept, scaled]);
  };
}

/** What the field `activation` of a layer makes of its output; left out: nothing. */
export function activated(call: LayerCall, made: Made, field = 'activation'): Made {
  const told = call.fields.raw(field);
  if (told === null) return made;
  const term = activationOf(call, told, made);
  return { ...made, term };
}

/** An activation as configurations write it: a name, a layer of its own, or a function of somebody's. */
export function activationOf(call: LayerCall, told: Json, { term, shape, isFirst }: Made): Term {
  const rank = { rank: shape?.length ?? null, isFirst };
  if (typeof told === 'string') return namedActivation(call, told, term, rank);
  if (isRecord(told)) {
    const { class_name: className, config, registered_name: registered } = told;
    const isOwn = typeof registered === 'string' && registered.includes('>');
    if (className === 'function' && typeof config === 'string') {
      if (isOwn || !ACTIVATIONS.has(config)) throw call.refuse(`activation "${config}" is a function of its author's`);
      return namedActivation(call, config, term, rank);
    }
    const layer = typeof className === 'string' && !isOwn ? ACTIVATION_LAYERS.get(className) : undefined;
    if (layer && isRecord(config)) return layer(fieldsOf(config))(call, term, rank);
    throw call.refuse(`activation ${JSON.stringify(className ?? told)} is not computed`);
  }
  throw call.fields.wrong('activation', 'a name');
}
