import { CnnvizError } from '../../core/errors.js';
import type { Constant } from '../../core/model.js';
import { nearestName } from '../../core/nearest.js';
import type { WeightFile, WeightTensor } from '../weights/weight-file.js';
import { isBuiltin } from './builtin/index.js';
import { likelyCause } from './diagnose.js';
import { findPrefix, prefixWords, withoutPrefix } from './prefix.js';
import { recognizeTensors, tellArchitecture } from './recognize.js';
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
    if (found && found.kind !== 'builtin') {
      const { what, fix } = tellArchitecture(found, this.#fileName);
      throw new CnnvizError('shape', `${this.#fileName}: ${what}`, { fix, scope: 'command' });
    }
    const some = unused.slice(0, 4).join(', ') + (unused.length > 4 ? ', …' : '');
    return [...this.#notes, `${unused.length} tensors of the checkpoint are not used: ${some}`];
  }
}
