import { CnnvizError } from '../../core/errors.js';
import { type Numbers, newNumbers } from '../../core/values.js';
import type { Layer } from '../../layers/index.js';
import { constantOf } from '../../layers/model.js';
import { freshName, type Names, type OnnxAttribute, type OnnxNode, type OnnxTensor } from '../onnx/builder.js';
import { dtypeOf } from '../onnx/tensor.js';
import { STORED_TYPES } from '../weights/float-types.js';
import type { StoredType } from '../weights/weight-file.js';
import type { Size } from './argument.js';
import { type Given, givenTo } from './given.js';
import { innerName } from './names.js';
import type { ProgramNode, TensorMeta } from './program.js';
import { elementTypeOf } from './scalar-types.js';

/** The graph of ONNX as it grows. Its values have names of their own. */
export interface OnnxDraft {
  readonly nodes: OnnxNode[];
  readonly initializers: Map<string, OnnxTensor>;
  readonly names: Names;
  /** What is declared of values that the program has. */
  readonly metas: Map<string, TensorMeta>;
  /** Layers that ONNX has no operator for, by the node whose layer they take the place of. */
  readonly layers: Map<string, Layer>;
}

export type Attributes = Readonly<Record<string, OnnxAttribute>>;

export const int = (value: number): OnnxAttribute => ({ type: 'int', value });
export const float = (value: number): OnnxAttribute => ({ type: 'float', value });
export const ints = (value: readonly number[]): OnnxAttribute => ({ type: 'ints', value });
export const text = (value: string): OnnxAttribute => ({ type: 'string', value });

type Inputs = readonly (string | null)[];

/** A node of a program to be written as operators of ONNX: what it is given, and where they go. */
export interface AtenNode extends Given {
  readonly name: string;
  readonly operator: string;
  /** How many values it makes. */
  readonly outputCount: number;
  isRead(output: number): boolean;
  /** Type and sides of a value. @throws CnnvizError 'format' when the program does not declare them */
  meta(value: string): TensorMeta;
  /** Of its first output. */
  readonly made: TensorMeta;
  madeBy(output: number): TensorMeta;
  rank(value: string): number;
  /** A dimension from 0 on. @throws CnnvizError 'format' outside */
  axis(dim: number, rank: number): number;
  /** An operator in between; the name of its value. */
  add(operator: string, inputs: Inputs, attributes?: Attributes): string;
  /** The operator that makes one of the node's own outputs, the first one, or several. */
  emit(operator: string, inputs: Inputs, attributes?: Attributes, outputs?: readonly number[]): void;
  /** A layer instead of the operator that was emitted. */
  becomes(layer: Layer): void;
  /** int64 numbers, [n]. */
  integers(numbers: readonly number[]): string;
  /** int64, whatever is known of it, [n]. */
  sizes(list: readonly Size[]): string;
  /** One number of a type, []. */
  scalar(value: number, stored: StoredType): string;
  /** An array of one number. */
  filled(value: number, shape: readonly number[], stored: StoredType): string;
  /** A side of a value, as a number where it is fixed. */
  side(value: string, axis: number): Size;
  /** Arithmetic of whole numbers; done at once where both are known. */
  compute(operator: 'Add' | 'Sub' | 'Mul' | 'Div', a: Size, b: Size): Size;
  /** A whole number as a value, []. */
  asValue(size: Size): string;
  /** The same numbers in another type. */
  cast(value: string, from: StoredType | null, to: StoredType | null): string;
  /** The error of something cnnviz does not do. */
  refuse(what: string, fix?: string): CnnvizError;
}

/** Writes one node. Names and defaults of arguments: aten/src/ATen/native/native_functions.yaml */
export type Writer = (node: AtenNode) => void;

