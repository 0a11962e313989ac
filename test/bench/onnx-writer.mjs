// Writes small ONNX models (protocol buffers, onnx.proto of opset 13, or 20) for the peers that read them.

const varint = (value) => {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
};
const number = (field, value) => Buffer.concat([varint(field << 3), varint(value)]);
const bytes = (field, value) => {
  const data = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([varint((field << 3) | 2), varint(data.length), data]);
};
const ints = (name, values) =>
  bytes(5, Buffer.concat([bytes(1, name), ...values.map((value) => number(8, value)), number(20, 7)]));
const int = (name, value) => bytes(5, Buffer.concat([bytes(1, name), number(3, value), number(20, 2)]));

function valueInfo(name, shape) {
  const dims = shape.map((side) => bytes(1, number(1, side)));
  const type = bytes(1, Buffer.concat([number(1, 1), bytes(2, Buffer.concat(dims))]));
  return Buffer.concat([bytes(1, name), bytes(2, type)]);
}

function initializer(name, { data, shape }) {
  const raw = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat([...shape.map((side) => number(1, side)), number(2, 1), bytes(8, name), bytes(9, raw)]);
}

const OPERATORS = {
  conv: 'Conv',
  relu: 'Relu',
  max_pool: 'MaxPool',
  linear: 'Gemm',
  flatten: 'Flatten',
  sigmoid: 'Sigmoid',
  // x · sigmoid(x): the second node
  silu: 'Mul',
  gelu: 'Gelu',
  tanh: 'Tanh',
  softmax: 'Softmax',
};

function node(op, inputs, output, attributes = []) {
  const names = [...inputs.map((name) => bytes(1, name)), bytes(2, output), bytes(3, `n_${output}`), bytes(4, op)];
  return Buffer.concat([...names, ...attributes]);
}

/** The layers of engine.mjs as an ONNX model reading x [1, C, H, W] and writing y. */
export function onnxModel(layers, inputShape) {
  const nodes = [];
  const initializers = [];
  let from = 'x';
  layers.forEach((layer, i) => {
    const to = i === layers.length - 1 ? 'y' : `t${i}`;
    const inputs = [from];
    const attributes = [];
    let op = OPERATORS[layer.op];
    const { weight, stride = 1, padding = 0, size, groups = 1 } = layer;
    if (layer.op === 'conv') {
      attributes.push(ints('strides', [stride, stride]), ints('pads', [padding, padding, padding, padding]));
      attributes.push(ints('kernel_shape', weight.shape.slice(2)), int('group', groups));
    }
    if (layer.op === 'max_pool') attributes.push(ints('kernel_shape', [size, size]), ints('strides', [stride, stride]));
    if (weight) {
      initializers.push(initializer(`w${i}`, weight));
      inputs.push(`w${i}`);
    }
    if (layer.op === 'softmax') attributes.push(int('axis', layer.axis));
    if (layer.op === 'silu') {
      nodes.push(node('Sigmoid', [from], `s${i}`));
      inputs.push(`s${i}`);
    }
    op ??= layer.op;
    nodes.push(node(op, inputs, to, attributes));
    from = to;
  });
  // Gelu came with opset 20 and version 9 of the format
  const [version, opset] = layers.some(({ op }) => op === 'gelu') ? [9, 20] : [8, 13];
  const graph = Buffer.concat([
    ...nodes.map((node) => bytes(1, node)),
    bytes(2, 'bench'),
    ...initializers.map((one) => bytes(5, one)),
    bytes(11, valueInfo('x', [1, ...inputShape])),
    bytes(12, Buffer.concat([bytes(1, 'y'), bytes(2, bytes(1, number(1, 1)))])),
  ]);
  return Buffer.concat([
    number(1, version),
    bytes(7, graph),
    bytes(8, Buffer.concat([bytes(1, ''), number(2, opset)])),
  ]);
}
