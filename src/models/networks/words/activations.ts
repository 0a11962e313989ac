import type { ActivationName } from '../../../core/job.js';
import type { Layer } from '../../../layers/index.js';
import type { Fields } from '../fields.js';
import type { LayerSpec } from '../spec.js';

function activationWord(
  word: ActivationName,
  className: string,
  parameters: readonly (readonly [field: string, otherwise: number])[] = [],
): LayerWord {
  const names = parameters.map(([field]) => field);
  return {
    word,
    positional: names,
    fields: [...names, 'inplace'],
    classes: { [className]: names },
    build(_, fields) {
      const values = parameters.map(([field, otherwise]) => fields.number(field, otherwise));
      return plain({ kind: 'activation', name: word, parameters: values });
    },
  };
}

/** The activations. Parameters and defaults as in torch.nn. */
export const ACTIVATION_WORDS: readonly LayerWord[] = [
  activationWord('relu', 'ReLU'),
  activationWord('relu6', 'ReLU6'),
  activationWord('leaky_relu', 'LeakyReLU', [['negative_slope', 0.01]]),
  activationWord('elu', 'ELU', [['alpha', 1]]),
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
  activationWord('silu', 'SiLU'),
  activationWord('hardswish', 'Hardswish'),
  activationWord('softplus', 'Softplus', [
    ['beta', 1],
    ['threshold', 20],
  ]),
  activationWord('sigmoid', 'Sigmoid'),
  activationWord('tanh', 'Tanh'),
];

/** A layer before it has its place: what its fields say. */
export type BuiltLayer = Pick<LayerSpec, 'layer' | 'parameters'>;

/** How a layer is said: by a word in pipes and files, by a class in print(model). */
export interface LayerWord {
  readonly word: string;
  /** Fields that may be said without their names, in order. */
  readonly positional: readonly string[];
  /** Every field, for schemas and completion. */
  readonly fields: readonly string[];
  /** PyTorch's classes, with the names of what they print without names. */
  readonly classes: Readonly<Record<string, readonly string[]>>;
  /** It reads two layers or more. */
  readonly joins?: true;
  /** @throws CnnvizError 'usage' that begins with the name of the field at fault */
  readonly build: (name: string, fields: Fields) => BuiltLayer;
}

/** A layer without parameters. */
export function plain(layer: Layer): BuiltLayer {
  return { layer, parameters: [] };
}