/** @param outputs its values; @param read which of them are read */
export function atenNode(
  draft: OnnxDraft,
  node: ProgramNode,
  name: string,
  operator: string,
  outputs: readonly string[],
  read: readonly boolean[],
  nameOfValue: (graphValue: string) => string,
): AtenNode {
  const given = givenTo(node, nameOfValue);
  const fresh = (part: string): string => freshName(draft.names, innerName(name, part));
  const push = (own: string, kind: string, inputs: Inputs, attributes: Attributes, made: readonly string[]): void => {
    draft.nodes.push(onnxNode(own, kind, inputs, Object.entries(attributes), made));
  };
  const constant = (part: string, stored: StoredType, shape: readonly number[], numbers: readonly number[]): string => {
    const own = fresh(part);
    const dtype = dtypeOf(stored);
    const data: Numbers = newNumbers(dtype, numbers.length);
    data.set(numbers);
    const value = constantOf({ dtype, shape, data });
    const bytes = numbers.length * STORED_TYPES[stored].itemBytes;
    draft.initializers.set(own, { ...value, name: own, stored, bytes });
    return own;
  };
  const built: AtenNode = {
    ...given,
    name,
    operator,
    outputCount: outputs.length,
    isRead: (output) => read[output] ?? false,
    meta(value) {
      const meta = draft.metas.get(value);
      if (meta) return meta;
      throw new CnnvizError('format', `the program does not say what "${value}" is`);
    },
    get made() {
      return built.madeBy(0);
    },
    madeBy: (output) => built.meta(outputs[output] ?? ''),
    rank: (value) => built.meta(value).sides.length,
    axis(dim, rank) {
      const axis = dim < 0 ? dim + Math.max(rank, 1) : dim;
      if (axis >= 0 && axis < Math.max(rank, 1)) return axis;
      throw new CnnvizError('format', `dimension ${dim} of ${rank}`);
    },
    add(kind, inputs, attributes = {}) {
      const own = fresh(kind.toLowerCase());
      push(own, kind, inputs, attributes, [own]);
      return own;
    },
    emit(kind, inputs, attributes = {}, which = [0]) {
      const made = which.map((output) => outputs[output] ?? '');
      // the node that makes the first output has the name
      if (which[0] === 0) push(name, kind, inputs, attributes, made);
      else push(made[0], kind, inputs, attributes, made);
    },
    becomes: (layer) => {
      draft.layers.set(name, layer);
    },
    integers: (numbers) => constant('numbers', 'int64', [numbers.length], numbers),
    sizes(list) {
      const numbers = list.filter((size) => typeof size === 'number');
      if (numbers.length === list.length) return built.integers(numbers);
      const one = built.integers([0]);
      const parts = list.map((size) =>
        typeof size === 'number' ? built.integers([size]) : built.add('Unsqueeze', [size, one]),
      );
      return built.add('Concat', parts, { axis: int(0) });
    },
    scalar: (value, stored) => constant('number', stored, [], [value]),
    filled(value, shape, stored) {
      const count = shape.reduce((product, side) => product * side, 1);
      if (count > 2 ** 20) throw built.refuse(`${count} numbers that are all ${value}`);
      return constant('filled', stored, shape, new Array<number>(count).fill(value));
    },
    side(value, axis) {
      const side = built.meta(value).sides[axis];
      if (side !== null && side !== undefined) return side;
      const found = built.add('Shape', [value], { start: int(axis), end: int(axis + 1) });
      return built.add('Squeeze', [found, built.integers([0])]);
    },
    compute(kind, a, b) {
      if (typeof a === 'number' && typeof b === 'number') return computed(kind, a, b);
      return built.add(kind, [built.asValue(a), built.asValue(b)]);
    },
    asValue: (size) => (typeof size === 'string' ? size : built.scalar(size, 'int64')),
    cast(value, from, to) {
      if (from === to || to === null) return value;
      return built.add('Cast', [value], { to: int(elementTypeOf(to)) });
    },
    refuse: (what, fix) => new CnnvizError('unsupported', what, fix === undefined ? {} : { fix }),
  };
  return built;
}

function computed(kind: 'Add' | 'Sub' | 'Mul' | 'Div', a: number, b: number): number {
  if (kind === 'Add') return a + b;
  if (kind === 'Sub') return a - b;
  return kind === 'Mul' ? a * b : Math.floor(a / b);
}

export function onnxNode(
  name: string,
  operator: string,
  inputs: Inputs,
  attributes: Iterable<readonly [string, OnnxAttribute]>,
  outputs: readonly string[],
  domain = '',
): OnnxNode {
  const read = inputs.map((input) => input ?? '');
  return { name, domain, operator, overload: '', inputs: read, outputs, attributes: new Map(attributes), opset: null };
}
