import { describe, expect, it } from 'vitest';
import { tensor } from '../../../src/core/tensor.js';
import { runAllSync } from '../../../src/engine/execute.js';
import { backpropagate, planTape } from '../../../src/engine/gradients/backpropagate.js';
import { planModel } from '../../../src/engine/plan.js';
import { Session } from '../../../src/engine/session.js';
import { evaluate } from '../../../src/layers/evaluate.js';
import type { Layer } from '../../../src/layers/index.js';
import { inferShapes } from '../../../src/layers/infer.js';
import { type Model, type ModelNode, tensorConstant } from '../../../src/layers/model.js';
import { randomArray } from '../../random.js';

const SHAPE = [1, 2, 6, 7];
const SIZE = 84;
const conv: Layer = { kind: 'conv', stride: [1, 1], padding: 1, paddingMode: 'zeros', dilation: [1, 1], groups: 1 };
const tanh: Layer = { kind: 'activation', name: 'tanh', parameters: [] };
const silu: Layer = { kind: 'activation', name: 'silu', parameters: [] };

/** A value read by three layers, a branch added back, and one that leads nowhere: smooth, so that differences converge. */
function branched(extra: readonly ModelNode[] = [], output = 'sum'): Model {
  const weight = tensor(randomArray(2 * 2 * 9, 3, -0.4, 0.4), [2, 2, 3, 3]);
  const nodes: ModelNode[] = [
    { name: 'conv', layer: conv, inputs: ['input', 'w'], outputs: ['conv'] },
    { name: 'tanh', layer: tanh, inputs: ['conv'], outputs: ['tanh'] },
    { name: 'again', layer: conv, inputs: ['tanh', 'w'], outputs: ['again'] },
    { name: 'silu', layer: silu, inputs: ['tanh'], outputs: ['silu'] },
    { name: 'aside', layer: silu, inputs: ['again'], outputs: ['aside'] },
    { name: 'product', layer: { kind: 'mul' }, inputs: ['silu', 'again'], outputs: ['product'] },
    { name: 'sum', layer: { kind: 'add' }, inputs: ['product', 'tanh', 'input'], outputs: ['sum'] },
    ...extra,
  ];
  const inputs = [{ name: 'input', dtype: 'float32' as const, shape: null }];
  return { inputs, constants: new Map([['w', tensorConstant(weight)]]), nodes, outputs: [output] };
}

function shapedOf(model: Model) {
  return inferShapes(model, new Map([['input', { dtype: 'float32', shape: SHAPE, value: null }]]), evaluate);
}

function valuesOf(model: Model, keep: readonly string[], x: Float32Array) {
  const session = new Session(planModel(model, SHAPE, { exact: true, algorithm: null }, keep));
  const values = runAllSync(session, new Map([['input', { data: x, shape: SHAPE }]]));
  session.close();
  return values;
}

function gradientsOf(model: Model, from: string, by: readonly string[], x: Float32Array, seed: Float64Array) {
  const tape = planTape(shapedOf(model), from, by);
  const steps = backpropagate(tape, valuesOf(model, tape.kept, x), seed);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return { gradients: value, tape };
  }
}

describe('the way back', () => {
  it('gradients of a value that several layers read add up: as differences of the network itself', () => {
    const model = branched();
    const x = randomArray(SIZE, 9);
    const seed = Float64Array.from(randomArray(SIZE, 10));
    const { gradients } = gradientsOf(model, 'sum', ['input'], x, seed);
    const along = randomArray(SIZE, 11);
    const objective = (step: number) => {
      const { data } = valuesOf(
        model,
        ['sum'],
        x.map((value, i) => value + step * along[i]),
      ).get('sum')!;
      return seed.reduce((sum, weight, i) => sum + weight * data[i], 0);
    };
    const slope = gradients.get('input')!.reduce((sum, value, i) => sum + value * along[i], 0);
    const difference = (objective(1e-2) - objective(-1e-2)) / 2e-2;
    expect(Math.abs(slope - difference)).toBeLessThan(1e-3 * Math.abs(slope));
  });

  it('several values at once, one before the other, each as alone', () => {
    const model = branched();
    const x = randomArray(SIZE, 9);
    const seed = new Float64Array(SIZE).fill(1);
    const both = gradientsOf(model, 'sum', ['input', 'tanh'], x, seed).gradients;
    for (const name of ['input', 'tanh']) {
      expect(both.get(name)).toEqual(gradientsOf(model, 'sum', [name], x, seed).gradients.get(name));
    }
  });

  it('only what rules read is kept, and nodes that lead nowhere are left out', () => {
    const { tape } = gradientsOf(branched(), 'sum', ['input'], randomArray(SIZE, 9), new Float64Array(SIZE));
    expect(tape.steps.map(({ node }) => node.name)).toEqual(['sum', 'product', 'silu', 'again', 'tanh', 'conv']);
    expect([...tape.kept].sort()).toEqual(['again', 'input', 'silu', 'sum', 'tanh']);
  });

  it('a layer that gradients do not pass is named before anything runs', () => {
    const ncc: Layer = { ...conv, kind: 'ncc' } as Layer;
    const model = branched([{ name: 'match', layer: ncc, inputs: ['sum', 'w'], outputs: ['match'] }], 'match');
    const plan = () => planTape(shapedOf(model), 'match', ['input']);
    expect(plan).toThrow(
      'match: gradients do not pass a ncc layer: normalised cross-correlation has no backward pass here',
    );
    // behind it all is well
    expect(planTape(shapedOf(model), 'match', ['match']).steps).toEqual([]);
  });

  it('a value that nothing leads from is refused', () => {
    expect(() => planTape(shapedOf(branched()), 'sum', ['aside'])).toThrow('sum does not depend on aside');
  });
});
