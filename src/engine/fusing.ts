import type { Value } from '../core/values.js';
import { forwardOf } from '../layers/index.js';
import type { ShapedModel } from '../layers/infer.js';
import type { ModelNode } from '../layers/model.js';
import type { Fused } from './fused.js';

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
}

/** What follows a convolution in its bands, and the nodes it stands for; the last one's output is the step's. */
export interface FusedChain {
  readonly fused: readonly Fused[];
  readonly nodes: readonly ModelNode[];
}

/**
 * What can be done to the maps of a node while a band of them is in the cache, because nobody else reads what lies between:
 * activations, gates y·of(y), and the addition of a value that was made before. The bits are those of the layers one by one.
 * @param activationsOnly the first activation and nothing else
 */
export function fusedBehind(context: FusingContext, node: ModelNode, activationsOnly: boolean): FusedChain {
  const fused: Fused[] = [];
  const nodes: ModelNode[] = [];
  for (let last = node; ; last = nodes[nodes.length - 1]) {
    const each = functionBehind(context, last);
    if (activationsOnly && each?.nodes[0].layer.kind !== 'activation') break;
    const next = each ?? gateBehind(context, last) ?? sumBehind(context, last);
    if (!next) break;
    fused.push(next.fused);
    nodes.push(...next.nodes);
    if (activationsOnly) break;
  }
  return { fused, nodes };
}

interface Link {
  readonly fused: Fused;
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
  const isFloat = [inputs[0]!, outputs[0]].every((name) => shaped.infos.get(name)!.dtype === 'float32');
  const constants = inputs.slice(1).map((name) => (name === null ? null : shaped.known(name)));
  if (!isFloat || constants.some((value, i) => value === null && inputs[i + 1] !== null)) return null;
  const x: Value = { ...shaped.infos.get(inputs[0]!)!, data: NO_NUMBERS };
  const work = forwardOf(layer)?.rowWork?.(layer, [x, ...constants]);
  return work?.work === 'each' ? { of: work.of, parameters: work.parameters, layer, constants } : null;
}

type EachFused = Extract<Fused, { kind: 'each' | 'gate' }>;

function functionBehind(context: FusingContext, node: ModelNode): Link | null {
  const [reader] = readersOf(context, node, 1);
  const each = reader?.inputs[0] === node.outputs[0] ? eachOf(context, reader) : null;
  return each && { fused: { kind: 'each', ...each }, nodes: [reader] };
}

/** y·of(y), as exporters write silu: a sigmoid, and the product of both. */
function gateBehind(context: FusingContext, node: ModelNode): Link | null {
  const [value] = node.outputs;
  const [first, second] = readersOf(context, node, 2);
  if (first?.inputs[0] !== value || second?.layer.kind !== 'mul' || second.inputs.length !== 2) return null;
  const [product] = readersOf(context, first, 1);
  if (product !== second || !second.inputs.includes(value)) return null;
  const each = eachOf(context, first);
  return each && { fused: { kind: 'gate', ...each }, nodes: [first, second] };
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
