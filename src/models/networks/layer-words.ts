import { CnnvizError } from '../../core/errors.js';
import type { ActivationName, Layer, PaddingMode, Pads, Pair } from '../../core/layers.js';
import { nearestName } from '../../core/nearest.js';
import { looksInline } from '../kernel-text.js';
import { Fields, type FieldValue, refuse } from './fields.js';
import type { LayerSpec, ParameterRole, ParameterShape, ParameterSource, ParameterSpec } from './spec.js';

/** How a layer is said: by a word in pipes and files, by a class in print(model). */
export interface LayerWord {
  readonly word: string;
  /** Fields that may be said without their names, in order. */
  readonly positional: readonly string[];
  /** Every field, for schemas and completion. */
  readonly fields: readonly string[];
  /** PyTorch's classes, with the names of what they print without names. */
  readonly classes: Readonly<Record<string, readonly string[]>>;
  readonly build: (name: string, fields: Fields) => Omit<LayerSpec, 'name' | 'from'>;
}

const MODES: readonly PaddingMode[] = ['zeros', 'reflect', 'replicate', 'circular'];
const CONV_FIELDS = [
  'in_channels',
  'out_channels',
  'kernel_size',
  'stride',
  'padding',
  'dilation',
  'groups',
  'bias',
  'padding_mode',
  'weight',
];

function parameter(layer: string, role: ParameterRole, shape: ParameterShape, source: ParameterSource): ParameterSpec {
  return { role, name: `${layer}.${role}`, shape, source };
}

const CHECKPOINT: ParameterSource = { kind: 'checkpoint' };

/** A bias said as true, false, a number or an array; `isDefault` when it was not said. */
function biasOf(layer: string, fields: Fields, isDefault: boolean): ParameterSpec | null {
  const value = fields.raw('bias') ?? isDefault;
  const shape: ParameterShape = { kind: 'outputs' };
  if (value === true) return parameter(layer, 'bias', shape, CHECKPOINT);
  if (value === false) return null;
  if (typeof value === 'number') return parameter(layer, 'bias', shape, { kind: 'number', value });
  if (typeof value === 'string' && /\.npy$/i.test(value))
    return parameter(layer, 'bias', shape, { kind: 'array', path: value });
  return refuse('bias', 'true, false, a number or FILE.npy', value);
}

/** Numbers said as an array, or expected in a checkpoint. */
function arrayOf(layer: string, role: ParameterRole, fields: Fields, shape: ParameterShape): ParameterSpec {
  const value = fields.raw(role);
  if (value === undefined) return parameter(layer, role, shape, CHECKPOINT);
  if (typeof value === 'string' && /\.npy$/i.test(value))
    return parameter(layer, role, shape, { kind: 'array', path: value });
  return refuse(role, 'FILE.npy', value);
}

function kernelSource(value: FieldValue): ParameterSource {
  if (typeof value !== 'string') return refuse('kernel', 'a name, FILE.npy or rows of numbers', value);
  if (/\.npy$/i.test(value)) return { kind: 'array', path: value };
  return looksInline(value) ? { kind: 'inline-kernel', text: value } : { kind: 'builtin-kernel', name: value };
}

function buildConv(name: string, fields: Fields): Omit<LayerSpec, 'name' | 'from'> {
  const layer: Layer = {
    kind: 'conv',
    stride: fields.pair('stride') ?? [1, 1],
    padding: fields.padding('padding'),
    paddingMode: fields.word('padding_mode', MODES, 'zeros'),
    dilation: fields.pair('dilation') ?? [1, 1],
    groups: fields.whole('groups', 1, 1),
  };
  const outChannels = fields.whole('out_channels', 1, null);
  const inChannels = fields.whole('in_channels', 1, null);
  const kernelSize = fields.pair('kernel_size');
  const said = fields.raw('kernel') ?? fields.raw('weight');
  if (said !== undefined) {
    const weight = parameter(name, 'weight', { kind: 'any' }, kernelSource(said));
    return { layer, parameters: [weight, biasOf(name, fields, false)] };
  }
  if (outChannels === null || kernelSize === undefined) {
    throw new CnnvizError('usage', 'conv needs a kernel, or out_channels and kernel_size', {
      fix: 'such as "conv edge3x3", "conv weight=K.npy" or "conv out_channels=16 kernel_size=3"',
    });
  }
  const shape: ParameterShape = { kind: 'conv', outChannels, inChannels, kernelSize, groups: layer.groups };
  return { layer, parameters: [parameter(name, 'weight', shape, CHECKPOINT), biasOf(name, fields, true)] };
}

