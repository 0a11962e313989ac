import type { WeightTensor } from '../weights/weight-file.js';
import { isBuiltin } from './builtin/index.js';
import { recognizeTensors, tellArchitecture } from './recognize.js';
import type { NetworkSpec, ParameterSpec } from './spec.js';

/** Whether two shapes are equal. */
function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((side, axis) => side === b[axis]);
}

/** What the tensors are when they are not those of this network: what to do; null when nothing is known. */
function otherArchitecture(
  { name }: NetworkSpec,
  fileName: string,
  tensors: ReadonlyMap<string, WeightTensor>,
): string | null {
  const found = recognizeTensors(tensors.values());
  if (!found || (found.kind === 'builtin' && found.name === name)) return null;
  const { what, fix } = tellArchitecture(found, fileName);
  if (found.kind === 'variant' && found.name === name) return found.isHeadless ? `${found.fault}: ${fix}` : null;
  if (found.kind === 'builtin') return fix;
  // a network of one's own may well be one that is not built in
  return isBuiltin(name) ? `${what}: ${fix}` : null;
}

/** Why a tensor probably does not fit, as an action; null when nothing is known. `found`: the tensor of that name, or the nearest. */
export function likelyCause(
  spec: NetworkSpec,
  fileName: string,
  { role, name }: ParameterSpec,
  expected: readonly number[],
  found: WeightTensor | null,
  tensors: ReadonlyMap<string, WeightTensor>,
): string | null {
  const { shape = [] } = found ?? {};
  const other = otherArchitecture(spec, fileName, tensors);
  if (other !== null) return other;
  // it has another name, and that is all that is wrong with it
  if (equal(shape, expected)) return null;
  if (spec.name === 'alexnet-2012' && (equal(shape, [64, 3, 11, 11]) || equal(shape, [96, 3, 11, 11]) === false)) {
    const second = tensors.get('conv2.weight');
    if (second && equal(second.shape, [256, 96, 5, 5])) {
      return 'this AlexNet has one group: say it as a network file with groups: 1';
    }
  }
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
