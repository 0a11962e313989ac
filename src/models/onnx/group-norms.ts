import type { ModelNode } from '../../layers/model.js';
import type { Found, Graph } from './group-graph.js';

/** A variance's guard against 0 is small. */
const LARGEST_EPS = 1e-2;

/**
 * (x − mean) / √(mean of (x − mean)² + eps), perhaps · weight + bias, over the last axes or the channels. Where it is told
 * of maps with their channels last, the transpositions on both sides are part of it.
 * Source: torch.onnx.symbolic_opset9.native_layer_norm
 */
export function layerNorm(graph: Graph, node: ModelNode): Found | null {
  const root = graph.made(node.outputs[0], 'div') && graph.made(node.inputs[1], 'pointwise', 'sqrt');
  const centred = root && graph.made(node.inputs[0], 'sub');
  const spread = centred && meanOfSquares(graph, root.inputs[0]);
  if (!root || !centred || !spread) return null;
  const square = squared(graph, spread.of);
  const [x, mean] = centred.inputs;
  const average = graph.made(mean, 'reduce', 'mean');
  if (!square || !average || average.inputs[0] !== x || x === null) return null;
  // some exporters subtract twice
  const again = square.of === centred.outputs[0] ? null : graph.made(square.of, 'sub');
  if (square.of !== centred.outputs[0] && again?.inputs.join() !== centred.inputs.join()) return null;
  const axes = graph.axes(average);
  const rank = graph.shape(x).length;
  if (!axes || axes.join() !== graph.axes(spread.mean)?.join() || !isOfFeatures(axes, rank)) return null;
  const twice = again === null ? [] : [again];
  const core = [average, centred, ...twice, ...square.nodes, spread.mean, spread.guard, root, node];
  return betweenTransposes(graph, x, { kind: 'layer_norm', nodes: [...core, ...affine(graph, node)] });
}

/** x / √(mean of x² + eps), perhaps · weight. Source: torch.nn.RMSNorm */
export function rmsNorm(graph: Graph, node: ModelNode): Found | null {
  const root = graph.made(node.outputs[0], 'div') && graph.made(node.inputs[1], 'pointwise', 'sqrt');
  const spread = root && meanOfSquares(graph, root.inputs[0]);
  const square = spread && squared(graph, spread.of);
  const [x] = node.inputs;
  if (!root || !square || square.of !== x || x === null) return null;
  const axes = graph.axes(spread.mean);
  if (!axes || !isOfFeatures(axes, graph.shape(x).length)) return null;
  const weight = graph.next(node, 'mul');
  const factor = weight && graph.other(weight, node.outputs[0]);
  const scaled = weight && graph.isFixed(factor) ? [weight] : [];
  return { kind: 'rms_norm', nodes: [...square.nodes, spread.mean, spread.guard, root, node, ...scaled] };
}

/** x / max(‖x‖₂, eps). Source: torch.nn.functional.normalize */
export function l2Norm(graph: Graph, node: ModelNode): Found | null {
  if (!graph.made(node.outputs[0], 'div')) return null;
  const [x, divisor] = node.inputs;
  const spread = graph.made(divisor, 'expand');
  const guarded = graph.maker(spread ? spread.inputs[0] : divisor);
  const guard = guarded && guardOf(graph, guarded);
  const length = graph.made(guard?.of ?? null, 'reduce', 'l2');
  if (!guarded || !length || length.inputs[0] !== x) return null;
  return { kind: 'l2_norm', nodes: [length, guarded, ...(spread ? [spread] : []), node] };
}

/** What keeps a length from being 0: at least eps, or eps more. */
function guardOf(graph: Graph, node: ModelNode): { readonly of: string | null } | null {
  const isSmall = (value: string | null) => isEps(graph.number(value));
  const clip = graph.made(node.outputs[0], 'clip');
  if (clip) return isSmall(clip.inputs[1] ?? null) && (clip.inputs[2] ?? null) === null ? { of: clip.inputs[0] } : null;
  const more = graph.made(node.outputs[0], 'max') ?? graph.made(node.outputs[0], 'add');
  return more && more.inputs.length === 2 && isSmall(more.inputs[1]) ? { of: more.inputs[0] } : null;
}

