/** Last elements of paths that tell an operation, not a layer: what is in front of them tells more. */
const OPERATIONS = new RegExp(
  `^(${[
    'Relu6?|Relu|Elu|Selu|LeakyRelu|PRelu|Softmax|Sigmoid|Tanh|HardSwish|Gelu|Softplus|BiasAdd|Add|AddV2|add|add_\\d+',
    'Conv2D\\d?|Conv2DBackpropInput|Conv2D_\\d+|depthwise\\d?|DepthwiseConv2dNative|separable_conv2d|convolution|Conv',
    'MatMul|BatchMatMul|BatchMatMulV2|FusedBatchNorm(V\\d)?|BatchNorm|batchnorm|batch_normalization|MaxPool|AvgPool|Mean',
    'Reshape|concat|ConcatV2|Pad|PadV2|mul|mul_\\d+|Mul|sub|Sub|truediv|ResizeBilinear|ResizeNearestNeighbor|Rsqrt',
    'Squeeze|ExpandDims|Transpose|transpose|strided_slice|Shape|Pack|stack|act_quant|FakeQuantWithMinMaxVars|Tensordot',
    'ReadVariableOp|resource',
  ].join('|')})$`,
);

/** Of names that one tensor was made of ("a/Relu;a/BatchNorm;a/Conv2D") the first: the tensor is what it names. */
function pathOf(name: string): string[] {
  const [first] = name.split(';');
  const path = first.replace(/:\d+$/, '').split('/').filter(Boolean);
  while (path.length > 1 && OPERATIONS.test(path[path.length - 1])) path.pop();
  return path;
}

/**
 * A short name for each: the end of its path that tells the layer, as long as it must be to be the only one of it.
 * Names that are the same, or none, stay so; whoever uses them makes them unique.
 */
export function shortNames(names: readonly string[]): string[] {
  const paths = names.map(pathOf);
  const lengths = paths.map(() => 1);
  const short = (i: number): string => paths[i].slice(-lengths[i]).join('/');
  const longest = paths.reduce((most, { length }) => Math.max(most, length), 1);
  for (let round = 1; round < longest; round++) {
    const counts = new Map<string, number>();
    for (let i = 0; i < paths.length; i++) counts.set(short(i), (counts.get(short(i)) ?? 0) + 1);
    let isUnique = true;
    for (const [i, name] of paths.map((_, i) => short(i)).entries()) {
      if (counts.get(name) === 1 || lengths[i] >= paths[i].length) continue;
      lengths[i]++;
      isUnique = false;
    }
    if (isUnique) break;
  }
  return paths.map((_, i) => short(i));
}
