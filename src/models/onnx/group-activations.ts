import type { ModelNode } from '../../layers/model.js';
import type { Found, Graph } from './group-graph.js';

/** x · ½ · (1 + erf(x / √2)), in any order. Source: torch.onnx.symbolic_opset9.gelu */
export function gelu(graph: Graph, node: ModelNode): Found | null {
  const erf = graph.made(node.outputs[0], 'pointwise', 'erf');
  const scaled = erf && (graph.made(erf.inputs[0], 'div') ?? graph.made(erf.inputs[0], 'mul'));
  if (!erf || !scaled) return null;
  const [a, b] = scaled.inputs;
  const x = scaled.layer.kind === 'div' ? (graph.is(b, Math.SQRT2) ? a : null) : graph.withNumber(scaled, Math.SQRT1_2);
  const rest = x === null ? null : halfOfOnePlus(graph, x, erf);
  return rest && { kind: 'gelu', nodes: [scaled, erf, ...rest] };
}

/** √(2/π) */
const SQRT_2_OVER_PI = 0.7978845608028654;

/** x · ½ · (1 + tanh(√(2/π) · (x + 0.044715 · x³))). Source: torch.nn.GELU(approximate='tanh') */
export function geluTanh(graph: Graph, node: ModelNode): Found | null {
  const tanh = graph.made(node.outputs[0], 'activation', 'tanh');
  const scaled = tanh && graph.made(tanh.inputs[0], 'mul');
  const sum = scaled && graph.made(graph.withNumber(scaled, SQRT_2_OVER_PI), 'add');
  if (!tanh || !scaled || !sum) return null;
  for (const [x, more] of [sum.inputs, [...sum.inputs].reverse()]) {
    const cubic = graph.made(more, 'mul');
    const cube = cubic && graph.withNumber(cubic, 0.044715);
    const power = graph.made(cube ?? null, 'pow');
    if (x === null || !cubic || power?.inputs[0] !== x || !graph.is(power.inputs[1], 3)) continue;
    const rest = halfOfOnePlus(graph, x, tanh);
    if (rest) return { kind: 'gelu_tanh', nodes: [power, cubic, sum, scaled, tanh, ...rest] };
  }
  return null;
}

/** From a node y to x · ½ · (1 + y), whichever product is taken first. */
function halfOfOnePlus(graph: Graph, x: string, y: ModelNode): ModelNode[] | null {
  const sum = graph.next(y, 'add');
  if (!sum || graph.withNumber(sum, 1) !== y.outputs[0]) return null;
  const nodes: ModelNode[] = [sum];
  let [hasX, hasHalf] = [false, false];
  for (let at: ModelNode = sum; !hasX || !hasHalf; ) {
    const product = graph.next(at, 'mul');
    const factor = product && graph.other(product, at.outputs[0]);
    if (!product || factor === null) return null;
    const halved = graph.made(factor, 'mul');
    if (factor === x && !hasX) hasX = true;
    else if (graph.is(factor, 0.5) && !hasHalf) hasHalf = true;
    else if (halved && graph.withNumber(halved, 0.5) === x && !hasX && !hasHalf) {
      nodes.push(halved);
      [hasX, hasHalf] = [true, true];
    } else return null;
    nodes.push(product);
    at = product;
  }
  return nodes;
}

/** x · sigmoid(x); x · sigmoid(1.702 · x). Source: torch.nn.SiLU; openai/CLIP, model.py, QuickGELU */
export function silu(graph: Graph, node: ModelNode): Found | null {
  const sigmoid = graph.made(node.outputs[0], 'activation', 'sigmoid');
  const product = sigmoid && graph.next(sigmoid, 'mul');
  if (!sigmoid || !product) return null;
  const x = graph.other(product, sigmoid.outputs[0]);
  if (x === sigmoid.inputs[0]) return { kind: 'silu', nodes: [sigmoid, product] };
  const scaled = graph.made(sigmoid.inputs[0], 'mul');
  if (!scaled || x === null || graph.withNumber(scaled, 1.702) !== x) return null;
  return { kind: 'quick_gelu', nodes: [scaled, sigmoid, product] };
}

/** x · tanh(softplus(x)). Source: torch.nn.Mish */
export function mish(graph: Graph, node: ModelNode): Found | null {
  const softplus = graph.made(node.outputs[0], 'activation', 'softplus');
  const tanh = softplus && graph.next(softplus, 'activation', 'tanh');
  const product = tanh && graph.next(tanh, 'mul');
  if (!softplus || !tanh || !product) return null;
  if (softplus.layer.parameters.length > 0) return null;
  return graph.other(product, tanh.outputs[0]) === softplus.inputs[0]
    ? { kind: 'mish', nodes: [softplus, tanh, product] }
    : null;
}

/** x · hard_sigmoid(x), with the slope of torch's. Source: ONNX HardSwish */
export function hardswishOfOne(graph: Graph, node: ModelNode): Found | null {
  const gate = graph.made(node.outputs[0], 'pointwise', 'hard_sigmoid');
  const product = gate && graph.next(gate, 'mul');
  if (!gate || !product) return null;
  const [slope, middle] = gate.layer.parameters;
  const isTorchs = Math.abs(slope - 1 / 6) < 1e-5 && middle === 0.5;
  return isTorchs && graph.other(product, gate.outputs[0]) === gate.inputs[0]
    ? { kind: 'hardswish', nodes: [gate, product] }
    : null;
}

/** min(max(x + 3, 0), 6) / 6, and perhaps · x: hard-sigmoid and hard-swish as products. */
export function hardOfParts(graph: Graph, node: ModelNode): Found | null {
  const clips = clipToSix(graph, node);
  const sum = clips && graph.made(clips[0].inputs[0], 'add');
  const x = sum && graph.withNumber(sum, 3);
  if (!clips || !sum || x === null) return null;
  const [clipped] = clips.slice(-1);
  const nodes: ModelNode[] = [sum, ...clips];
  let [hasX, hasSixth] = [false, false];
  for (let at: ModelNode = clipped; !hasX || !hasSixth; ) {
    const part = sixthOf(graph, at);
    const product = part === null && !hasX ? graph.next(at, 'mul') : null;
    if (part && !hasSixth) hasSixth = true;
    else if (product && graph.other(product, at.outputs[0]) === x) hasX = true;
    else break;
    at = part ?? product!;
    nodes.push(at);
  }
  if (!hasSixth) return null;
  return { kind: hasX ? 'hardswish' : 'hard_sigmoid', nodes };
}

/** min(max(x, 0), 6) in one node, or in a ReLU and a clip. */
function clipToSix(graph: Graph, node: ModelNode): readonly ModelNode[] | null {
  if (graph.made(node.outputs[0], 'activation', 'relu6')) return [node];
  const clip = graph.made(node.outputs[0], 'clip');
  if (!clip || !graph.is(clip.inputs[2] ?? null, 6)) return null;
  const relu = graph.made(clip.inputs[0], 'activation', 'relu');
  const lo = clip.inputs[1] ?? null;
  if (relu && (lo === null || graph.number(lo) === 0)) return [relu, clip];
  return graph.number(lo) === 0 ? [clip] : null;
}

/** The node that divides another's value by 6. */
function sixthOf(graph: Graph, node: ModelNode): ModelNode | null {
  const quotient = graph.next(node, 'div');
  if (quotient && quotient.inputs[0] === node.outputs[0] && graph.is(quotient.inputs[1], 6)) return quotient;
  const product = graph.next(node, 'mul');
  return product && graph.withNumber(product, 1 / 6) === node.outputs[0] ? product : null;
}