/** mean(squares) + eps; of: what is averaged. */
function meanOfSquares(graph: Graph, value: string | null) {
  const guard = graph.made(value, 'add');
  if (guard?.inputs.length !== 2) return null;
  const [a, b] = guard.inputs;
  const averaged = isEps(graph.number(b)) ? a : isEps(graph.number(a)) ? b : null;
  const mean = graph.made(averaged, 'reduce', 'mean');
  return mean && { guard, mean, of: mean.inputs[0] };
}

/** x², as a power or a product; of: x. */
function squared(graph: Graph, value: string | null) {
  const power = graph.made(value, 'pow');
  if (power && graph.is(power.inputs[1], 2)) return { nodes: [power], of: power.inputs[0] };
  const product = graph.made(value, 'mul');
  if (product?.inputs.length !== 2 || product.inputs[0] !== product.inputs[1]) return null;
  return { nodes: [product], of: product.inputs[0] };
}

function isEps(number: number | null): boolean {
  return number !== null && number > 0 && number <= LARGEST_EPS;
}

/** Over the last axis; of maps with their channels first, over the channels. */
function isOfFeatures(axes: readonly number[], rank: number): boolean {
  if (axes.length !== 1) return false;
  return axes[0] === rank - 1 || (axes[0] === 1 && rank === 4);
}

/** · weight + bias behind a norm, as far as they stand there. */
function affine(graph: Graph, node: ModelNode): ModelNode[] {
  const found: ModelNode[] = [];
  const weight = graph.next(node, 'mul');
  if (weight && graph.isFixed(graph.other(weight, node.outputs[0]))) found.push(weight);
  const [before] = [...found, node];
  const bias = graph.next(before, 'add');
  if (bias && graph.isFixed(graph.other(bias, before.outputs[0]))) found.push(bias);
  return found;
}

/** With the transposition that the nodes read and the one that undoes it, when nobody else reads what lies between. */
function betweenTransposes(graph: Graph, x: string, found: Found): Found {
  const { nodes } = found;
  const before = graph.made(x, 'transpose');
  const after = graph.next(nodes.at(-1)!, 'transpose');
  if (!before || !after) return found;
  const [there, back] = [before.layer.perm, after.layer.perm];
  const isUndone = there !== null && back !== null && there.every((axis, i) => back[axis] === i);
  const whole = [before, ...nodes, after];
  return isUndone && graph.isClosed(whole) ? { ...found, nodes: whole } : found;
}

/**
 * [N, C, …] → [N, groups, −1], each brought to mean 0 and variance 1, and back, perhaps · weight + bias; with as many
 * groups as channels a norm of instances. Source: torch.onnx.symbolic_opset9.group_norm
 */
export function groupNorm(graph: Graph, node: ModelNode): Found | null {
  const norm = graph.made(node.outputs[0], 'instance_norm');
  if (!norm) return null;
  const [x, weight = null, bias = null] = norm.inputs;
  const cuts: ModelNode[] = [];
  for (let at = graph.made(x, 'reshape'); at; at = graph.made(at.inputs[0], 'reshape')) cuts.unshift(at);
  const joins: ModelNode[] = [];
  for (let at = graph.next(norm, 'reshape'); at; at = graph.next(at, 'reshape')) joins.push(at);
  const [first] = cuts;
  const [last] = joins.slice(-1);
  const from = first?.inputs[0] ?? null;
  if (from === null || last === undefined) return null;
  if (graph.shape(from).join() !== graph.shape(last.outputs[0]).join()) return null;
  const nodes = [...cuts, norm, ...joins];
  if (graph.shape(from)[1] === graph.shape(norm.outputs[0])[1]) return { kind: 'instance_norm', nodes };
  if (!isAll(graph, weight, 1) || !isAll(graph, bias, 0)) return null;
  return { kind: 'group_norm', nodes: [...nodes, ...affine(graph, last)] };
}

/** Whether all numbers of a constant are one. */
function isAll(graph: Graph, value: string | null, wanted: number): boolean {
  const known = value !== null && graph.isFixed(value) ? graph.shaped.known(value) : null;
  return known?.data.every((number: number) => number === wanted) ?? false;
}
