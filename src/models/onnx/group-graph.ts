import { sizeOf } from '../../core/tensor.js';
import { isFloat } from '../../core/values.js';
import { fixedValues } from '../../layers/fixed-values.js';
import { type Layer, layerFamily, nameOf } from '../../layers/index.js';
import type { ShapedModel } from '../../layers/infer.js';
import type { ModelNode } from '../../layers/model.js';

/** A node that is known to be of one kind. */
type NodeOf<K extends Layer['kind']> = ModelNode & { readonly layer: OfKind<Layer, K> };

type OfKind<L, K> = L extends { readonly kind: infer Kinds } ? (K extends Kinds ? L : never) : never;

/** What patterns ask of a network: who makes a value, who reads it, which numbers are known. */
export class Graph {
  readonly shaped: ShapedModel;
  readonly #makers = new Map<string, ModelNode>();
  readonly #readers = new Map<string, ModelNode[]>();
  readonly #fixed: ReadonlySet<string>;
  readonly #outputs: ReadonlySet<string>;

  constructor(shaped: ShapedModel) {
    this.shaped = shaped;
    const { nodes, outputs } = shaped.whole;
    this.#outputs = new Set(outputs);
    this.#fixed = fixedValues(shaped.whole);
    for (const node of nodes) {
      const { readsShapes } = layerFamily(node.layer);
      for (const output of node.outputs) this.#makers.set(output, node);
      // who asks for a shape reads no number
      if (readsShapes) continue;
      for (const name of new Set(node.inputs)) {
        if (name !== null) this.#readers.set(name, [...(this.#readers.get(name) ?? []), node]);
      }
    }
  }

  shape(value: string): readonly number[] {
    const { infos, refused } = this.shaped;
    return refused.has(value) ? [] : (infos.get(value)?.shape ?? []);
  }

  /** The node whose first output a value is, when it is of this kind; an activation or pointwise layer by its own name. */
  made<K extends Layer['kind']>(value: string | null, kind: K, name?: string): NodeOf<K> | null {
    const node = value === null ? undefined : this.#makers.get(value);
    return node?.outputs[0] === value && isOf(node, kind, name) ? node : null;
  }

  maker(value: string | null): ModelNode | null {
    return value === null ? null : (this.#makers.get(value) ?? null);
  }

  readers(value: string): readonly ModelNode[] {
    return this.#readers.get(value) ?? [];
  }

  /** The only node that reads the first output of a node, when it is of this kind. */
  next<K extends Layer['kind']>(node: ModelNode, kind: K, name?: string): NodeOf<K> | null {
    const reader = this.after(node);
    return reader !== null && isOf(reader, kind, name) ? reader : null;
  }

  /** The only node that reads the first output of a node; null when the network gives it away, too. */
  after({ outputs: [value] }: ModelNode): ModelNode | null {
    const [reader, ...others] = this.readers(value);
    return reader === undefined || others.length > 0 || this.isOutput(value) ? null : reader;
  }

  /** Whether the network gives a value away. */
  isOutput(value: string): boolean {
    return this.#outputs.has(value);
  }

  /** Whether a value does not depend on what is run. */
  isFixed(value: string | null): boolean {
    return value !== null && this.#fixed.has(value);
  }

  /** The one number of a value that is known; null for others. */
  number(value: string | null): number | null {
    if (value === null || !this.isFixed(value) || sizeOf(this.shape(value)) !== 1) return null;
    return this.shaped.known(value)?.data[0] ?? null;
  }

  /** Whether a value is a known number, to 1e−4 of it: files hold it in float32, people write it with a few digits. */
  is(value: string | null, wanted: number): boolean {
    const number = this.number(value);
    return number !== null && Math.abs(number - wanted) <= 1e-4 * Math.abs(wanted);
  }

  /** The axes of a reduction, counted from the front; null when they are not known. */
  axes({ inputs }: ModelNode): readonly number[] | null {
    const [x, axes] = inputs;
    if (x === null || axes === undefined || axes === null || !this.isFixed(axes)) return null;
    const rank = this.shape(x).length;
    const known = this.shaped.known(axes);
    return known && Array.from(known.data, (axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
  }

  /**
   * Of a node of two inputs, the one that is not `value`; null when neither is. A node that reads it twice has it as the
   * other one.
   */
  other({ inputs }: ModelNode, value: string): string | null {
    if (inputs.length !== 2) return null;
    return inputs[0] === value ? inputs[1] : inputs[1] === value ? inputs[0] : null;
  }

  /** Of an addition or product, the input whose number is known, and the other one; null for others. */
  withNumber({ inputs }: ModelNode, wanted: number): string | null {
    if (inputs.length !== 2) return null;
    return this.is(inputs[1], wanted) ? inputs[0] : this.is(inputs[0], wanted) ? inputs[1] : null;
  }

  /** Whether nobody outside of some nodes sees what they make, but for the first output of the last. */
  isClosed(nodes: readonly ModelNode[]): boolean {
    const own = new Set(nodes);
    const [last] = nodes.slice(-1);
    return nodes.every((node) =>
      node.outputs.every(
        (value, i) =>
          (node === last && i === 0) || (!this.isOutput(value) && this.readers(value).every((one) => own.has(one))),
      ),
    );
  }

  isFloat(value: string): boolean {
    const info = this.shaped.refused.has(value) ? undefined : this.shaped.infos.get(value);
    return info !== undefined && isFloat(info.dtype);
  }
}

function isOf<K extends Layer['kind']>(node: ModelNode, kind: K, name?: string): node is NodeOf<K> {
  if (node.layer.kind !== kind) return false;
  return name === undefined || nameOf(node.layer) === name || ('name' in node.layer && node.layer.name === name);
}

/** Nodes that compute one thing together; the last makes its value. */
export interface Found {
  /** As layers of one kind are called: "layer_norm", "gelu". */
  readonly kind: string;
  readonly nodes: readonly ModelNode[];
}

/** The module that a node is the anchor of: each pattern is found from one node, whatever stands around it. */
export type Pattern = (graph: Graph, node: ModelNode) => Found | null;
