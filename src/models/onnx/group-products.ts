import { keepsNumbers } from '../../layers/index.js';
import type { ModelNode } from '../../layers/model.js';
import type { Found, Graph } from './group-graph.js';

/** x·Wᵀ + b of a product and an addition. Source: torch.onnx of torch.nn.Linear on more than two axes */
export function linear(graph: Graph, node: ModelNode): Found | null {
  const product = graph.made(node.outputs[0], 'linear');
  const sum = product && (product.inputs[2] ?? null) === null ? graph.next(product, 'add') : null;
  if (!product || !sum) return null;
  const bias = graph.other(sum, product.outputs[0]);
  if (bias === null || !graph.isFixed(bias)) return null;
  const M = graph.shape(product.outputs[0]).at(-1);
  return graph.shape(bias).join() === String(M) ? { kind: 'linear', nodes: [product, sum] } : null;
}

/**
 * softmax(q·kᵀ, scaled, perhaps with a bias and a mask)·v, with the cutting into heads before it and the joining behind it.
 * Source: torch.nn.functional.scaled_dot_product_attention
 */
export function attention(graph: Graph, node: ModelNode): Found | null {
  const softmax = graph.made(node.outputs[0], 'softmax');
  if (!softmax || softmax.inputs[0] === null) return null;
  const rank = graph.shape(softmax.inputs[0]).length;
  const dim = softmax.layer.dim;
  if (dim !== -1 && dim !== rank - 1) return null;
  const blended = graph.next(softmax, 'matmul');
  if (!blended || blended.inputs[0] !== softmax.outputs[0] || graph.isFixed(blended.inputs[1])) return null;
  const scores: ModelNode[] = [];
  let at = graph.maker(softmax.inputs[0]);
  while (at && at.layer.kind !== 'matmul' && isPassed(graph, at)) {
    scores.unshift(at);
    at = graph.maker(movedInput(graph, at));
  }
  if (at?.layer.kind !== 'matmul' || at.inputs.some((value) => graph.isFixed(value))) return null;
  const core = [at, ...scores, softmax, blended];
  if (!graph.isClosed(core)) return null;
  const joined = joiningBehind(graph, blended);
  const before = cuttingBefore(graph, [...at.inputs, blended.inputs[1]], [...core, ...joined]);
  return { kind: 'attention', nodes: [...before, ...core, ...joined] };
}

/** Whether a node only moves numbers, or adds to them or multiplies them by what does not depend on the input. */
function isPassed(graph: Graph, node: ModelNode): boolean {
  return isMove(graph, node) || isByFixed(graph, node);
}

function isByFixed(graph: Graph, node: ModelNode): boolean {
  const { kind } = node.layer;
  const isArithmetic = kind === 'add' || kind === 'mul';
  const isFraction = kind === 'div' && graph.isFixed(node.inputs[1]);
  return isFraction || (isArithmetic && node.inputs.length === 2 && node.inputs.some((one) => graph.isFixed(one)));
}

/** Numbers of one input in another place or under another shape, none of them changed. */
function isMove(graph: Graph, { layer, inputs, outputs }: ModelNode): boolean {
  const { kind } = layer;
  const isMoved =
    kind === 'transpose' || kind === 'slice' || kind === 'split' || kind === 'gather' || kind === 'expand';
  const isOne = inputs.slice(1).every((value) => value === null || graph.isFixed(value));
  return (isMoved || keepsNumbers(layer)) && isOne && !graph.isFixed(inputs[0]) && graph.isFloat(outputs[0]);
}

/** A move, or a product with one known number: 1/√d stands before the product where it is cheaper. */
function isCut(graph: Graph, node: ModelNode): boolean {
  const isScaled = node.layer.kind === 'mul' || (node.layer.kind === 'div' && graph.isFixed(node.inputs[1]));
  return isMove(graph, node) || (isScaled && node.inputs.some((value) => graph.number(value) !== null));
}

/** The one input of such a node that depends on what is run. */
function movedInput(graph: Graph, { inputs }: ModelNode): string | null {
  return inputs.find((value) => value !== null && !graph.isFixed(value)) ?? null;
}

/** The moves between a product and whoever computes next. */
function joiningBehind(graph: Graph, node: ModelNode): ModelNode[] {
  const found: ModelNode[] = [];
  for (let at = graph.after(node); at && isMove(graph, at) && at.layer.kind !== 'slice'; at = graph.after(at)) {
    found.push(at);
  }
  return found;
}

/** What makes heads of q, k and v: moves and scalings that nobody but the attention reads, in the order of the network. */
function cuttingBefore(
  graph: Graph,
  values: readonly (string | null)[],
  core: readonly ModelNode[],
): readonly ModelNode[] {
  const own = new Set<ModelNode>(core);
  const isOwn = (node: ModelNode) =>
    node.outputs.every((value) => !graph.isOutput(value) && graph.readers(value).every((one) => own.has(one)));
  const waiting = [...values];
  // again from the start after each find: a split is reached three times before all of its parts are the attention's
  for (let i = 0; i < waiting.length; i++) {
    const node = graph.maker(waiting[i]);
    if (!node || own.has(node) || !isCut(graph, node) || node.outputs.length > 3 || !isOwn(node)) continue;
    own.add(node);
    waiting.push(movedInput(graph, node));
  }
  const inside = new Set(core);
  return graph.shaped.model.nodes.filter((node) => own.has(node) && !inside.has(node));
}

/** [N, g·c, …] → [N, g, c, …] → [N, c, g, …] → [N, g·c, …]. Source: torch.nn.ChannelShuffle */
export function channelShuffle(graph: Graph, node: ModelNode): Found | null {
  const turn = graph.made(node.outputs[0], 'transpose');
  const cut = turn && graph.made(turn.inputs[0], 'reshape');
  const join = turn && graph.next(turn, 'reshape');
  if (!turn || !cut || !join || cut.inputs[0] === null) return null;
  const from = graph.shape(cut.inputs[0]);
  const [N, g, c, ...sides] = graph.shape(cut.outputs[0]);
  const perm = turn.layer.perm ?? [];
  const isSwap = perm.every((axis, i) => axis === (i === 1 ? 2 : i === 2 ? 1 : i)) && perm.length === from.length + 1;
  const isWhole = from.join() === [N, g * c, ...sides].join() && graph.shape(join.outputs[0]).join() === from.join();
  return isSwap && isWhole && from.length >= 3 ? { kind: 'channel_shuffle', nodes: [cut, turn, join] } : null;
}
