import { CnnvizError } from '../../core/errors.js';
import { placeOfIndex } from '../../core/value-place.js';
import { toFloat32, type Value } from '../../core/values.js';
import { direct } from '../../engine/conv2d/direct.js';
import type { ConvStep } from '../../engine/steps.js';
import type { AdaptivePoolLayer } from '../../layers/adaptive-pool.js';
import { evaluate } from '../../layers/evaluate.js';
import type { Explained } from '../../layers/family.js';
import { type Layer, layerFamily, nameOf } from '../../layers/index.js';
import type { Model, ModelNode } from '../../layers/model.js';
import type { ConvTransposeLayer } from '../../layers/spatial/conv-transpose.js';
import { agreementOf, type ElementStep, type ExplainedStep, type KeptRun, type ReadValue } from './explanation.js';
import { explainTransposed } from './transposed.js';
import { algorithmOf, boundOf, explainWeighted, magnitudeAt, outputAt } from './weighted.js';
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
  if (layerFamily(layer).explain === 'transposed') {
    const step = explainTransposed(run, node as ModelNode & { readonly layer: ConvTransposeLayer }, index);
    return { step, source: null };
  }
  if (layerFamily(layer).explain === 'bins') {
    return explainAdaptivePool(run, node as ModelNode & { readonly layer: AdaptivePoolLayer }, index);
  }
  return explainElement(run, node, index);
}

/** A number made by any layer but a convolution or pool; `source`: which input it follows from alone, if one. */
function explainElement(run: KeptRun, node: ModelNode, index: number): { step: ElementStep; source: number | null } {
  const { layer, inputs, outputs } = node;
  const told = explainedBy(node);
  const output = run.read(outputs[0]);
  const shapes = {
    inputs: inputs.map((name) => (name === null ? null : run.read(name).shape)),
    output: output.shape,
  };
  const terms = typeof told.terms === 'string' ? [{ input: 0, index }] : told.terms(layer, shapes, index);
  const parameters = inputs.map((name, i) => (i === 0 || name === null ? null : run.read(name)));
  const numbers = told.numbers?.(layer, parameters, shapes, index) ?? {};
  const stored = toFloat32(output.data)[index];
  const folding = foldingStep(run, node);
  const explained = recomputed(run, node)[index];
  return {
    step: {
      step: 'element',
      layer: node.name,
      kind: nameOf(layer),
      words: layerFamily(layer).words(layer, shapes.inputs),
      place: placeOfIndex(output.shape, index),
      formula: told.formula(layer),
      reads: terms.map(({ input, index: at }) => readValue(run.read(inputs[input]!), inputs[input]!, at)),
      numbers,
      agreement: folding
        ? foldedAgreement(run, folding, index, explained, stored, numbers.shift)
        : agreementOf(explained, stored),
    },
    source: terms.length === 1 ? terms[0].index : null,
  };
}

/** How a layer's numbers come about. @throws CnnvizError 'unsupported' when that is not told */
function explainedBy({ name, layer }: ModelNode): Explained<Layer> {
  const { explain } = layerFamily(layer);
  if (explain !== null && typeof explain !== 'string') return explain;
  throw new CnnvizError('unsupported', `${name}: a ${layer.kind} layer is not explained number by number`, {
    fix: 'choose a layer before or after it: convolutions, pools, activations, norms, sums and softmax are explained',
  });
}

function readValue(value: Value, from: string, index: number): ReadValue {
  return { from, place: placeOfIndex(value.shape, index), value: toFloat32(value.data)[index] };
}

/** The layer's values once more, by its own operator, from the kept inputs. */
function recomputed(run: KeptRun, { layer, inputs, outputs }: ModelNode): Float32Array {
  const values = inputs.map((name) => (name === null ? null : run.read(name)));
  const infos = outputs.map((name) => run.plan.shaped.infos.get(name)!);
  return toFloat32(evaluate(layer, values, infos)![0].data);
}

/** The convolution that this layer, a batch norm, was taken into, if it was. */
function foldingStep({ plan }: KeptRun, { name, outputs }: ModelNode): ConvStep | null {
  const step = plan.steps.find((one) => one.name === name && one.outputs[0] === outputs[0]);
  return step?.kind === 'conv' && step.folds !== null ? step : null;
}

/** One rounding to float32, as a share of the value. */
const HALF_ULP = 2 ** -24;

/**
 * A batch norm folded into the weights rounds elsewhere: weights and bias once each, the unfolded sum and the norm once
 * each, and both sums by their own order.
 */
function foldedAgreement(
  run: KeptRun,
  step: ConvStep,
  index: number,
  explained: number,
  stored: number,
  shift: number,
) {
  const { map, item } = outputAt(step.geometry, index);
  const x = toFloat32(run.read(step.inputs[0]!).data);
  const magnitude = magnitudeAt(step, x, index) + Math.abs(shift);
  const own = boundOf(run, step, item, map, magnitude)[0];
  const bound = own + (2 * direct.tolerance.ofTerms + 4 * HALF_ULP) * magnitude;
  return agreementOf(
    explained,
    stored,
    `${algorithmOf(run, step, item).name}, batch norm folded`,
    bound,
    'weights times scale are rounded',
  );
}
