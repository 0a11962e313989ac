import { CnnvizError } from '../../../core/errors.js';
import { type LayerWord, plain } from './activations.js';

function softmaxWord(word: 'softmax' | 'log_softmax', classes: LayerWord['classes']): LayerWord {
  return {
    word,
    positional: ['dim'],
    fields: ['dim'],
    classes,
    build: (_, fields) => plain({ kind: word, dim: fields.whole('dim', -Infinity, null) }),
  };
}

/** Layers without parameters that neither pool nor activate. Fields and defaults as in torch.nn; concat's dim is 1, the channels. */
export const OTHER_WORDS: readonly LayerWord[] = [
  {
    word: 'lrn',
    positional: ['size'],
    fields: ['size', 'alpha', 'beta', 'k'],
    classes: { LocalResponseNorm: ['size'] },
    build(_, fields) {
      const size = fields.whole('size', 1, null);
      if (size === null) throw new CnnvizError('usage', 'size: lrn needs its size', { fix: 'such as "lrn 5 k=2"' });
      const [alpha, beta, k] = [fields.number('alpha', 1e-4), fields.number('beta', 0.75), fields.number('k', 1)];
      return plain({ kind: 'lrn', size, alpha, beta, k });
    },
  },
  {
    word: 'flatten',
    positional: ['start_dim', 'end_dim'],
    fields: ['start_dim', 'end_dim'],
    classes: { Flatten: ['start_dim', 'end_dim'] },
    build: (_, fields) =>
      plain({
        kind: 'flatten',
        startDim: fields.whole('start_dim', -Infinity, 1),
        endDim: fields.whole('end_dim', -Infinity, -1),
      }),
  },
  {
    word: 'dropout',
    positional: ['p'],
    fields: ['p', 'inplace'],
    classes: { Dropout: ['p'], Dropout2d: ['p'], AlphaDropout: ['p'] },
    build(_, fields) {
      const p = fields.number('p', 0.5);
      return plain({ kind: 'dropout', ...(p === 0.5 ? {} : { p }) });
    },
  },
  softmaxWord('softmax', { Softmax: ['dim'], Softmax2d: [] }),
  softmaxWord('log_softmax', { LogSoftmax: ['dim'] }),
  { word: 'add', positional: [], fields: [], classes: {}, joins: true, build: () => plain({ kind: 'add' }) },
  {
    word: 'concat',
    positional: ['dim'],
    fields: ['dim'],
    classes: {},
    joins: true,
    build: (_, fields) => plain({ kind: 'concat', dim: fields.whole('dim', -Infinity, 1) }),
  },
  { word: 'identity', positional: [], fields: [], classes: { Identity: [] }, build: () => plain({ kind: 'identity' }) },
];
