import { CnnvizError } from '../../../core/errors.js';
import type { PaddingMode } from '../../../core/geometry.js';
import type { Conv2dLayer } from '../../../layers/conv.js';
import { findKernel, looksInline } from '../../kernel-names.js';
import { parseInlineKernel } from '../../kernel-text.js';
import { type Fields, type FieldValue, refuse } from '../fields.js';
import type { ParameterRole, ParameterShape, ParameterSource, ParameterSpec } from '../spec.js';
import type { BuiltLayer, LayerWord } from './activations.js';

const MODES: readonly PaddingMode[] = ['zeros', 'reflect', 'replicate', 'circular'];
/** A parameter whose numbers the checkpoint has. */
export const CHECKPOINT: ParameterSource = { kind: 'checkpoint' };

/** A layer's parameter; in a checkpoint it is called by both names. */
export function parameter(
  layer: string,
  role: ParameterRole,
  shape: ParameterShape,
  source: ParameterSource,
): ParameterSpec {
  return { role, name: `${layer}.${role}`, shape, source };
}

/** Whether a field names a file of numbers. */
export function isArrayPath(value: FieldValue | undefined): value is string {
  return typeof value === 'string' && /\.npy$/i.test(value);
}

/** A bias said as true, false, a number or an array; `isDefault` when it was not said. */
function biasOf(layer: string, fields: Fields, isDefault: boolean): ParameterSpec | null {
  const value = fields.raw('bias') ?? isDefault;
  const shape: ParameterShape = { kind: 'outputs' };
  if (value === true) return parameter(layer, 'bias', shape, CHECKPOINT);
  if (value === false) return null;
  return parameter(layer, 'bias', shape, numbersSource('bias', value, 'true, false, a number or FILE.npy'));
}

/** Numbers that a field says. @throws CnnvizError 'usage' for anything else */
export function numbersSource(role: string, value: FieldValue, expected = 'a number or FILE.npy'): ParameterSource {
  if (typeof value === 'number') return { kind: 'number', value };
  return isArrayPath(value) ? { kind: 'array', path: value } : refuse(role, expected, value);
}

/** Checked here, where the place in the pipe or file is still known. */
function kernelSource(value: FieldValue): ParameterSource {
  if (typeof value !== 'string') return refuse('kernel', 'a name, FILE.npy or rows of numbers', value);
  if (isArrayPath(value)) return { kind: 'array', path: value };
  if (looksInline(value)) {
    parseInlineKernel(value);
    return { kind: 'inline-kernel', text: value };
  }
  return { kind: 'builtin-kernel', name: findKernel(value).name };
}

/** The kernels, when they are said: by `kernel` or by `weight`. */
function saidWeight(fields: Fields): ParameterSource | null {
  const [kernel, weight] = [fields.raw('kernel'), fields.raw('weight')];
  if (kernel !== undefined && weight !== undefined) {
    throw new CnnvizError('usage', 'kernel: weight says the same', { fix: 'keep one of kernel and weight' });
  }
  if (kernel !== undefined) return kernelSource(kernel);
  if (weight === undefined) return null;
  return isArrayPath(weight) ? { kind: 'array', path: weight } : refuse('weight', 'FILE.npy', weight);
}

function buildConv(name: string, fields: Fields): BuiltLayer {
  const layer: Conv2dLayer = {
    kind: 'conv',
    stride: fields.pair('stride') ?? [1, 1],
    padding: fields.padding('padding'),
    paddingMode: fields.word('padding_mode', MODES, 'zeros'),
    dilation: fields.pair('dilation') ?? [1, 1],
    groups: fields.whole('groups', 1, 1),
  };
  const shape: ParameterShape = {
    kind: 'conv',
    outChannels: fields.whole('out_channels', 1, null),
    inChannels: fields.whole('in_channels', 1, null),
    kernelSize: fields.pair('kernel_size') ?? null,
    groups: layer.groups,
  };
  const said = saidWeight(fields);
  if (said === null && (shape.outChannels === null || shape.kernelSize === null)) {
    throw new CnnvizError('usage', 'conv needs a kernel, or out_channels and kernel_size', {
      fix: 'such as "conv edge3x3", "conv weight=K.npy" or "conv out_channels=16 kernel_size=3"',
    });
  }
  return {
    layer,
    parameters: [parameter(name, 'weight', shape, said ?? CHECKPOINT), biasOf(name, fields, said === null)],
  };
}

