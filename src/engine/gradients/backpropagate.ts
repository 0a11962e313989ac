import { atPlace, CnnvizError } from '../../core/errors.js';
import { sizeOf, tensor } from '../../core/tensor.js';
import { isFloat, type Value } from '../../core/values.js';
import type { Backward, BackwardCall, Convolve, Needs } from '../../layers/family.js';
import { computesNumbers, type Layer, layerFamily } from '../../layers/index.js';
import type { ShapedModel } from '../../layers/infer.js';
import { type ModelNode, sequential, tensorConstant } from '../../layers/model.js';
import { executeSync } from '../execute.js';
import { planModel } from '../plan.js';

/** One node that gradients pass, with its rule. */
interface TapeStep {
  readonly node: ModelNode;
  readonly rule: Backward<Layer>;
  /** Which inputs get a gradient. */
  readonly wanted: readonly boolean[];
}

/** The way back from one value to others, settled before anything runs. */
interface Tape {
  readonly shaped: ShapedModel;
  /** The value whose elements are derived. */
  readonly from: string;
  /** The values it is derived by. */
  readonly by: readonly string[];
  /** From the last node to the first. */
  readonly steps: readonly TapeStep[];
  /** The values a forward run must hand out: what rules need, and both ends. Their size is the memory it takes. */
  readonly kept: readonly string[];
}

/**
 * Finds the nodes between `by` and `from` and what their rules need.
 * @throws CnnvizError 'unsupported' with the node's name, when gradients cannot pass one of them; 'usage' when `from`
 *   does not depend on a value of `by`
 */
export function planTape(shaped: ShapedModel, from: string, by: readonly string[]): Tape {
  const { model } = shaped;
  const depends = dependents(shaped, by);
  const leads = ancestors(shaped, from);
  for (const name of by) {
    if (name !== from && !leads.has(name)) {
      throw new CnnvizError('usage', `${from} does not depend on ${name}: there is no gradient`, {
        fix: 'choose a layer that comes before it',
      });
    }
  }
  const kept = new Set([from, ...by]);
  const steps: TapeStep[] = [];
  for (const node of [...model.nodes].reverse()) {
    if (!node.outputs.some((name) => leads.has(name) && depends.has(name))) continue;
    const wanted = node.inputs.map((name) => name !== null && depends.has(name));
    // nothing before it is asked for
    if (!wanted.includes(true)) continue;
    const rule = ruleOf(node, wanted);
    steps.push({ node, rule, wanted });
    for (const name of neededValues(shaped, node, rule, wanted)) kept.add(name);
  }
  return { shaped, from, by, steps, kept: [...kept] };
}

/** Values that change when one of `by` does, but for shapes, indices and conditions. */
function dependents({ model, infos }: ShapedModel, by: readonly string[]): Set<string> {
  const found = new Set(by);
  for (const { layer, inputs, outputs } of model.nodes) {
    if (!inputs.some((name) => name !== null && found.has(name))) continue;
    for (const name of outputs) if (computesNumbers(layer, infos.get(name)!.dtype)) found.add(name);
  }
  return found;
}

/** `from` and all that it is made of, but for shapes, indices and conditions. */
function ancestors({ model, infos }: ShapedModel, from: string): Set<string> {
  const found = new Set([from]);
  const makers = new Map(model.nodes.flatMap(({ layer, outputs }) => outputs.map((name) => [name, layer] as const)));
  for (const { inputs, outputs } of [...model.nodes].reverse()) {
    if (!outputs.some((name) => found.has(name))) continue;
    for (const name of inputs) {
      if (name === null) continue;
      const { dtype } = infos.get(name)!;
      const maker = makers.get(name);
      if (maker ? computesNumbers(maker, dtype) : isFloat(dtype)) found.add(name);
    }
  }
  return found;
}

