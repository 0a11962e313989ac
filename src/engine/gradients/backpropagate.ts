import { sizeOf, tensor } from '../../core/tensor.js';
import type { Value } from '../../core/values.js';
import type { BackwardCall, Convolve } from '../../layers/family.js';
import { sequential, tensorConstant } from '../../layers/model.js';
import { executeSync } from '../execute.js';
import { planModel } from '../plan.js';
import type { Tape, TapeStep } from './tape.js';

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
