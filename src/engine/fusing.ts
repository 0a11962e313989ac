import { sizeOf } from '../core/tensor.js';
import type { Value } from '../core/values.js';
import { forwardOf } from '../layers/index.js';
import type { ShapedModel } from '../layers/infer.js';
import type { ModelNode } from '../layers/model.js';
import type { EachFused, Fused, PairFused } from './fused.js';

/** What is known of a run when its steps are planned. */
export interface FusingContext {
  readonly shaped: ShapedModel;
  /** The run's nodes, in order. */
  readonly nodes: readonly ModelNode[];
  /** The values a run hands out. */
  readonly kept: readonly string[];
  /** How often each value is read in this run. */
  readonly reads: ReadonlyMap<string, number>;
  /** Values that earlier steps have made. */
  readonly made: ReadonlySet<string>;
  /** Outputs of a linear layer, whose rows may meet a row of constants; 0: it is another. */
  readonly width: number;
}

/** What follows a convolution in its bands, and the nodes it stands for; the last one's output is the step's. */
export interface FusedChain {
  readonly fused: readonly Fused[];
  readonly nodes: readonly ModelNode[];
}

/**
 * What can be done to the maps of a node while a band of them is in the cache, because nobody else reads what lies between:
 * functions, constants that are added or multiplied by and the like, gates y·(these of y), and the addition of a value that was
 * made before. The bits are those of the layers one by one.
 * @param activationsOnly the first activation and nothing else
 */
export function fusedBehind(context: FusingContext, node: ModelNode, activationsOnly: boolean): FusedChain {
  const fused: Fused[] = [];
  const nodes: ModelNode[] = [];
  for (let last = node; ; last = nodes[nodes.length - 1]) {
    const each = linkBehind(context, last);
    if (activationsOnly && each?.nodes[0].layer.kind !== 'activation') break;
    const next = each ?? gateBehind(context, last) ?? sumBehind(context, last);
    if (!next) break;
    fused.push(next.fused);
    nodes.push(...next.nodes);
    if (activationsOnly) break;
  }
  return { fused, nodes };
}

interface Link<F extends Fused = Fused> {
  readonly fused: F;
  readonly nodes: readonly ModelNode[];
}

/** The nodes that read a value that nobody else wants: `count` of them, else none. */
function readersOf({ nodes, kept, reads }: FusingContext, { outputs: [value] }: ModelNode, count: number): ModelNode[] {
  if (kept.includes(value) || reads.get(value) !== count) return [];
  return nodes.filter(({ inputs }) => inputs.includes(value));
}

/** Constants alone say what a layer does; nothing has been computed yet. */
const NO_NUMBERS = new Float32Array(0);

/** What a node does to each number of its first input; null: no such thing, or something that no constant tells. */
function eachOf({ shaped }: FusingContext, { layer, inputs, outputs }: ModelNode): Omit<EachFused, 'kind'> | null {
  const rowWork = forwardOf(layer)?.rowWork;
  const isFloat = [inputs[0]!, outputs[0]].every((name) => shaped.infos.get(name)!.dtype === 'float32');
  if (!rowWork || !isFloat) return null;
  const constants = inputs.slice(1).map((name) => (name === null ? null : shaped.known(name)));
  if (constants.some((value, i) => value === null && inputs[i + 1] !== null)) return null;
  const x: Value = { ...shaped.infos.get(inputs[0]!)!, data: NO_NUMBERS };
  const work = rowWork(layer, [x, ...constants]);
  return work?.work === 'each' ? { of: work.of, parameters: work.parameters, layer, constants } : null;
}

/** What a node does to each number of `value` with a constant: one number, or one for each output of a linear layer. */
function pairOf(
  { shaped, width }: FusingContext,
  { layer, inputs, outputs }: ModelNode,
  value: string,
): PairFused | null {
  const isTurned = inputs[0] !== value;
  const name = inputs[isTurned ? 0 : 1];
  const rowWork = forwardOf(layer)?.rowWork;
  if (inputs.length !== 2 || !name || !rowWork) return null;
  const [own, made, other] = [value, outputs[0], name].map((one) => shaped.infos.get(one)!);
  const areFloats = [own, made, other].every(({ dtype }) => dtype === 'float32');
  if (!areFloats || String(own.shape) !== String(made.shape)) return null;
  const count = sizeOf(other.shape);
  const isRow = width > 1 && count === width && other.shape[other.shape.length - 1] === width;
  const constant = count === 1 || isRow ? shaped.known(name) : null;
  if (!constant) return null;
  const work = rowWork(layer, [{ ...own, data: NO_NUMBERS }, constant]);
  if (work?.work !== 'pair' || (isTurned && work.operation !== '+' && work.operation !== '×')) return null;
  const { operation } = work;
  return { kind: 'pair', operation, value: name, constant, width: isRow ? width : 0, layer, isTurned };
}

/** What a node does to each number of `value` and nothing else. */
function linkOf(context: FusingContext, node: ModelNode, value: string): Link<EachFused | PairFused> | null {
  const each = node.inputs[0] === value ? eachOf(context, node) : null;
  const fused = each ? { kind: 'each' as const, ...each } : pairOf(context, node, value);
  return fused && { fused, nodes: [node] };
}

function linkBehind(context: FusingContext, node: ModelNode): Link<EachFused | PairFused> | null {
  const [reader] = readersOf(context, node, 1);
  return reader ? linkOf(context, reader, node.outputs[0]) : null;
}

/**
 * y·(what a chain makes of y): as exporters write silu (a sigmoid, and the product of both) and gelu (divided, erf, 1 added,
 * and the product).
 */
function gateBehind(context: FusingContext, node: ModelNode): Link | null {
  const [value] = node.outputs;
  const readers = readersOf(context, node, 2);
  const product = readers.find(
    ({ layer, inputs }) => layer.kind === 'mul' && inputs.length === 2 && inputs[1] !== inputs[0],
  );
  const first = readers.find((one) => one !== product);
  const links: Link<EachFused | PairFused>[] = [];
  let next = product && first ? linkOf(context, first, value) : null;
  while (next) {
    links.push(next);
    const [last] = next.nodes;
    if (product!.inputs.includes(last.outputs[0])) {
      const isGate = readersOf(context, last, 1).length === 1;
      const nodes = [...links.flatMap((link) => link.nodes), product!];
      return isGate ? { fused: { kind: 'gate', chain: links.map(({ fused }) => fused) }, nodes } : null;
    }
    next = linkBehind(context, last);
  }
  return null;
}

function sumBehind(context: FusingContext, node: ModelNode): Link | null {
  const { shaped, made, kept } = context;
  const [reader] = readersOf(context, node, 1);
  if (reader?.layer.kind !== 'add' || reader.inputs.length !== 2) return null;
  const [own] = node.outputs;
  const other = reader.inputs.find((name) => name !== own);
  if (!other || !made.has(other) || kept.includes(other)) return null;
  const [info, otherInfo] = [own, other].map((name) => shaped.infos.get(name)!);
  const isAlike = otherInfo.dtype === 'float32' && String(info.shape) === String(otherInfo.shape);
  return isAlike ? { fused: { kind: 'add', value: other }, nodes: [reader] } : null;
}