function ruleOf({ name, layer }: ModelNode, wanted: readonly boolean[]): Backward<Layer> {
  const rule = layerFamily(layer).backward;
  const refuse = (why: string) =>
    atPlace(
      name,
      new CnnvizError('unsupported', `gradients do not pass a ${layer.kind} layer: ${why}`, {
        fix: 'choose a layer behind it, or use occlude, which needs no gradients',
      }),
    );
  if (typeof rule === 'string') throw refuse(rule);
  const { reaches = [0] } = rule;
  const beyond = wanted.findIndex((one, i) => one && reaches !== 'all' && !reaches.includes(i));
  if (beyond >= 0) throw refuse(`its input ${beyond + 1} is computed from what is derived by`);
  return rule;
}

/** What the forward run must keep for one node: what its rule asks for, and inputs beside those derived that no constant gives. */
function neededValues(
  { model, known }: ShapedModel,
  { layer, inputs, outputs }: ModelNode,
  { needs = 'none' }: Backward<Layer>,
  wanted: readonly boolean[],
): string[] {
  const what: Needs = typeof needs === 'function' ? needs(layer) : needs;
  const values = what === 'outputs' ? [...outputs] : [];
  const isConstant = (name: string) => model.constants.has(name) || known(name) !== null;
  inputs.forEach((name, i) => {
    if (name === null) return;
    if (wanted[i] ? what === 'inputs' : !isConstant(name)) values.push(name);
  });
  return values;
}

/**
 * Follows a tape back from what a forward run kept. Yields the share of the nodes done.
 * @param values the tape's `kept`, by name
 * @param seed the gradient that the elements of `from` start with: 1 at one class, 0 elsewhere, for a class's score
 * @returns the gradient of Σ seed·from with respect to each value of `by`, in their shapes, float64
 */
export function* backpropagate(
  tape: Tape,
  values: ReadonlyMap<string, Value>,
  seed: Float64Array,
): Generator<number, ReadonlyMap<string, Float64Array>> {
  const { shaped, from, by, steps } = tape;
  const gradients = new Map<string, Float64Array>([[from, seed]]);
  const sizeOfValue = (name: string) => sizeOf(shaped.infos.get(name)!.shape);
  for (const [s, step] of steps.entries()) {
    const { node, wanted } = step;
    const dy = node.outputs.map((name) => gradients.get(name) ?? null);
    // a value of `by` keeps its gradient, whatever made it; any other has been used up here
    for (const name of node.outputs) if (!by.includes(name)) gradients.delete(name);
    if (dy.every((one) => one === null)) continue;
    const dx = node.inputs.map((name, i) => {
      if (name === null || !wanted[i]) return null;
      const own = gradients.get(name) ?? new Float64Array(sizeOfValue(name));
      gradients.set(name, own);
      return own;
    });
    step.rule.run(node.layer, callOf(tape, step, values, dy, dx));
    yield (s + 1) / steps.length;
  }
  return new Map(by.map((name) => [name, gradients.get(name) ?? new Float64Array(sizeOfValue(name))]));
}

function callOf(
  { shaped }: Tape,
  { node }: TapeStep,
  values: ReadonlyMap<string, Value>,
  dy: BackwardCall['dy'],
  dx: BackwardCall['dx'],
): BackwardCall {
  const numbersOf = (name: string): Value => values.get(name) ?? shaped.known(name)!;
  return {
    inputs: node.inputs.map((name) => (name === null ? null : shaped.infos.get(name)!)),
    outputs: node.outputs.map((name) => shaped.infos.get(name)!),
    x: (input) => numbersOf(node.inputs[input]!),
    y: (output) => numbersOf(node.outputs[output]),
    dy,
    dx,
    convolve,
  };
}

/** One convolution through the engine, planned for its shapes as any other. */
export const convolve: Convolve = (x, weight, { dilation, groups }) => {
  const layer = { kind: 'conv', stride: [1, 1], padding: 0, paddingMode: 'zeros', dilation, groups } as const;
  const model = sequential([
    { name: 'gradient', layer, parameters: [['weight', tensorConstant(tensor(weight.data, weight.shape))]] },
  ]);
  const plan = planModel(model, x.shape, { exact: false, algorithm: null });
  return executeSync(plan, x).data;
};
