import type { ActivationName } from '../../../core/layers.js';
import { type LayerWord, plain } from './layer-word.js';

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