/** Fields and defaults as torch.nn.ConvTranspose2d's. */
function buildConvTranspose(name: string, fields: Fields): BuiltLayer {
  const [outChannels, kernelSize] = [fields.whole('out_channels', 1, null), fields.pair('kernel_size')];
  if (outChannels === null || !kernelSize) {
    throw new CnnvizError('usage', 'conv_transpose needs out_channels and kernel_size', {
      fix: 'such as "conv_transpose out_channels=16 kernel_size=2 stride=2"',
    });
  }
  const [stride, dilation] = [fields.pair('stride') ?? [1, 1], fields.pair('dilation') ?? [1, 1]];
  const said = fields.padding('padding');
  if (typeof said === 'string') return refuse('padding', 'n, h,w or t,l,b,r', said);
  const pads = typeof said === 'number' ? [said, said, said, said] : said.length === 2 ? [...said, ...said] : said;
  const outputPadding = fields.pair('output_padding', 0) ?? [0, 0];
  const most = stride.map((step, axis) => Math.max(step, dilation[axis]));
  if (outputPadding.some((side, axis) => side >= most[axis])) {
    return refuse('output_padding', `less than stride or dilation (${most.join(',')})`, [...outputPadding]);
  }
  const groups = fields.whole('groups', 1, 1);
  if (outChannels % groups !== 0) return refuse('groups', `a divisor of ${outChannels} out_channels`, groups);
  fields.word('padding_mode', ['zeros'], 'zeros');
  const weight = fields.raw('weight');
  if (weight !== undefined && !isArrayPath(weight)) return refuse('weight', 'FILE.npy', weight);
  const source: ParameterSource = weight === undefined ? CHECKPOINT : { kind: 'array', path: weight };
  const inChannels = fields.whole('in_channels', 1, null);
  const shape: ParameterShape = { kind: 'conv_transpose', outChannels, inChannels, kernelSize, groups };
  return {
    layer: { kind: 'conv_transpose', stride, padding: pads, outputPadding, outputSize: null, dilation, groups },
    parameters: [parameter(name, 'weight', shape, source), biasOf(name, fields, weight === undefined)],
  };
}

function buildLinear(name: string, fields: Fields): BuiltLayer {
  const outFeatures = fields.whole('out_features', 1, null);
  const shape: ParameterShape = { kind: 'linear', outFeatures, inFeatures: fields.whole('in_features', 1, null) };
  const weight = fields.raw('weight');
  if (weight === undefined && outFeatures === null) {
    throw new CnnvizError('usage', 'linear needs out_features, or weight=FILE.npy', {
      fix: 'such as "linear out_features=10"',
    });
  }
  if (weight !== undefined && !isArrayPath(weight)) return refuse('weight', 'FILE.npy', weight);
  const source: ParameterSource = weight === undefined ? CHECKPOINT : { kind: 'array', path: weight };
  return {
    layer: { kind: 'linear' },
    parameters: [parameter(name, 'weight', shape, source), biasOf(name, fields, weight === undefined)],
  };
}

const NORM_ROLES: readonly ParameterRole[] = ['weight', 'bias', 'running_mean', 'running_var'];

/** When one of its arrays is said, the checkpoint is asked for none: weight and bias not said are left out. */
function buildNorm(name: string, fields: Fields): BuiltLayer {
  if (!fields.boolean('track_running_stats', true)) {
    throw new CnnvizError('unsupported', 'track_running_stats: a batch norm without running statistics', {
      fix: 'train it with track_running_stats=True',
    });
  }
  const shape: ParameterShape = { kind: 'channels', count: fields.whole('num_features', 1, null) };
  const affine = fields.boolean('affine', true);
  const said = NORM_ROLES.filter((role) => fields.has(role));
  const parameters = NORM_ROLES.map((role) => {
    const isAffine = role === 'weight' || role === 'bias';
    const value = fields.raw(role);
    if (isAffine && !affine && value !== undefined) return refuse(role, 'nothing beside affine=false', value);
    if (value !== undefined) return parameter(name, role, shape, numbersSource(role, value));
    if (isAffine && (!affine || said.length > 0)) return null;
    if (said.length === 0) return parameter(name, role, shape, CHECKPOINT);
    throw new CnnvizError('usage', `${said[0]}: ${role} is missing beside it`, {
      fix: `say running_mean and running_var, or none of the arrays`,
    });
  });
  const momentum = fields.number('momentum', 0.1);
  const layer = { kind: 'batch_norm', eps: fields.number('eps', 1e-5) } as const;
  return { layer: momentum === 0.1 ? layer : { ...layer, momentum }, parameters };
}

/** The layers with parameters. Fields and defaults as in torch.nn; sizes of inputs need not be said. */
export const WEIGHTED_WORDS: readonly LayerWord[] = [
  {
    word: 'conv',
    positional: ['kernel'],
    fields: [
      'kernel',
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
    ],
    classes: { Conv2d: ['in_channels', 'out_channels'] },
    build: buildConv,
  },
  {
    word: 'conv_transpose',
    positional: ['out_channels'],
    fields: [
      'in_channels',
      'out_channels',
      'kernel_size',
      'stride',
      'padding',
      'output_padding',
      'groups',
      'bias',
      'dilation',
      'padding_mode',
      'weight',
    ],
    classes: { ConvTranspose2d: ['in_channels', 'out_channels'] },
    build: buildConvTranspose,
  },
  {
    word: 'linear',
    positional: ['out_features'],
    fields: ['in_features', 'out_features', 'bias', 'weight'],
    classes: { Linear: ['in_features', 'out_features'] },
    build: buildLinear,
  },
  {
    word: 'batch_norm',
    positional: ['num_features'],
    fields: ['num_features', 'eps', 'momentum', 'affine', 'track_running_stats', ...NORM_ROLES],
    classes: { BatchNorm2d: ['num_features'], BatchNorm1d: ['num_features'], SyncBatchNorm: ['num_features'] },
    build: buildNorm,
  },
];