function buildLinear(name: string, fields: Fields): Omit<LayerSpec, 'name' | 'from'> {
  const outFeatures = fields.whole('out_features', 1, null);
  const inFeatures = fields.whole('in_features', 1, null);
  if (fields.has('weight')) {
    const weight = arrayOf(name, 'weight', fields, { kind: 'any' });
    return { layer: { kind: 'linear' }, parameters: [weight, biasOf(name, fields, false)] };
  }
  if (outFeatures === null) {
    throw new CnnvizError('usage', 'linear needs out_features, or weight=FILE.npy', {
      fix: 'such as "linear out_features=10"',
    });
  }
  const weight = parameter(name, 'weight', { kind: 'linear', outFeatures, inFeatures }, CHECKPOINT);
  return { layer: { kind: 'linear' }, parameters: [weight, biasOf(name, fields, true)] };
}

function buildNorm(name: string, fields: Fields): Omit<LayerSpec, 'name' | 'from'> {
  fields.ignore('num_features', 'momentum');
  if (!fields.boolean('track_running_stats', true)) {
    throw new CnnvizError('unsupported', 'batch_norm without running statistics', {
      fix: 'train it with track_running_stats=True',
    });
  }
  const shape: ParameterShape = { kind: 'channels' };
  const affine = fields.boolean('affine', true);
  const hasArrays = fields.has('running_mean') || fields.has('running_var');
  const roles: ParameterRole[] = ['weight', 'bias', 'running_mean', 'running_var'];
  const parameters = roles.map((role) => {
    const isAffine = role === 'weight' || role === 'bias';
    const left = isAffine && (!affine || (hasArrays && !fields.has(role)));
    return left ? null : arrayOf(name, role, fields, shape);
  });
  return { layer: { kind: 'batch_norm', eps: fields.number('eps', 1e-5) }, parameters };
}

function poolFields(fields: Fields) {
  const kernelSize = fields.pair('kernel_size');
  if (!kernelSize)
    throw new CnnvizError('usage', 'a pool needs its kernel_size', { fix: 'such as "max_pool 3 stride=2"' });
  const stride: Pair = fields.pair('stride') ?? kernelSize;
  const padding = fields.padding('padding');
  if (typeof padding === 'string') return refuse('padding', 'n, h,w or t,l,b,r', padding);
  const sides = typeof padding === 'number' ? [padding] : padding;
  const [top, left = top, bottom = top, right = left] = sides;
  const pads: Pads = [top, left, bottom, right];
  return { kernelSize, stride, pads, ceilMode: fields.boolean('ceil_mode', false) };
}

const plain = (layer: Layer) => ({ layer, parameters: [] });

function activationWord(
  word: ActivationName,
  classes: LayerWord['classes'],
  parameters: readonly (readonly [field: string, otherwise: number])[] = [],
): LayerWord {
  return {
    word,
    positional: parameters.map(([field]) => field),
    fields: [...parameters.map(([field]) => field), 'inplace'],
    classes,
    build(_, fields) {
      fields.ignore('inplace');
      const values = parameters.map(([field, otherwise]) => fields.number(field, otherwise));
      return plain({ kind: 'activation', name: word, parameters: values });
    },
  };
}

