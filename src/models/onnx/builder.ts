import { CnnvizError } from '../../core/errors.js';
import type { DType } from '../../core/values.js';
import type { Layer } from '../../layers/index.js';
import { type Constant, constantOf, type ModelNode } from '../../layers/model.js';
import type { StoredType } from '../weights/weight-file.js';

/** What is known of a value before any shape is: enough to choose between layers of one meaning. */
export interface Facts {
  readonly dtype: DType | null;
  readonly rank: number | null;
}

const NOTHING_KNOWN: Facts = { dtype: null, rank: null };

/** Names that are taken, each with the last number that was put behind it. */
export type Names = Map<string, number>;

/** The model as it grows. */
export interface Draft {
  readonly opset: number;
  readonly constants: Map<string, Constant>;
  readonly nodes: ModelNode[];
  readonly facts: Map<string, Facts>;
  /** Values fed from outside. */
  readonly fed: ReadonlySet<string>;
  readonly names: Names;
}

/** Turns one ONNX node into layers. Adding an operator: a function in this folder's translators and a line in its list. */
export type Translator = (node: NodeBuilder) => void;

type ValueOf<T extends OnnxAttribute['type']> = Extract<OnnxAttribute, { readonly type: T }>['value'];

/** One ONNX node to be translated: its attributes and inputs, and where its layers go. */
export interface NodeBuilder {
  readonly opset: number;
  readonly name: string;
  readonly operator: string;
  /** How many inputs and outputs are named, "" counted. */
  readonly inputCount: number;
  readonly outputs: readonly string[];
  float(name: string, otherwise: number): number;
  int(name: string, otherwise: number): number;
  text(name: string, otherwise: string): string;
  /** null: left out. */
  ints(name: string): readonly number[] | null;
  floats(name: string): readonly number[] | null;
  tensor(name: string): OnnxTensor | null;
  has(name: string): boolean;
  /** null: left out. */
  optional(index: number): string | null;
  /** @throws CnnvizError 'format' when it was left out */
  input(index: number): string;
  /** Inputs from `index` on. */
  rest(index: number): (string | null)[];
  constant(name: string | null): Constant | null;
  isFed(name: string): boolean;
  facts(name: string | null): Facts;
  /** A constant of the model's own making; its name. */
  addConstant(suffix: string, constant: Constant): string;
  /** int64 numbers as a constant; its name. */
  addIntegers(suffix: string, numbers: readonly number[]): string;
  /** A layer in between; the name of its value. */
  add(suffix: string, layer: Layer, inputs: readonly (string | null)[], facts?: Facts): string;
  /** The layer that makes the node's own outputs. */
  emit(layer: Layer, inputs: readonly (string | null)[], facts?: Facts): void;
  /** The node's output is this constant. */
  emitConstant(constant: Constant): void;
  /** The error of something cnnviz does not do. */
  refuse(what: string, fix?: string): CnnvizError;
}

