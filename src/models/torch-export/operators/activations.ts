import { type AtenNode, type Attributes, float, text, type Writer } from '../aten-node.js';
import { isFloating } from '../scalar-types.js';

/** A function of each number, which ONNX has, too. */
function each(operator: string, attributes: (node: AtenNode) => Attributes = () => ({})): Writer {
  return (node) => {
    const x = node.tensor('self');
    const value = node.cast(x, node.meta(x).stored, node.made.stored);
    node.emit(operator, [value], attributes(node));
  };
}

/** min(max(x, lowest), highest) */
function clipped(node: AtenNode, lowest: number | null, highest: number | null): void {
  const x = node.tensor('self');
  const { stored } = node.made;
  const limit = (value: number | null) => (value === null ? null : node.scalar(value, stored ?? 'float32'));
  if (!isFloating(stored) && [lowest, highest].some((one) => one !== null && !Number.isInteger(one))) {
    throw node.refuse('limits that are no whole numbers for whole numbers');
  }
  const value = node.cast(x, node.meta(x).stored, stored);
  node.emit('Clip', [value, limit(lowest), limit(highest)]);
}

const limitOf = (node: AtenNode, name: string): number | null => (node.has(name) ? node.float(name) : null);

const elu: Writer = (node) => {
  const [alpha, scale, inputScale] = [node.float('alpha', 1), node.float('scale', 1), node.float('input_scale', 1)];
  if (scale !== 1 || inputScale !== 1) throw node.refuse(`an elu of scales ${scale} and ${inputScale}`);
  node.emit('Elu', [node.tensor('self')], { alpha: float(alpha) });
};

/** Beyond its threshold it is the number itself; 20 is where float32 no longer tells the two apart. */
const softplus: Writer = (node) => {
  const [beta, threshold] = [node.float('beta', 1), node.float('threshold', 20)];
  if (beta !== 1 || threshold !== 20) throw node.refuse(`a softplus of beta ${beta} and threshold ${threshold}`);
  node.emit('Softplus', [node.tensor('self')]);
};

/** One slope, or one for each channel: [C] → [C, 1, …] */
const prelu: Writer = (node) => {
  const [x, slope] = [node.tensor('self'), node.tensor('weight')];
  const [count] = node.meta(slope).sides;
  const after = node.rank(x) - 2;
  if (node.rank(slope) > 1 || after < 0 || typeof count !== 'number') throw node.refuse('slopes of more than one axis');
  const shape = [count, ...new Array<number>(after).fill(1)];
  const shaped = count === 1 || after === 0 ? slope : node.add('Reshape', [slope, node.integers(shape)]);
  node.emit('PRelu', [x, shaped]);
};

const rsqrt: Writer = (node) => {
  node.emit('Reciprocal', [node.add('Sqrt', [node.tensor('self')])]);
};

const square: Writer = (node) => {
  const x = node.tensor('self');
  node.emit('Mul', [x, x]);
};

const same: Readonly<Record<string, string>> = {
  relu: 'Relu',
  hardswish: 'HardSwish',
  silu: 'Swish',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  mish: 'Mish',
  abs: 'Abs',
  neg: 'Neg',
  sqrt: 'Sqrt',
  exp: 'Exp',
  log: 'Log',
  erf: 'Erf',
  reciprocal: 'Reciprocal',
  floor: 'Floor',
  ceil: 'Ceil',
  round: 'Round',
  sign: 'Sign',
  sin: 'Sin',
  cos: 'Cos',
};

export const ACTIVATIONS: Readonly<Record<string, Writer>> = {
  ...Object.fromEntries(Object.entries(same).map(([name, operator]) => [`${name}.default`, each(operator)])),
  'relu6.default': (node) => clipped(node, 0, 6),
  'hardtanh.default': (node) => clipped(node, node.float('min_val', -1), node.float('max_val', 1)),
  'clamp.default': (node) => clipped(node, limitOf(node, 'min'), limitOf(node, 'max')),
  'clamp_min.default': (node) => clipped(node, node.float('min'), null),
  'clamp_max.default': (node) => clipped(node, null, node.float('max')),
  'hardsigmoid.default': each('HardSigmoid', () => ({ alpha: float(1 / 6), beta: float(0.5) })),
  'gelu.default': each('Gelu', (node) => ({ approximate: text(node.text('approximate', 'none')) })),
  'leaky_relu.default': each('LeakyRelu', (node) => ({ alpha: float(node.float('negative_slope', 0.01)) })),
  'elu.default': elu,
  'selu.default': each('Selu', () => ({ alpha: float(1.6732632423543772), gamma: float(1.0507009873554805) })),
  'celu.default': each('Celu', (node) => ({ alpha: float(node.float('alpha', 1)) })),
  'softplus.default': softplus,
  'prelu.default': prelu,
  '_prelu_kernel.default': (node) => {
    node.emit('PRelu', [node.tensor('self'), node.tensor('weight')]);
  },
  'rsqrt.default': rsqrt,
  'square.default': square,
};