function adaptiveWord(word: 'adaptive_avg_pool' | 'adaptive_max_pool', name: string): LayerWord {
  return {
    word,
    positional: ['output_size'],
    fields: ['output_size'],
    classes: { [name]: ['output_size'] },
    build(_, fields) {
      const value = fields.raw('output_size');
      const sides = Array.isArray(value) ? value : [value, value];
      const isSide = (side: FieldValue | undefined) =>
        side === null || (typeof side === 'number' && Number.isSafeInteger(side) && side > 0);
      if (sides.length !== 2 || value === undefined || !sides.every(isSide)) {
        return refuse('output_size', 'n or height,width', value);
      }
      return plain({ kind: word, outputSize: sides as [number | null, number | null] });
    },
  };
}

function softmaxWord(word: 'softmax' | 'log_softmax', name: string): LayerWord {
  return {
    word,
    positional: ['dim'],
    fields: ['dim'],
    classes: { [name]: ['dim'], ...(word === 'softmax' ? { Softmax2d: [] } : {}) },
    build(_, fields) {
      const dim = fields.raw('dim') ?? null;
      if (dim !== null && !Number.isInteger(dim)) return refuse('dim', 'an axis', dim);
      return plain({ kind: word, dim: dim as number | null });
    },
  };
}

/** Every layer that pipes, network files and printed models can say: a new one is an entry here. */
export const LAYER_TABLE: readonly LayerWord[] = [
  {
    word: 'conv',
    positional: ['kernel'],
    fields: ['kernel', ...CONV_FIELDS],
    classes: { Conv2d: ['in_channels', 'out_channels'] },
    build: buildConv,
  },
  {
    word: 'max_pool',
    positional: ['kernel_size'],
    fields: ['kernel_size', 'stride', 'padding', 'dilation', 'ceil_mode', 'return_indices'],
    classes: { MaxPool2d: ['kernel_size'] },
    build(_, fields) {
      fields.ignore('return_indices');
      return plain({ kind: 'max_pool', ...poolFields(fields), dilation: fields.pair('dilation') ?? [1, 1] });
    },
  },
  {
    word: 'avg_pool',
    positional: ['kernel_size'],
    fields: ['kernel_size', 'stride', 'padding', 'ceil_mode', 'count_include_pad', 'divisor_override'],
    classes: { AvgPool2d: ['kernel_size'] },
    build: (_, fields) =>
      plain({
        kind: 'avg_pool',
        ...poolFields(fields),
        countIncludePad: fields.boolean('count_include_pad', true),
        divisorOverride: fields.whole('divisor_override', 1, null),
      }),
  },
  {
    word: 'gauss_pool',
    positional: ['kernel_size'],
    fields: ['kernel_size', 'stride', 'padding', 'ceil_mode', 'count_include_pad', 'sigma'],
    classes: {},
    build(_, fields) {
      const pool = poolFields(fields);
      const value = fields.raw('sigma') ?? pool.kernelSize.map((side) => side / 4);
      const sigma = Array.isArray(value) ? value : [value, value];
      if (sigma.length !== 2 || !sigma.every((one) => typeof one === 'number' && one > 0)) {
        return refuse('sigma', 'numbers above 0', value);
      }
      const countIncludePad = fields.boolean('count_include_pad', true);
      return plain({ kind: 'gauss_pool', ...pool, sigma: sigma as unknown as Pair, countIncludePad });
    },
  },
  adaptiveWord('adaptive_avg_pool', 'AdaptiveAvgPool2d'),
  adaptiveWord('adaptive_max_pool', 'AdaptiveMaxPool2d'),
  activationWord('relu', { ReLU: [] }),
  activationWord('relu6', { ReLU6: [] }),
  activationWord('leaky_relu', { LeakyReLU: ['negative_slope'] }, [['negative_slope', 0.01]]),
  activationWord('elu', { ELU: ['alpha'] }, [['alpha', 1]]),
  {
    word: 'gelu',
    positional: ['approximate'],
    fields: ['approximate'],
    classes: { GELU: ['approximate'] },
    build(_, fields) {
      const word = fields.word('approximate', ['none', 'tanh'], 'none');
      return plain({ kind: 'activation', name: word === 'tanh' ? 'gelu_tanh' : 'gelu', parameters: [] });
    },
  },
  activationWord('silu', { SiLU: [] }),
  activationWord('hardswish', { Hardswish: [] }),
  activationWord('softplus', { Softplus: ['beta', 'threshold'] }, [
    ['beta', 1],
    ['threshold', 20],
  ]),
  activationWord('sigmoid', { Sigmoid: [] }),
  activationWord('tanh', { Tanh: [] }),
  {
    word: 'lrn',
    positional: ['size'],
    fields: ['size', 'alpha', 'beta', 'k'],
    classes: { LocalResponseNorm: ['size'] },
    build(_, fields) {
      const size = fields.whole('size', 1, null);
      if (size === null) throw new CnnvizError('usage', 'lrn needs its size', { fix: 'such as "lrn 5 alpha=0.0001"' });
      const [alpha, beta, k] = [fields.number('alpha', 1e-4), fields.number('beta', 0.75), fields.number('k', 1)];
      return plain({ kind: 'lrn', size, alpha, beta, k });
    },
  },
  {
    word: 'batch_norm',
    positional: ['num_features'],
    fields: [
      'num_features',
      'eps',
      'momentum',
      'affine',
      'track_running_stats',
      'weight',
      'bias',
      'running_mean',
      'running_var',
    ],
    classes: { BatchNorm2d: ['num_features'], BatchNorm1d: ['num_features'], SyncBatchNorm: ['num_features'] },
    build: buildNorm,
  },
  {
    word: 'linear',
    positional: ['out_features'],
    fields: ['in_features', 'out_features', 'bias', 'weight'],
    classes: { Linear: ['in_features', 'out_features'] },
    build: buildLinear,
  },
  {
    word: 'flatten',
    positional: ['start_dim', 'end_dim'],
    fields: ['start_dim', 'end_dim'],
    classes: { Flatten: ['start_dim', 'end_dim'] },
    build: (_, fields) =>
      plain({ kind: 'flatten', startDim: fields.number('start_dim', 1), endDim: fields.number('end_dim', -1) }),
  },
  {
    word: 'dropout',
    positional: ['p'],
    fields: ['p', 'inplace'],
    classes: { Dropout: ['p'], Dropout2d: ['p'], AlphaDropout: ['p'] },
    build(_, fields) {
      fields.ignore('p', 'inplace');
      return plain({ kind: 'dropout' });
    },
  },
  softmaxWord('softmax', 'Softmax'),
  softmaxWord('log_softmax', 'LogSoftmax'),
  { word: 'add', positional: [], fields: [], classes: {}, build: () => plain({ kind: 'add' }) },
  {
    word: 'concat',
    positional: ['dim'],
    fields: ['dim'],
    classes: {},
    build: (_, fields) => plain({ kind: 'concat', dim: fields.number('dim', 1) }),
  },
  { word: 'identity', positional: [], fields: [], classes: { Identity: [] }, build: () => plain({ kind: 'identity' }) },
];

/** The words of all layers. */
export const LAYER_WORDS: readonly string[] = LAYER_TABLE.map(({ word }) => word);

/** @throws CnnvizError 'usage' with the nearest word */
export function findWord(word: string): LayerWord {
  const found = LAYER_TABLE.find((one) => one.word === word);
  if (found) return found;
  const near = nearestName(word, LAYER_WORDS);
  throw new CnnvizError('usage', `unknown layer "${word}"`, {
    fix: `${near ? `did you mean ${near}? ` : ''}layers: ${LAYER_WORDS.join(', ')}`,
  });
}

/** A layer from its word and fields. @throws CnnvizError 'usage' */
export function layerSpec(
  word: string,
  name: string,
  values: ReadonlyMap<string, FieldValue>,
  from: readonly string[] | null = null,
): LayerSpec {
  const fields = new Fields(values);
  const spec = findWord(word).build(name, fields);
  fields.finish(word);
  return { name, from, ...spec };
}
