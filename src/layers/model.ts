import type { Tensor } from '../core/tensor.js';
import type { DType, Value, ValueInfo } from '../core/values.js';
import type { Layer } from './index.js';

/** Numbers a model holds: a weight, a bias, a target shape. Read when they are first needed. */
export interface Constant extends ValueInfo {
  /** The numbers. May be called again; a large one is then read again. */
  load(): Value;
  /** Writes all numbers as float32 to `target`, straight from the file where that can be. */
  loadInto(target: Float32Array): void;
  /** The same for as many numbers as `target` has room for, from number `from` on. Absent where only all can be read. */
  loadPart?(from: number, target: Float32Array): void;
}

/** One layer at its place in the graph. */
export interface ModelNode {
  /** Unique within the model: what --layers, outputs and reports say. */
  readonly name: string;
  readonly layer: Layer;
  /** The values it reads, in the order its layer's type tells: model inputs, constants, outputs of nodes before; null: left out. */
  readonly inputs: readonly (string | null)[];
  /** The values it makes, nearly always one, named as the node. */
  readonly outputs: readonly string[];
}

export interface ModelInput extends Omit<ValueInfo, 'shape'> {
  readonly name: string;
  /** null for a side of any size; null for any shape. */
  readonly shape: readonly (number | null)[] | null;
  /** What its whole numbers q stand for: scale · (q − zero); absent: for themselves. */
  readonly scaled?: { readonly scale: number; readonly zero: number };
  /** The one shape that it may have: parts of the model were chosen for it. */
  readonly chosenFor?: readonly number[];
  /** What a side may be, where more is told than its size or nothing; absent: any. */
  readonly sides?: readonly (SideRule | null)[];
}

/** A side of `times` · n, with n within limits, the same wherever it has that name. */
export interface SideRule {
  readonly name: string;
  readonly times: number;
  readonly least: number;
  readonly most: number;
}

/**
 * A network: one kernel, a pipe, a network file, a built-in or an ONNX graph are all this. Nodes stand after those they
 * read. Parameters keep the names of their checkpoint: "features.0.weight".
 */
export interface Model {
  readonly inputs: readonly ModelInput[];
  readonly constants: ReadonlyMap<string, Constant>;
  readonly nodes: readonly ModelNode[];
  readonly outputs: readonly string[];
}

/** A constant of numbers at hand. */
export function constantOf(value: Value): Constant {
  return {
    dtype: value.dtype,
    shape: value.shape,
    load: () => value,
    loadInto: (target) => target.set(value.data),
  };
}

/** A float32 tensor as a constant. */
export function tensorConstant({ data, shape }: Tensor): Constant {
  return constantOf({ dtype: 'float32', shape, data });
}

/** One layer of a sequence, with the parameters it reads after its input. */
export interface SequentialLayer {
  readonly name: string;
  readonly layer: Layer;
  /** [parameter's name, numbers] in the order of the layer's inputs; null: left out. */
  readonly parameters?: readonly (readonly [name: string, constant: Constant] | null)[];
}

/** Layers one after another, from the input "input" on. */
export function sequential(layers: readonly SequentialLayer[], dtype: DType = 'float32'): Model {
  const constants = new Map<string, Constant>();
  const nodes: ModelNode[] = [];
  let x = 'input';
  for (const { name, layer, parameters = [] } of layers) {
    for (const parameter of parameters) if (parameter) constants.set(parameter[0], parameter[1]);
    nodes.push({ name, layer, inputs: [x, ...parameters.map((one) => one?.[0] ?? null)], outputs: [name] });
    x = name;
  }
  return { inputs: [{ name: 'input', dtype, shape: null }], constants, nodes, outputs: [x] };
}

/** The nodes that some values depend on, in order. */
export function neededFor(model: Model, values: readonly string[]): ModelNode[] {
  const wanted = new Set<string>(values);
  const needed: ModelNode[] = [];
  for (const node of [...model.nodes].reverse()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue;
    needed.push(node);
    for (const name of node.inputs) if (name !== null) wanted.add(name);
  }
  return needed.reverse();
}
