import { CnnvizError } from '../../../core/errors.js';
import { type Fields, type FieldValue, isList, isNone, isWhole, refuse } from '../fields.js';
import type { ParameterShape, ParameterSpec } from '../spec.js';
import type { BuiltLayer, LayerWord } from './activations.js';
import { CHECKPOINT, isArrayPath, numbersSource, parameter } from './weighted.js';

/** Weight and bias, unless there are none; arrays or numbers may stand for those of the checkpoint. */
function affineOf(
  name: string,
  fields: Fields,
  shape: ParameterShape,
  { isAffine, hasBias }: { readonly isAffine: boolean; readonly hasBias: boolean },
): (ParameterSpec | null)[] {
  const own = (role: 'weight' | 'bias', isThere: boolean): ParameterSpec | null => {
    const value = fields.raw(role);
    // torch's bias=True says that there is one
    if (value === undefined || (role === 'bias' && typeof value === 'boolean'))
      return isThere ? parameter(name, role, shape, CHECKPOINT) : null;
    if (!isThere) return refuse(role, 'nothing where the layer has none', value);
    return parameter(name, role, shape, numbersSource(role, value));
  };
  return [own('weight', isAffine), own('bias', isAffine && hasBias)];
}

/** n or a list of sides: those of the last axes of what is read. */
function normalizedShape(fields: Fields, word: string): number[] {
  const value: FieldValue | undefined = fields.raw('normalized_shape');
  if (value === undefined) {
    throw new CnnvizError('usage', `${word} needs its normalized_shape`, {
      fix: `the sides of the last axes it normalises, such as "${word} 96"`,
    });
  }
  if (isWhole(value, 1)) return [value];
  if (isList(value) && value.length > 0 && value.every((side) => isWhole(side, 1))) return value as number[];
  return refuse('normalized_shape', 'a whole number from 1, or a list of them', value);
}

function sidesWord(word: 'layer_norm' | 'rms_norm', className: string): LayerWord {
  const isLayerNorm = word === 'layer_norm';
  return {
    word,
    positional: ['normalized_shape'],
    fields: ['normalized_shape', 'eps', 'elementwise_affine', 'weight', ...(isLayerNorm ? ['bias'] : [])],
    classes: { [className]: ['normalized_shape'] },
    build(name, fields): BuiltLayer {
      const sides = normalizedShape(fields, word);
      const isAffine = fields.boolean('elementwise_affine', true);
      // torch's RMSNorm without eps takes the step of float32 behind 1
      const eps = isNone(fields.raw('eps')) ? FLOAT32_STEP : fields.number('eps', isLayerNorm ? 1e-5 : FLOAT32_STEP);
      return {
        layer: { kind: word, axis: -sides.length, eps },
        parameters: affineOf(
          name,
          fields,
          { kind: 'sides', sides },
          {
            isAffine,
            hasBias: isLayerNorm && fields.raw('bias') !== false,
          },
        ),
      };
    },
  };
}

/** torch.finfo(torch.float32).eps */
const FLOAT32_STEP = 2 ** -23;

function buildGroupNorm(name: string, fields: Fields): BuiltLayer {
  const numGroups = fields.whole('num_groups', 1, null);
  if (numGroups === null) {
    throw new CnnvizError('usage', 'group_norm needs num_groups', { fix: 'such as "group_norm 8"' });
  }
  const shape: ParameterShape = { kind: 'channels', count: fields.whole('num_channels', 1, null) };
  const isAffine = fields.boolean('affine', true);
  return {
    layer: { kind: 'group_norm', numGroups, eps: fields.number('eps', 1e-5) },
    parameters: affineOf(name, fields, shape, { isAffine, hasBias: true }),
  };
}

function buildInstanceNorm(name: string, fields: Fields): BuiltLayer {
  if (fields.boolean('track_running_stats', false)) {
    throw new CnnvizError('unsupported', 'track_running_stats: an instance norm with running statistics', {
      fix: 'they make it a batch norm: write batch_norm',
    });
  }
  const shape: ParameterShape = { kind: 'channels', count: fields.whole('num_features', 1, null) };
  const isAffine = fields.boolean('affine', isArrayPath(fields.raw('weight')));
  return {
    layer: { kind: 'instance_norm', eps: fields.number('eps', 1e-5) },
    parameters: affineOf(name, fields, shape, { isAffine, hasBias: true }),
  };
}

/** Normalisations by statistics of what is read. Fields and defaults as in torch.nn. */
export const NORM_WORDS: readonly LayerWord[] = [
  sidesWord('layer_norm', 'LayerNorm'),
  sidesWord('rms_norm', 'RMSNorm'),
  {
    word: 'group_norm',
    positional: ['num_groups', 'num_channels'],
    fields: ['num_groups', 'num_channels', 'eps', 'affine', 'weight', 'bias'],
    classes: { GroupNorm: ['num_groups', 'num_channels'] },
    build: buildGroupNorm,
  },
  {
    word: 'instance_norm',
    positional: ['num_features'],
    fields: ['num_features', 'eps', 'momentum', 'affine', 'track_running_stats', 'weight', 'bias'],
    classes: { InstanceNorm2d: ['num_features'], InstanceNorm1d: ['num_features'] },
    build: buildInstanceNorm,
  },
];
