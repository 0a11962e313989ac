import type { Layer } from '../../../layers/index.js';
import type { NodeBuilder, Translator } from '../builder.js';

const batchNorm: Translator = (node) => {
  // before opset 14 only the further outputs tell
  if (node.int('training_mode', 0) !== 0 || node.outputs.length > 1) {
    throw node.refuse('a batch norm in training mode', 'export the model for inference: model.eval()');
  }
  if (node.opset < 9 && node.int('spatial', 1) === 0) throw node.refuse('a batch norm for each pixel (spatial = 0)');
  const [x, ...parameters] = [0, 1, 2, 3, 4].map((i) => node.input(i));
  const layer = { kind: 'batch_norm', eps: node.float('epsilon', 1e-5) } as const;
  emitOnImages(node, layer, x, parameters);
};

/** A layer of images [N, C, ...]. To it an array of rank 3 would be an image [C, H, W]; ONNX means [N, C, L]. */
function emitOnImages(node: NodeBuilder, layer: Layer, x: string, parameters: readonly (string | null)[]): void {
  const facts = node.facts(x);
  if (facts.rank !== null && facts.rank !== 3) {
    node.emit(layer, [x, ...parameters], facts);
    return;
  }
  const images = node.addIntegers('images', [0, 0, -1, 1]);
  const asImages = node.add('reshape', { kind: 'reshape', allowZero: false }, [x, images]);
  const normed = node.add(layer.kind, layer, [asImages, ...parameters]);
  reshapeBack(node, normed, x);
}

/** The node's output: `value` in the shape of `x`. */
function reshapeBack(node: NodeBuilder, value: string, x: string): void {
  const shape = node.add('shape', { kind: 'shape', start: 0, end: null }, [x], { dtype: 'int64', rank: 1 });
  node.emit({ kind: 'reshape', allowZero: true }, [value, shape], node.facts(x));
}

/** An even window reaches one channel further ahead in ONNX, one further back in torch: the channels are turned round. */
const lrn: Translator = (node) => {
  const x = node.input(0);
  const size = node.int('size', 0);
  const layer = {
    kind: 'lrn',
    size,
    alpha: node.float('alpha', 1e-4),
    beta: node.float('beta', 0.75),
    k: node.float('bias', 1),
  } as const;
  if (size % 2 !== 0) {
    node.emit(layer, [x], node.facts(x));
    return;
  }
  const back = [[-1], [Number.MIN_SAFE_INTEGER], [1], [-1]].map((numbers, i) =>
    node.addIntegers(['starts', 'ends', 'axes', 'steps'][i], numbers),
  );
  const turned = node.add('turn', { kind: 'slice' }, [x, ...back], node.facts(x));
  const normed = node.add('lrn', layer, [turned], node.facts(x));
  node.emit({ kind: 'slice' }, [normed, ...back], node.facts(x));
};

/** Before opset 13 all axes from `axis` on counted as one. */
function softmax(kind: 'softmax' | 'log_softmax' | 'hardmax'): Translator {
  const layerOf = (axis: number): Layer => (kind === 'hardmax' ? { kind, axis } : { kind, dim: axis });
  return (node) => {
    const x = node.input(0);
    const facts = node.facts(x);
    const axis = node.int('axis', node.opset < 13 ? 1 : -1);
    const isLast = axis === -1 || (facts.rank !== null && axis === facts.rank - 1);
    if (node.opset >= 13 || isLast) {
      node.emit(layerOf(axis), [x], facts);
      return;
    }
    const flat = node.add('flatten', { kind: 'flatten_2d', axis }, [x], { ...facts, rank: 2 });
    const soft = node.add(kind, layerOf(1), [flat], { ...facts, rank: 2 });
    reshapeBack(node, soft, x);
  };
}

/** Means and deviations come out in float32, the only type that is asked for here. */
function checkStashType(node: NodeBuilder): void {
  const stash = node.int('stash_type', 1);
  if (stash !== 1) throw node.refuse(`stash_type ${stash}`, 'export the model with stash_type 1 (float32)');
}

const layerNorm: Translator = (node) => {
  checkStashType(node);
  const layer = { kind: 'layer_norm', axis: node.int('axis', -1), eps: node.float('epsilon', 1e-5) } as const;
  node.emit(layer, [node.input(0), node.input(1), node.optional(2)], node.facts(node.input(0)));
};

const rmsNorm: Translator = (node) => {
  checkStashType(node);
  const layer = { kind: 'rms_norm', axis: node.int('axis', -1), eps: node.float('epsilon', 1e-5) } as const;
  node.emit(layer, [node.input(0), node.input(1), null], node.facts(node.input(0)));
};

/** Before opset 21 weight and bias have one number for each group. */
const groupNorm: Translator = (node) => {
  checkStashType(node);
  const numGroups = node.int('num_groups', 0);
  const layer = { kind: 'group_norm', numGroups, eps: node.float('epsilon', 1e-5) } as const;
  emitOnImages(node, layer, node.input(0), [node.input(1), node.input(2)]);
};

const instanceNorm: Translator = (node) => {
  const layer = { kind: 'instance_norm', eps: node.float('epsilon', 1e-5) } as const;
  emitOnImages(node, layer, node.input(0), [node.input(1), node.input(2)]);
};

const meanVarianceNorm: Translator = (node) => {
  const axes = node.ints('axes') ?? [0, 2, 3];
  node.emit({ kind: 'mean_variance_norm', axes }, [node.input(0)], node.facts(node.input(0)));
};

const lpNorm: Translator = (node) => {
  const layer = { kind: 'lp_norm', axis: node.int('axis', -1), p: node.int('p', 2) } as const;
  node.emit(layer, [node.input(0)], node.facts(node.input(0)));
};

const dropout: Translator = (node) => {
  const mode = node.optional(2);
  const training = node.constant(mode);
  const trains = training ? training.load().data[0] !== 0 : mode !== null;
  // torch's functional dropout is exported as training whatever the model does: of none it drops none
  const dropsNone = node.constant(node.optional(1))?.load().data[0] === 0;
  if (trains && !dropsNone)
    throw node.refuse('dropout in training mode', 'export the model for inference: model.eval()');
  node.emit({ kind: 'dropout' }, [node.input(0)], node.facts(node.input(0)));
};

export const NORMALIZATION: Readonly<Record<string, Translator>> = {
  BatchNormalization: batchNorm,
  LayerNormalization: layerNorm,
  RMSNormalization: rmsNorm,
  GroupNormalization: groupNorm,
  InstanceNormalization: instanceNorm,
  MeanVarianceNormalization: meanVarianceNorm,
  LpNormalization: lpNorm,
  LRN: lrn,
  Softmax: softmax('softmax'),
  LogSoftmax: softmax('log_softmax'),
  Hardmax: softmax('hardmax'),
  Dropout: dropout,
};
