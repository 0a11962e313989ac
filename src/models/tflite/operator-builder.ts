import type { ByteSource } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { sizeOf } from '../../core/tensor.js';
import { type DType, newNumbers } from '../../core/values.js';
import type { Layer } from '../../layers/index.js';
import { constantOf as constant } from '../../layers/model.js';
import type { GraphDraft, Laid } from '../graph-draft.js';
import { loadStored } from '../weights/float-types.js';
import { constantOf, type Order, storedNumbers } from './constants.js';
import { damaged } from './flatbuffer.js';
import { type Fused, fusedLayer } from './fused.js';
import type { Settings, TfliteGraph, TfliteOperator, TfliteTensor } from './schema.js';

/** A graph while it becomes a Model. */
export interface Build {
  readonly source: ByteSource;
  readonly graph: TfliteGraph;
  readonly draft: GraphDraft;
  /** What each computed tensor is in the Model. */
  readonly values: Map<number, Laid>;
  /** What each tensor is called in the Model. */
  readonly names: readonly string[];
  /** Tensors that inputs and operators make. */
  readonly computed: ReadonlySet<number>;
  /** Constants that are in the Model already, by tensor and order. */
  readonly constants: Map<string, string>;
  /** Of a tensor that is another one in float32: that one. */
  readonly sources: Map<number, number>;
  /** Tensors whose stored shape was relied upon. */
  readonly relied: Set<number>;
  readonly notes: Set<string>;
}

/** How a constant is wanted. */
export interface Wanted {
  readonly order?: Order | undefined;
  /** Whole numbers as those they stand for. */
  readonly isReal?: boolean;
}

/** One operator: what it says, and what it becomes. */
export interface OperatorBuilder {
  readonly build: Build;
  readonly operator: TfliteOperator;
  readonly options: Settings;
  /** What its first output is called in the Model. */
  readonly name: string;
  readonly inputCount: number;
  /** @throws CnnvizError 'format' when it is left out */
  input(index: number): TfliteTensor;
  /** null: left out. */
  optional(index: number): TfliteTensor | null;
  output(index?: number): TfliteTensor;
  isConstant(index: number): boolean;
  /** The whole numbers of a constant. @throws CnnvizError 'unsupported' when they are computed */
  numbers(index: number, what: string): number[];
  /** The value of an input; a constant as the file has it. */
  laid(index: number): Laid;
  /** The value with channels behind the batch, of four axes. */
  first(index: number): string;
  /** The value as TensorFlow Lite has it. */
  last(index: number): string;
  /** A constant of the file. @throws CnnvizError 'unsupported' when it is computed */
  constant(index: number, wanted?: Wanted): string;
  /** Numbers that the file does not hold as an array. */
  made(what: string, dtype: DType, numbers: readonly number[], shape?: readonly number[]): string;
  /** A layer on the way to the operator's output: NAME/what. */
  add(what: string, layer: Layer, inputs: readonly (string | null)[]): string;
  /** The operator's output, with the activation that is fused into it: what is before that is NAME/what. */
  emit(what: string, layer: Layer, inputs: readonly (string | null)[], isFirst: boolean, fused?: Fused): void;
  /** All outputs of an operator that has several. */
  emitAll(layer: Layer, inputs: readonly (string | null)[], isFirst: boolean): void;
  /** All outputs of an operator that makes them one by one, by the same layer. */
  emitEach(layer: Layer, inputs: readonly (readonly (string | null)[])[], isFirst: boolean): void;
  /** Another value is the operator's output. */
  pass(laid: Laid): void;
  refuse(what: string, fix?: string): CnnvizError;
}

