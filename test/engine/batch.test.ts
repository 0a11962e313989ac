import { describe, expect, it } from 'vitest';
import { tensor } from '../../src/core/tensor.js';
import { executeSync } from '../../src/engine/execute.js';
import { planModel } from '../../src/engine/plan.js';
import type { ConvStep } from '../../src/engine/steps.js';
import type { Shape4 } from '../../src/layers/inputs.js';
import { randomArray } from '../random.js';
import { modelOf, type WholeConv } from './one-layer.js';

const [C, side, M] = [7, 6, 30];
const K = C * side * side;
const layer: WholeConv = {
  kind: 'conv',
  weight: tensor(randomArray(M * K, 1), [M, C, side, side]),
  bias: randomArray(M, 2),
  stride: [1, 1],
  padding: [0, 0, 0, 0],
  paddingMode: 'zeros',
  dilation: [1, 1],
  groups: 1,
};
const model = modelOf(
  { name: 'linear', layer },
  { name: 'relu', layer: { kind: 'activation', name: 'relu', parameters: [] } },
);

describe('a linear layer over a batch', () => {
  it.each([2, 5, 33])('of %i gives every vector the bits it has alone, and reads the weights once', (N) => {
    const x = randomArray(N * K, 3);
    const plan = (shape: Shape4) => planModel(model, shape, { exact: true, algorithm: null });
    const batch = plan([N, C, side, side]);
    expect((batch.steps[0] as ConvStep).computed).toMatchObject({ N: 1, C: K, H: 1, W: N, M });
    expect(batch.macs).toBe(N * K * M);
    const { data, shape } = executeSync(batch, { data: x, shape: [N, C, side, side] });
    expect(shape).toEqual([N, M, 1, 1]);
    const one = plan([1, C, side, side]);
    expect((one.steps[0] as ConvStep).algorithm.name).toBe('linear');
    for (let n = 0; n < N; n++) {
      const alone = executeSync(one, { data: x.subarray(n * K, (n + 1) * K), shape: [1, C, side, side] });
      expect([...data.subarray(n * M, (n + 1) * M)]).toEqual([...alone.data]);
    }
  });

  it('between layers, with what is fused to it, where its values lie in the engine’s memory', () => {
    const each = (name: 'tanh' | 'gelu' | 'relu') =>
      ({ name, layer: { kind: 'activation', name, parameters: [] } }) as const;
    const between = modelOf(each('tanh'), { name: 'linear', layer }, each('gelu'), { ...each('relu'), name: 'last' });
    const N = 19;
    const x = randomArray(N * K, 4);
    const run = (data: Float32Array, shape: Shape4, keep?: string[]) =>
      executeSync(planModel(between, shape, { exact: true, algorithm: null }, keep), { data, shape }).data;
    const [whole, shown] = [run(x, [N, C, side, side]), run(x, [N, C, side, side], [between.nodes[2].outputs[0]])];
    for (let n = 0; n < N; n++) {
      const alone = run(x.subarray(n * K, (n + 1) * K), [1, C, side, side]);
      expect([...whole.subarray(n * M, (n + 1) * M)]).toEqual([...alone]);
      expect([...shown.subarray(n * M, (n + 1) * M)].map((value) => Math.max(0, value))).toEqual([...alone]);
    }
  });
});
