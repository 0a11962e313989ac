import type { WeightTensor } from '../weights/weight-file.js';
import type { NetworkSpec, ParameterSpec } from './spec.js';

/** Whether two shapes are equal. */
function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((side, axis) => side === b[axis]);
}

/** Names by which a family of checkpoints is known, and the network they are for. */
const FAMILIES: readonly (readonly [has: string, network: string])[] = [
  ['conv1.weight fc8.weight', 'alexnet-2012'],
  ['features.0.weight classifier.6.weight features.10.weight', 'alexnet'],
  ['features.0.weight features.28.weight', 'vgg16'],
  ['features.0.weight features.18.weight', 'vgg11'],
  ['features.3.squeeze.weight', 'squeezenet1_1'],
  ['layer4.1.bn2.weight fc.weight', 'resnet18'],
];

/** Why a tensor probably does not fit, as an action; null when nothing is known. `found`: the tensor of that name, or the nearest. */
export function likelyCause(
  spec: NetworkSpec,
  { role, name }: ParameterSpec,
  expected: readonly number[],
  found: WeightTensor | null,
  tensors: ReadonlyMap<string, WeightTensor>,
): string | null {
  const { shape = [] } = found ?? {};
  // it has another name, and that is all that is wrong with it
  if (equal(shape, expected)) return null;
  if (spec.name === 'alexnet' && equal(shape, [96, 3, 11, 11])) {
    return 'this looks like the two-group AlexNet of 2012: cnnviz run alexnet-2012@FILE …';
  }
  if (spec.name === 'alexnet-2012' && (equal(shape, [64, 3, 11, 11]) || equal(shape, [96, 3, 11, 11]) === false)) {
    const second = tensors.get('conv2.weight');
    if (second && equal(second.shape, [256, 96, 5, 5])) {
      return 'this AlexNet has one group: say it as a network file with groups: 1';
    }
  }
  const family = FAMILIES.find(
    ([has, network]) => network !== spec.name && has.split(' ').every((one) => tensors.has(one)),
  );
  if (family) return `this looks like ${family[1]}: cnnviz run ${family[1]}@FILE …`;
  if (expected.length === 2 && equal(shape, [expected[1], expected[0]])) {
    return 'a linear layer is stored transposed, [inputs, outputs]: save weight.T, torch keeps [outputs, inputs]';
  }
  if (expected.length === 4 && shape.length === 4) {
    const [M, C, kH, kW] = expected;
    if (equal(shape, [kH, kW, C, M]))
      return 'kernels are stored as [kH, kW, C, M], as Keras does: save numpy.transpose(w, (3, 2, 0, 1))';
    if (equal(shape, [M, kH, kW, C])) return 'kernels are stored with channels last: save w.transpose(0, 3, 1, 2)';
    if (shape[0] === M && shape[2] === kH && shape[3] === kW) {
      return `the layer reads ${expected[1]} channels a group, the file's ${shape[1]}: check groups, and whether the first layer sees grey or RGB`;
    }
  }
  if (expected.length === 2 && role === 'weight' && shape.length === 2 && shape[0] === expected[0]) {
    return `${name} reads ${shape[1]} features, ${expected[1]} arrive: the image, the crop or a pool has another size`;
  }
  return null;
}
