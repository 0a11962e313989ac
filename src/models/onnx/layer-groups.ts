import { commonScope } from '../../core/module-path.js';
import type { ShapedModel } from '../../layers/infer.js';
import type { ModelNode } from '../../layers/model.js';
import { gelu, geluTanh, hardOfParts, hardswishOfOne, mish, silu } from './group-activations.js';
import { Graph, type Pattern } from './group-graph.js';
import { groupNorm, l2Norm, layerNorm, rmsNorm } from './group-norms.js';
import { attention, channelShuffle, linear } from './group-products.js';

/** A module that an exporter took apart: nodes that compute one thing together, shown as one layer. */
export interface LayerGroup {
  /** Where its nodes stand, and what they are: "/features/features.0/features.0.1/LayerNorm". Unique among nodes and groups. */
  readonly name: string;
  /** "layer_norm", "gelu" … */
  readonly kind: string;
  /** In the order of the network; the last makes the group's value. */
  readonly nodes: readonly ModelNode[];
  /** The value of the group. */
  readonly value: string;
}

/** The modules of a network that are shown as one layer each. */
export interface LayerGroups {
  readonly groups: readonly LayerGroup[];
  /** The group that a node is part of. */
  readonly of: ReadonlyMap<ModelNode, LayerGroup>;
}

/** The larger first: a node belongs to one module. */
const PATTERNS: readonly Pattern[] = [
  attention,
  layerNorm,
  groupNorm,
  rmsNorm,
  l2Norm,
  gelu,
  geluTanh,
  silu,
  mish,
  hardswishOfOne,
  hardOfParts,
  channelShuffle,
  linear,
];

const known = new WeakMap<ShapedModel, LayerGroups>();

/**
 * The modules that are written as several layers, told by structure and constants: their numbers are computed as ever, one
 * layer after another. A module is one only if nobody else reads what it computes on the way.
 */
export function layerGroups(shaped: ShapedModel): LayerGroups {
  const before = known.get(shaped);
  if (before) return before;
  const found = findGroups(shaped);
  known.set(shaped, found);
  return found;
}

function findGroups(shaped: ShapedModel): LayerGroups {
  const graph = new Graph(shaped);
  const { nodes } = shaped.model;
  const order = new Map(nodes.map((node, i) => [node, i]));
  const taken = new Set(nodes.map(({ name }) => name));
  const groups: LayerGroup[] = [];
  const of = new Map<ModelNode, LayerGroup>();
  for (const pattern of PATTERNS) {
    for (const node of nodes) {
      if (of.has(node)) continue;
      const found = pattern(graph, node);
      if (!found || found.nodes.some((part) => of.has(part))) continue;
      const last = found.nodes[found.nodes.length - 1];
      if (!graph.isClosed(found.nodes) || !graph.isFloat(last.outputs[0])) continue;
      const parts = [...found.nodes].sort((a, b) => order.get(a)! - order.get(b)!);
      const name = freeName(found.kind, parts, last, taken);
      const group = { name, kind: found.kind, nodes: parts, value: last.outputs[0] };
      groups.push(group);
      for (const part of parts) of.set(part, group);
    }
  }
  return { groups: groups.sort((a, b) => order.get(a.nodes.at(-1)!)! - order.get(b.nodes.at(-1)!)!), of };
}

/** "layer_norm" where all nodes stand: "/encoder/ln/LayerNorm"; without such a place the name of the last node. */
function freeName(kind: string, parts: readonly ModelNode[], last: ModelNode, taken: Set<string>): string {
  const scope = commonScope(parts.map(({ name }) => name));
  if (scope === '') return last.name;
  const word = kind.replace(/(^|_)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());
  let name = `${scope}${word}`;
  for (let n = 1; taken.has(name); n++) name = `${scope}${word}_${n}`;
  taken.add(name);
  return name;
}
