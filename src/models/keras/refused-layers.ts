import { CnnvizError } from '../../core/errors.js';
import type { Argument, Call } from './calls.js';
import { isOperation, type KerasLayer } from './topology.js';
import { translatorOf } from './translators/index.js';

const RECURRENT = [
  ...[
    'LSTM',
    'GRU',
    'SimpleRNN',
    'RNN',
    'Bidirectional',
    'ConvLSTM1D',
    'ConvLSTM2D',
    'ConvLSTM3D',
    'CuDNNLSTM',
    'CuDNNGRU',
  ],
  ...['StackedRNNCells', 'LSTMCell', 'GRUCell', 'SimpleRNNCell'],
];
const EXPORT = 'export the model to ONNX with tf2onnx, which writes down what a layer computes';

/** Why a layer is not computed; null: it is. */
export function refusalOf(layer: KerasLayer, call: Call): CnnvizError | null {
  const { className } = layer;
  const refuse = (what: string, fix?: string) => new CnnvizError('unsupported', what, fix === undefined ? {} : { fix });
  if (className === 'Lambda') return refuse('code of its author, which is not run', EXPORT);
  if (RECURRENT.includes(className)) return refuse('recurrent layers are not computed');
  if (className === 'TimeDistributed') return refuse('layers that are applied to each step of time are not computed');
  if (layer.isCustom) return refuse('a class of its author, which is not run', EXPORT);
  if (!translatorOf(layer)) return refuse('this layer is not computed', EXPORT);
  if (isTrue(call.kwargs.get('training'))) return refuse('called with training=True: it does not compute, it learns');
  for (const [key, argument] of isLayer(layer) ? call.kwargs : []) {
    const isPlain = argument.kind === 'plain' && (argument.value === null || argument.value === false);
    if (!isPlain) return refuse(`called with ${key}, which is not followed`);
  }
  return null;
}

/** Other layers read what they are called with. */
function isLayer(layer: KerasLayer): boolean {
  return !isOperation(layer) && !OPERATIONS.includes(layer.className);
}

/** Operations of TensorFlow as layers of Keras 2, and layers that are called with several names. */
const OPERATIONS = ['TFOpLambda', 'SlicingOpLambda', 'TensorFlowOpLayer', 'MultiHeadAttention'];

function isTrue(argument: Argument | undefined): boolean {
  return argument?.kind === 'plain' && argument.value === true;
}
