import { computesNumbers, layerFamily, nameOf } from '../layers/index.js';
import { readsCall, type ShapedModel } from '../layers/infer.js';
import { LEAVING_NUMBERS } from '../layers/kind-lists.js';
import type { ModelNode } from '../layers/model.js';

/** The last maps of one size on the way through a network. */
export interface Stage {
  /** The layer that makes them. */
  readonly node: ModelNode;
  readonly value: string;
  /** [N, C, H, W] */
  readonly shape: readonly number[];
  readonly between: Between;
}

/** What happens on the way from one stage to the next. */
export interface Between {
  /** How many layers there are, branches included. */
  readonly layers: number;
  /** Those that slide or multiply, in order, with what follows each: "conv 11×11 stride 4 +relu". */
  readonly words: readonly string[];
}

export interface NetworkStages {
  readonly stages: readonly Stage[];
  /** How many sizes there are in all: of more than `most` some are left out. */
  readonly sizes: number;
  /** From the last stage to the first output. */
  readonly after: Between;
}

/**
 * The stages of a network: along its longest way from the input to its first output, the last maps of each size; maps of
 * one value are left out. Of more than `most` sizes, the first, the last and evenly spread ones between.
 */
export function stagesOf(shaped: ShapedModel, most: number): NetworkStages {
  const { model, infos } = shaped;
  const makers = new Map(model.nodes.flatMap((node) => node.outputs.map((value) => [value, node] as const)));
  const [output] = model.outputs;
  const way = longestWay(shaped, makers, output);
  // what only hands the input on makes no maps of it
  const first = way.findIndex((value) => !LEAVING_NUMBERS.includes(makers.get(value)!.layer.kind));
  const all = way
    .slice(Math.max(first, 0))
    // a border is for the layer behind it: the maps are those before
    .filter((value) => sizeText(infos.get(value)!.shape) !== null && makers.get(value)!.layer.kind !== 'pad');
  const last = all.filter((value, i) => {
    const next = all[i + 1];
    return next === undefined || sizeText(infos.get(value)!.shape) !== sizeText(infos.get(next)!.shape);
  });
  const chosen = spread(last, most);
  const behind = chosen.map((value) => nodesBehind(makers, value));
  const none: ReadonlySet<ModelNode> = new Set();
  const stages = chosen.map((value, i): Stage => {
    const node = makers.get(value)!;
    const shape = infos.get(value)!.shape;
    return { node, value, shape, between: betweenOf(shaped, behind[i - 1] ?? none, behind[i]) };
  });
  const after = betweenOf(shaped, behind.at(-1) ?? none, nodesBehind(makers, output));
  return { stages, sizes: last.length, after };
}

type Makers = ReadonlyMap<string, ModelNode>;

/** The values on the longest way to a value, the first one first; inputs and constants are none. */
function longestWay({ model }: ShapedModel, makers: Makers, to: string): string[] {
  const depth = new Map<string, number>();
  const deepest = ({ inputs }: ModelNode) => {
    let best: string | null = null;
    for (const name of inputs) {
      if (name === null || !depth.has(name)) continue;
      if (best === null || depth.get(name)! > depth.get(best)!) best = name;
    }
    return best;
  };
  for (const { name } of model.inputs) depth.set(name, 0);
  for (const node of model.nodes) {
    const before = deepest(node);
    if (before !== null) for (const value of node.outputs) depth.set(value, depth.get(before)! + 1);
  }
  const way: string[] = [];
  for (let at: string | null = to; at !== null; ) {
    const node = makers.get(at);
    if (!node) break;
    way.unshift(at);
    at = deepest(node);
  }
  return way;
}

/** Height and width of maps; null for what is none. */
function sizeText(shape: readonly number[]): string | null {
  return shape.length === 4 && shape[2] * shape[3] > 1 ? `${shape[2]}×${shape[3]}` : null;
}

function spread(values: readonly string[], most: number): string[] {
  if (values.length <= most) return [...values];
  return Array.from({ length: most }, (_, i) => values[Math.round((i * (values.length - 1)) / (most - 1))]);
}

/** Every node that a value depends on. */
function nodesBehind(makers: Makers, value: string): Set<ModelNode> {
  const found = new Set<ModelNode>();
  const open = [value];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const node = makers.get(at);
    if (!node || found.has(node)) continue;
    found.add(node);
    for (const name of node.inputs) if (name !== null) open.push(name);
  }
  return found;
}

function betweenOf(shaped: ShapedModel, before: ReadonlySet<ModelNode>, until: ReadonlySet<ModelNode>): Between {
  const nodes = shaped.model.nodes.filter((node) => until.has(node) && !before.has(node) && computes(shaped, node));
  const words: string[] = [];
  for (const node of nodes) {
    const kind = nameOf(node.layer);
    if (TELLING.test(kind) || words.length === 0) {
      words.push(layerFamily(node.layer).words(node.layer, readsCall(shaped, node).inputs).replace(/_/g, ' '));
    } else words[words.length - 1] += ` +${kind.replace(/_/g, ' ')}`;
  }
  return { layers: nodes.length, words };
}

const TELLING = /^(conv|ncc|linear|gemm|matmul|qlinear)|pool/;

/** Whether a node computes numbers from the input: not a shape, not from constants alone. */
function computes({ model, infos }: ShapedModel, { layer, inputs, outputs }: ModelNode): boolean {
  if (layerFamily(layer).readsShapes || !computesNumbers(layer, infos.get(outputs[0])!.dtype)) return false;
  return inputs.some((name) => name !== null && !model.constants.has(name));
}

/**
 * The channels of the first item whose values vary most, the most first; constant ones and those with a NaN only where
 * there are no others: then the first channel stands for all.
 * @param values [N, C, H, W], row-major
 */
export function mostVarying(
  values: Float32Array,
  [, channels, height, width]: readonly number[],
  count: number,
): number[] {
  const size = height * width;
  const variances = Array.from({ length: channels }, (_, c) => varianceOf(values.subarray(c * size, (c + 1) * size)));
  const varying = variances
    .map((variance, channel) => ({ variance, channel }))
    .filter(({ variance }) => variance > 0)
    .sort((a, b) => b.variance - a.variance || a.channel - b.channel)
    .map(({ channel }) => channel);
  return varying.length === 0 ? [0] : varying.slice(0, count);
}

/** Mean squared distance from the mean, in two passes, in float64. */
function varianceOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) * (value - mean);
  return squares / values.length;
}
