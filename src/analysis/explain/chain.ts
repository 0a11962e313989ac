import type { AdaptivePoolLayer } from '../../layers/adaptive-pool.js';
import { type Layer, layerFamily } from '../../layers/index.js';
import type { Model, ModelNode } from '../../layers/model.js';
import { explainElement } from './element.js';
import type { ExplainedStep, KeptRun } from './explanation.js';
import { explainWeighted } from './weighted.js';
import { explainAdaptivePool, explainPool } from './window.js';

/** The layers an explanation of `value` goes through, the last computed first; and every value a run must keep for it. */
export function chainBehind(
  model: Model,
  value: string,
): { readonly nodes: readonly ModelNode[]; readonly keep: string[] } {
  const makers = new Map(model.nodes.map((node) => [node.outputs[0], node]));
  const nodes: ModelNode[] = [];
  for (let node = makers.get(value); node; node = nextBehind(node, makers)) nodes.push(node);
  const read = nodes.flatMap(({ inputs }) => inputs.filter((name): name is string => name !== null));
  const made = read.filter((name) => model.nodes.some(({ outputs }) => outputs.includes(name)));
  return { nodes, keep: [...new Set([value, ...made])] };
}

function nextBehind({ layer, inputs }: ModelNode, makers: ReadonlyMap<string, ModelNode>): ModelNode | undefined {
  return isFollowed(layer) ? makers.get(inputs[0]!) : undefined;
}

/** Whether an explanation looks behind a layer: to the one number that it reads, or the chosen one of its window. */
function isFollowed(layer: Layer): boolean {
  const { explain, forward } = layerFamily(layer);
  return explain === 'bins' || (explain === 'planned' && forward === 'pool') || readsOne(layer) !== null;
}

/** Of a layer that makes each number of one other: whether that lies at the same place, or has the same index. */
export function readsOne(layer: Layer): 'place' | 'index' | null {
  const { explain } = layerFamily(layer);
  return explain !== null && typeof explain !== 'string' && typeof explain.terms === 'string' ? explain.terms : null;
}

/** How element `index` of the first node's output came about, first computed first. */
export function explainChain(run: KeptRun, nodes: readonly ModelNode[], index: number): ExplainedStep[] {
  const steps: ExplainedStep[] = [];
  let at: number | null = index;
  for (const node of nodes) {
    if (at === null) break;
    const { step, source } = explainNode(run, node, at);
    steps.unshift(step);
    at = source;
  }
  return steps;
}

function explainNode(run: KeptRun, node: ModelNode, index: number): { step: ExplainedStep; source: number | null } {
  const { layer, outputs } = node;
  const planned = run.plan.steps.find((step) => step.outputs[0] === outputs[0]);
  if (planned?.kind === 'conv' && planned.folds === null) {
    return { step: explainWeighted(run, planned, index), source: null };
  }
  if (planned?.kind === 'pool') {
    const { step, source } = explainPool(run, planned, index);
    return { step, source: step.taps.padding[step.chosen] === 1 ? null : source };
  }
  if (layerFamily(layer).explain === 'bins') {
    return explainAdaptivePool(run, node as ModelNode & { readonly layer: AdaptivePoolLayer }, index);
  }
  return explainElement(run, node, index);
}