export function operatorBuilder(build: Build, operator: TfliteOperator): OperatorBuilder {
  const { graph, draft, values, names } = build;
  const tensorAt = (index: number): TfliteTensor | null => {
    const number = operator.inputs[index] ?? -1;
    return number < 0 ? null : graph.tensors[number];
  };
  const input = (index: number): TfliteTensor => {
    const tensor = tensorAt(index);
    if (tensor) return tensor;
    throw damaged(operator.at, `input ${index + 1} of ${operator.name} is missing`);
  };
  const output = (index = 0): TfliteTensor => {
    const number = operator.outputs[index];
    if (number === undefined) throw damaged(operator.at, `output ${index + 1} of ${operator.name} is missing`);
    return graph.tensors[number];
  };
  const isConstant = (index: number): boolean => isStored(build, input(index));
  const refuse = (what: string, fix?: string): CnnvizError =>
    new CnnvizError('unsupported', what, fix === undefined ? {} : { fix });
  const constantName = (index: number, { order, isReal: asked = false }: Wanted = {}): string => {
    const tensor = storedOf(build, input(index));
    const isReal = asked || (tensor !== input(index) && tensor.quantization !== null);
    if (!isStored(build, tensor)) throw refuse(`its input ${index + 1} is computed: expected numbers of the file`);
    const key = `${tensor.index} ${isReal} ${order ? `${order.shape} ${order.perm}` : ''}`;
    const before = build.constants.get(key);
    if (before !== undefined) return before;
    const name = draft.constant(names[tensor.index], constantOf(build.source, tensor, order ?? null, isReal));
    build.constants.set(key, name);
    return name;
  };
  const laid = (index: number): Laid => {
    const tensor = input(index);
    const value = values.get(tensor.index);
    if (value) return value;
    if (isStored(build, tensor)) {
      return { value: constantName(index), rank: tensor.shape.length, isFirst: false };
    }
    if (tensor.isVariable) throw refuse(`it reads the variable "${tensor.name}", which keeps numbers between runs`);
    throw damaged(operator.at, `${operator.name} reads tensor "${tensor.name}" before it is made`);
  };
  const name = names[output().index];
  const set = (index: number, value: string, isFirst: boolean): void => {
    const tensor = output(index);
    if (values.has(tensor.index)) throw damaged(operator.at, `tensor "${tensor.name}" is made twice`);
    values.set(tensor.index, { value, rank: tensor.shape.length, isFirst });
  };
  return {
    build,
    operator,
    options: operator.options,
    name,
    inputCount: operator.inputs.length,
    input,
    optional: tensorAt,
    output,
    isConstant,
    numbers(index, what) {
      const tensor = input(index);
      if (!isStored(build, tensor)) throw refuse(`its ${what} is computed`);
      const { from, count, stored } = storedNumbers(tensor);
      if (!['int32', 'int64', 'int16', 'uint8', 'int8'].includes(stored) || count > MOST_SETTINGS) {
        throw damaged(operator.at, `${what} of ${stored} [${tensor.shape.join(', ')}]`);
      }
      return [...loadStored(build.source, from, count, stored)];
    },
    laid,
    first: (index) => draft.first(laid(index)),
    last: (index) => draft.last(laid(index)),
    constant: constantName,
    made(what, dtype, numbers, shape = [numbers.length]) {
      const data = newNumbers(dtype, sizeOf(shape));
      data.set(numbers);
      return draft.constant(`${name}/${what}`, constant({ dtype, shape, data }));
    },
    add: (what, layer, inputs) => draft.add(`${name}/${what}`, layer, inputs),
    emit(what, layer, inputs, isFirst, fused = 'none') {
      const activation = fusedLayer(fused);
      if (!activation) {
        set(0, draft.add(name, layer, inputs), isFirst);
        return;
      }
      const before = draft.add(`${name}/${what}`, layer, inputs);
      const limits = activation.limits.map((limit, i) => {
        const own = { dtype: 'float32', shape: [], data: Float32Array.of(limit) } as const;
        return draft.constant(`${name}/${i === 0 ? 'min' : 'max'}`, constant(own));
      });
      set(0, draft.add(name, activation.layer, [before, ...limits]), isFirst);
    },
    emitAll(layer, inputs, isFirst) {
      const count = operator.outputs.length;
      const made = draft.addAll(name, layer, inputs, count);
      for (let i = 0; i < count; i++) set(i, made[i], isFirst);
    },
    emitEach(layer, inputs, isFirst) {
      for (const [i, own] of inputs.entries()) set(i, draft.add(names[output(i).index], layer, own), isFirst);
    },
    pass(value) {
      const tensor = output();
      if (values.has(tensor.index)) throw damaged(operator.at, `tensor "${tensor.name}" is made twice`);
      values.set(tensor.index, value);
    },
    refuse,
  };
}

/** An operator's settings are a few numbers for each axis. */
const MOST_SETTINGS = 4096;

/** The tensor whose numbers the file holds: the one that this one is in float32, or itself. */
export function storedOf({ graph, sources }: Build, tensor: TfliteTensor): TfliteTensor {
  const source = sources.get(tensor.index);
  return source === undefined ? tensor : graph.tensors[source];
}

/** Whether a tensor's numbers lie in the file. */
export function isStored(build: Build, tensor: TfliteTensor): boolean {
  const { index, bytes, shape, isVariable } = storedOf(build, tensor);
  if (build.computed.has(index) || isVariable) return false;
  return bytes !== null || shape.includes(0);
}