/** `name` must be unique among the draft's nodes. */
export function nodeBuilder(draft: Draft, node: OnnxNode, name: string): NodeBuilder {
  const { constants, nodes, facts } = draft;
  const opset = node.opset ?? draft.opset;
  const attribute = <T extends OnnxAttribute['type']>(type: T, key: string): ValueOf<T> | null => {
    const found = node.attributes.get(key);
    if (!found) return null;
    if (found.type === type) return found.value as ValueOf<T> | null;
    // an empty list may be written without its type
    if (found.type === 'other' && found.value === '' && type.endsWith('s')) return [] as unknown as ValueOf<T> | null;
    throw new CnnvizError('format', `attribute ${key}: expected ${type}, got ${found.type}`);
  };
  const outputs = node.outputs.map((output, i) => output || freshName(draft.names, `${name}/output_${i}`));
  while (node.outputs.length > 0 && node.outputs[outputs.length - 1] === '') outputs.pop();
  const put = (
    own: string,
    layer: Layer,
    inputs: readonly (string | null)[],
    made: readonly string[],
    known: Facts,
  ) => {
    nodes.push({ name: own, layer, inputs, outputs: made });
    for (const output of made.slice(0, 1)) facts.set(output, known);
  };
  return {
    opset,
    name,
    operator: node.operator,
    inputCount: node.inputs.length,
    outputs,
    float: (key, otherwise) => attribute('float', key) ?? otherwise,
    int: (key, otherwise) => attribute('int', key) ?? otherwise,
    text: (key, otherwise) => attribute('string', key) ?? otherwise,
    ints: (key) => attribute('ints', key),
    floats: (key) => attribute('floats', key),
    tensor: (key) => attribute('tensor', key),
    has: (key) => node.attributes.has(key),
    optional: (index) => node.inputs[index] || null,
    input(index) {
      const input = node.inputs[index];
      if (input) return input;
      throw new CnnvizError('format', `input ${index + 1} of ${node.operator} is missing`);
    },
    rest: (index) => node.inputs.slice(index).map((input) => input || null),
    constant: (input) => (input === null ? null : (constants.get(input) ?? null)),
    isFed: (input) => draft.fed.has(input),
    facts(input) {
      const constant = input === null ? null : constants.get(input);
      if (constant) return { dtype: constant.dtype, rank: constant.shape.length };
      return (input !== null && facts.get(input)) || NOTHING_KNOWN;
    },
    addConstant(suffix, constant) {
      const own = freshName(draft.names, `${name}/${suffix}`);
      constants.set(own, constant);
      return own;
    },
    addIntegers(suffix, numbers) {
      const data = Float64Array.from(numbers);
      return this.addConstant(suffix, constantOf({ dtype: 'int64', shape: [data.length], data }));
    },
    add(suffix, layer, inputs, known = NOTHING_KNOWN) {
      const own = freshName(draft.names, `${name}/${suffix}`);
      put(own, layer, inputs, [own], known);
      return own;
    },
    emit: (layer, inputs, known = NOTHING_KNOWN) => put(name, layer, inputs, outputs, known),
    emitConstant: (constant) => {
      constants.set(outputs[0], constant);
    },
    refuse: (what, fix) => new CnnvizError('unsupported', what, fix === undefined ? {} : { fix }),
  };
}

/** The name itself, or with the first number behind it that makes it new; it is taken then. */
export function freshName(names: Names, name: string): string {
  let fresh = name;
  let count = names.get(name) ?? 1;
  while (names.has(fresh)) fresh = `${name}_${++count}`;
  names.set(name, count);
  names.set(fresh, names.get(fresh) ?? 1);
  return fresh;
}

/** An array of the file. As a constant float64 stays, float16 and bfloat16 become float32. */
export interface OnnxTensor extends Constant {
  readonly name: string;
  readonly stored: StoredType;
  /** Its numbers' bytes in the file. */
  readonly bytes: number;
  /** Fills a float32 array, whatever is stored. */
  readonly loadInto: (target: Float32Array) => void;
}

export type OnnxAttribute =
  | { readonly type: 'float' | 'int'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'floats' | 'ints'; readonly value: readonly number[] }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'tensor'; readonly value: OnnxTensor }
  | { readonly type: 'graph'; readonly value: OnnxGraph }
  /** Within a function: the attribute of that name of whoever calls it. */
  | { readonly type: 'reference'; readonly value: string }
  /** Something no supported operator takes: a sparse tensor, a type, several graphs. */
  | { readonly type: 'other'; readonly value: string };

export interface OnnxNode {
  readonly name: string;
  readonly domain: string;
  readonly operator: string;
  /** "" for one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
  /** The version of its operator set, of a node that a function brought; null: the model's. */
  readonly opset: number | null;
  /** Tells functions of one name apart. */
  readonly overload: string;
}

/** A named value as the graph declares it. */
export interface OnnxValue {
  readonly name: string;
  /** TensorProto.DataType; 0: not told, −1: not a tensor. */
  readonly elementType: number;
  /** null for any side; the whole is null when not told. */
  readonly shape: readonly (number | null)[] | null;
}

/** Nodes that read initializers, inputs and each other; a graph within a node also what lies around it. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** What is declared of values between. */
  readonly values: ReadonlyMap<string, OnnxValue>;
}

/** An operator that the model defines by others. */
export interface OnnxFunction {
  readonly domain: string;
  readonly name: string;
  readonly overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** What attributes are where a call leaves them out. */
  readonly defaults: ReadonlyMap<string, OnnxAttribute>;
  readonly nodes: readonly OnnxNode[];
  /** Version of each operator set that its nodes are written in. */
  readonly opsets: ReadonlyMap<string, number>;
}

/** What an ONNX file holds, as far as it can be computed here. */
export interface OnnxModel extends OnnxGraph {
  /** Version of each operator set by domain; "" is ONNX's own. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly functions: readonly OnnxFunction[];
}
