import { CnnvizError } from '../../core/errors.js';
import { nearestName } from '../../core/names.js';
import type { Constant } from '../../layers/model.js';
import type { WeightFile, WeightTensor } from '../weights/weight-file.js';
import { isBuiltin } from './builtin/index.js';
import { findPrefix, prefixWords, withoutPrefix } from './recognize/prefix.js';
import { recognizeTensors, tellArchitecture } from './recognize/recognize.js';
import type { NetworkSpec, ParameterSpec } from './spec.js';

/** A checkpoint's tensors handed out to the parameters of a network, each at most once. */
export class Checkpoint {
  readonly #spec: NetworkSpec;
  readonly #fileName: string;
  readonly #tensors = new Map<string, WeightTensor>();
  readonly #used = new Set<string>();
  readonly #notes: string[] = [];
  readonly #expected: readonly ParameterSpec[];

  constructor(spec: NetworkSpec, fileName: string, { tensors }: WeightFile) {
    this.#spec = spec;
    this.#fileName = fileName;
    this.#expected = spec.layers.flatMap(({ parameters }) =>
      parameters.flatMap((one) => (one?.source.kind === 'checkpoint' ? [one] : [])),
    );
    const names = new Set(this.#expected.map(({ name }) => name));
    const prefix = findPrefix(
      tensors.map(({ name }) => name),
      names,
    );
    for (const one of tensors) this.#tensors.set(withoutPrefix(one.name, prefix), one);
    if (prefix !== '') this.#notes.push(`names without their "${prefix}" (${prefixWords(prefix)})`);
  }

  /**
   * The tensor of a parameter. @throws CnnvizError 'shape' when it is missing or has another shape; the error says the
   * likely cause
   */
  take(parameter: ParameterSpec, shape: readonly number[]): Constant {
    const tensor = this.#tensors.get(parameter.name);
    if (!tensor) throw this.#missing(parameter, shape);
    this.#used.add(parameter.name);
    if (tensor.shape.length === shape.length && tensor.shape.every((side, axis) => side === shape[axis])) return tensor;
    const classes = this.#otherClasses(parameter, tensor, shape);
    if (classes !== null) {
      if (parameter.role === 'weight') this.#notes.push(`a network for ${classes} classes instead of ${shape[0]}`);
      return tensor;
    }
    const cause = likelyCause(this.#spec, this.#fileName, parameter, shape, tensor, this.#tensors);
    throw new CnnvizError(
      'shape',
      `${this.#fileName}: "${tensor.name}": expected [${shape.join(', ')}], got [${tensor.shape.join(', ')}]`,
      {
        fix: cause ?? `these are not the weights of this ${this.#spec.name}`,
        scope: this.#dependsOnImage(tensor.shape, shape) ? 'input' : 'command',
      },
    );
  }

  /** How many values reach a linear layer may depend on the size of the image. */
  #dependsOnImage(found: readonly number[], expected: readonly number[]): boolean {
    if (this.#spec.input !== null || expected.length !== 2 || found.length !== 2) return false;
    return found[0] === expected[0] && found[1] !== expected[1];
  }

  /** The last layer with weights may have another number of classes: how many, or null. */
  #otherClasses(
    { name, role }: ParameterSpec,
    { shape: found }: WeightTensor,
    shape: readonly number[],
  ): number | null {
    const last = this.#expected.filter((one) => one.role === 'weight').at(-1)!;
    const stem = last.name.replace(/\.weight$/, '');
    if (name !== `${stem}.${role}` || !['weight', 'bias'].includes(role)) return null;
    const weight = this.#tensors.get(last.name);
    const fits = found.length === shape.length && found.slice(1).every((side, axis) => side === shape[axis + 1]);
    return fits && weight && found[0] === weight.shape[0] ? found[0] : null;
  }

  #missing(parameter: ParameterSpec, shape: readonly number[]): CnnvizError {
    const names = [...this.#tensors.keys()];
    const missing = this.#expected.filter(({ name }) => !this.#tensors.has(name));
    const unused = names.filter(
      (name) => !this.#expected.some((one) => one.name === name) && !/num_batches_tracked$/.test(name),
    );
    const list = (all: readonly string[]) => all.slice(0, 4).join(', ') + (all.length > 4 ? ', …' : '');
    const near = nearestName(parameter.name, unused);
    const counts = `${missing.length} of ${this.#expected.length} parameters are missing`;
    const has = unused.length === 0 ? '' : `; the file has ${list(unused)} instead`;
    const cause = likelyCause(
      this.#spec,
      this.#fileName,
      parameter,
      shape,
      near ? this.#tensors.get(near)! : null,
      this.#tensors,
    );
    const others = missing.length === this.#expected.length ? 'these are not the weights of this network: ' : '';
    return new CnnvizError(
      'shape',
      `${this.#fileName}: "${parameter.name}" [${shape.join(', ')}] is missing (${counts}${has})`,
      {
        fix: cause ?? `${others}${near ? `did you mean ${near}?` : 'cnnviz weights FILE lists what it holds'}`,
        scope: 'command',
      },
    );
  }

  /**
   * What is to be said when every parameter has its tensor. @throws CnnvizError 'shape' when those that are left belong to
   * another network that has all of this one's: a ResNet-34 holds a ResNet-18
   */
  finish(): readonly string[] {
    const unused = [...this.#tensors.keys()].filter(
      (name) => !this.#used.has(name) && !/num_batches_tracked$/.test(name),
    );
    if (unused.length === 0) return this.#notes;
    const found = isBuiltin(this.#spec.name) ? recognizeTensors(this.#tensors.values()) : null;
    const isItself = found !== null && found.kind !== 'known' && found.fit.network.name === this.#spec.name;
    if (found && !(isItself && (found.kind === 'builtin' || found.isMeant))) {
      const { what, fix } = tellArchitecture(found, this.#fileName);
      throw new CnnvizError('shape', `${this.#fileName}: ${what}`, { fix, scope: 'command' });
    }
    const some = unused.slice(0, 4).join(', ') + (unused.length > 4 ? ', …' : '');
    return [...this.#notes, `${unused.length} tensors of the checkpoint are not used: ${some}`];
  }
}

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
  if (!found || (found.kind !== 'known' && found.fit.network.name === name)) return null;
  const { what, fix } = tellArchitecture(found, fileName);
  if (found.kind === 'builtin') return fix;
  // a network of one's own may well be one that is not built in
  return isBuiltin(name) ? `${what}: ${fix}` : null;
}

/** Why a tensor probably does not fit, as an action; null when nothing is known. `found`: the tensor of that name, or the nearest. */
function likelyCause(
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
