import { type AtenNode, float, int, type Writer } from '../aten-node.js';

/** An array that may be left out: one of a single number then. */
function orFilled(node: AtenNode, name: string, value: number, shape: readonly number[]): string {
  return node.optionalTensor(name) ?? node.filled(value, shape, node.made.stored ?? 'float32');
}

function channelsOf(node: AtenNode, x: string): number {
  const channels = node.meta(x).sides[1];
  if (typeof channels === 'number') return channels;
  throw node.refuse('a norm of a number of channels that is not fixed');
}

const TRAINING = 'export the model for inference: model.eval()';

function batchNorm(trains: (node: AtenNode) => boolean): Writer {
  return (node) => {
    node.ignore('momentum', 'cudnn_enabled');
    if (trains(node)) throw node.refuse('a batch norm in training mode', TRAINING);
    const x = node.tensor('input');
    const shape = [channelsOf(node, x)];
    const affine = [orFilled(node, 'weight', 1, shape), orFilled(node, 'bias', 0, shape)];
    const statistics = [node.tensor('running_mean'), node.tensor('running_var')];
    node.emit('BatchNormalization', [x, ...affine, ...statistics], { epsilon: float(node.float('eps', 1e-5)) });
  };
}

const layerNorm: Writer = (node) => {
  node.ignore('cudnn_enable');
  const x = node.tensor('input');
  const shape = node.ints('normalized_shape') ?? [];
  if (shape.length === 0) throw node.refuse('a layer norm of no axes');
  const inputs = [x, orFilled(node, 'weight', 1, shape), node.optionalTensor('bias')];
  node.emit('LayerNormalization', inputs, { axis: int(-shape.length), epsilon: float(node.float('eps', 1e-5)) });
};

function groupNorm(groups: string): Writer {
  return (node) => {
    node.ignore('cudnn_enabled', 'N', 'C', 'HxW');
    const x = node.tensor('input');
    const shape = [channelsOf(node, x)];
    const inputs = [x, orFilled(node, 'weight', 1, shape), orFilled(node, 'bias', 0, shape)];
    const attributes = { num_groups: int(node.int(groups)), epsilon: float(node.float('eps', 1e-5)) };
    node.emit('GroupNormalization', inputs, attributes);
  };
}

const instanceNorm: Writer = (node) => {
  node.ignore('momentum', 'cudnn_enabled', 'running_mean', 'running_var');
  if (!node.bool('use_input_stats', true)) throw node.refuse('an instance norm with statistics of its training');
  const x = node.tensor('input');
  const shape = [channelsOf(node, x)];
  const inputs = [x, orFilled(node, 'weight', 1, shape), orFilled(node, 'bias', 0, shape)];
  node.emit('InstanceNormalization', inputs, { epsilon: float(node.float('eps', 1e-5)) });
};

function softmax(operator: string): Writer {
  return (node) => {
    const x = node.tensor('self');
    node.ignore('dtype', 'half_to_float');
    const value = node.cast(x, node.meta(x).stored, node.made.stored);
    node.emit(operator, [value], { axis: int(node.axis(node.int('dim'), node.rank(x))) });
  };
}

const dropout: Writer = (node) => {
  node.ignore('p');
  if (node.bool('train', true)) throw node.refuse('a dropout in training mode', TRAINING);
  // in place it reads `self`
  node.emit('Dropout', [node.tensor(node.holdsTensor('input') ? 'input' : 'self')]);
};

export const NORMS: Readonly<Record<string, Writer>> = {
  'batch_norm.default': batchNorm((node) => node.bool('training', true)),
  '_native_batch_norm_legit_no_training.default': batchNorm(() => false),
  'native_batch_norm.default': batchNorm((node) => node.bool('training', true)),
  'layer_norm.default': layerNorm,
  'native_layer_norm.default': layerNorm,
  'group_norm.default': groupNorm('num_groups'),
  'native_group_norm.default': groupNorm('group'),
  'instance_norm.default': instanceNorm,
  'softmax.int': softmax('Softmax'),
  '_softmax.default': softmax('Softmax'),
  'log_softmax.int': softmax('LogSoftmax'),
  '_log_softmax.default': softmax('LogSoftmax'),
  'dropout.default': dropout,
  'native_dropout.default': dropout,
  'feature_dropout.default': dropout,
  'alpha_dropout.default': dropout,
};
