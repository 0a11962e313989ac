import type { Translator } from '../layer-call.js';
import { argumentsOf, type Operation } from './operation-arguments.js';
import {
  cast,
  clip,
  concat,
  each,
  pairwise,
  pointwise,
  reduction,
  reshape,
  resize,
  square,
  transpose,
} from './operations.js';
import { getItem } from './slices.js';

/** Functions of TensorFlow that Keras 2 writes down as layers. */
const FUNCTIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['__operators__.add', pairwise('add')],
  ['__operators__.getitem', getItem],
  ['math.add', pairwise('add')],
  ['add', pairwise('add')],
  ['nn.bias_add', pairwise('add')],
  ['math.subtract', pairwise('sub')],
  ['subtract', pairwise('sub')],
  ['math.multiply', pairwise('mul')],
  ['multiply', pairwise('mul')],
  ['math.truediv', pairwise('div')],
  ['math.divide', pairwise('div')],
  ['divide', pairwise('div')],
  ['math.maximum', pairwise('max')],
  ['maximum', pairwise('max')],
  ['math.minimum', pairwise('min')],
  ['minimum', pairwise('min')],
  ['nn.relu', each('relu')],
  ['nn.relu6', each('relu6')],
  ['nn.elu', each('elu')],
  ['nn.selu', each('selu')],
  ['nn.silu', each('silu')],
  ['nn.swish', each('silu')],
  ['nn.sigmoid', each('sigmoid')],
  ['math.sigmoid', each('sigmoid')],
  ['sigmoid', each('sigmoid')],
  ['nn.tanh', each('tanh')],
  ['math.tanh', each('tanh')],
  ['tanh', each('tanh')],
  ['nn.softmax', each('softmax')],
  ['nn.softplus', each('softplus')],
  ['math.softplus', each('softplus')],
  ['nn.softsign', each('softsign')],
  ['math.abs', pointwise('abs')],
  ['abs', pointwise('abs')],
  ['math.negative', pointwise('neg')],
  ['math.sqrt', pointwise('sqrt')],
  ['math.exp', pointwise('exp')],
  ['math.log', pointwise('log')],
  ['math.square', square],
  ['math.reduce_mean', reduction('mean')],
  ['reduce_mean', reduction('mean')],
  ['math.reduce_sum', reduction('sum')],
  ['reduce_sum', reduction('sum')],
  ['math.reduce_max', reduction('max')],
  ['reduce_max', reduction('max')],
  ['clip_by_value', clip],
  ['cast', cast],
  ['concat', concat],
  ['reshape', reshape],
  ['transpose', transpose],
  ['image.resize', resize],
]);

function operation(of: Operation): Translator {
  return (call) => {
    const given = argumentsOf(call);
    const made = of(call, given);
    const [unread] = given.unread();
    if (unread === undefined) return made;
    throw call.refuse(`called with ${unread}, which is not followed`);
  };
}

const functionLayer: Translator = (call) => {
  const name = call.fields.text('function', '');
  const found = FUNCTIONS.get(name);
  if (!found) throw call.refuse(`the function tf.${name} is not computed`);
  return operation(found)(call);
};

/** Layers of Keras 2 that stand for a function of TensorFlow. */
export const OPERATION_LAYERS: Readonly<Record<string, Translator>> = {
  TFOpLambda: functionLayer,
  SlicingOpLambda: functionLayer,
};

/** Operations of keras.ops, by the class that Keras 3 writes down. */
export const OPERATIONS: Readonly<Record<string, Translator>> = Object.fromEntries(
  Object.entries({
    Add: pairwise('add'),
    Subtract: pairwise('sub'),
    Multiply: pairwise('mul'),
    Divide: pairwise('div'),
    TrueDivide: pairwise('div'),
    Maximum: pairwise('max'),
    Minimum: pairwise('min'),
    Relu: each('relu'),
    Relu6: each('relu6'),
    Elu: each('elu'),
    Selu: each('selu'),
    Silu: each('silu'),
    Sigmoid: each('sigmoid'),
    Tanh: each('tanh'),
    Softmax: each('softmax'),
    Softplus: each('softplus'),
    Softsign: each('softsign'),
    HardSigmoid: each('hard_sigmoid'),
    HardSwish: each('hard_swish'),
    HardSilu: each('hard_silu'),
    Absolute: pointwise('abs'),
    Abs: pointwise('abs'),
    Negative: pointwise('neg'),
    Sqrt: pointwise('sqrt'),
    Exp: pointwise('exp'),
    Log: pointwise('log'),
    Square: square,
    Mean: reduction('mean'),
    Sum: reduction('sum'),
    Max: reduction('max'),
    Min: reduction('min'),
    Clip: clip,
    Cast: cast,
    Concatenate: concat,
    Reshape: reshape,
    Transpose: transpose,
    GetItem: getItem,
  } satisfies Record<string, Operation>).map(([name, of]) => [name, operation(of)]),
);
