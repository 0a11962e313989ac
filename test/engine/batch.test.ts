import { describe, expect, it } from 'vitest';
import { tensor } from '../../src/core/tensor.js';
import { sumInOrder } from '../../src/engine/conv2d/order.js';
import { executeSync } from '../../src/engine/execute.js';
import { planModel } from '../../src/engine/plan.js';
import type { ConvStep } from '../../src/engine/steps.js';
import type { Shape4 } from '../../src/layers/inputs.js';
import { constantOf } from '../../src/layers/model.js';
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

  it('gives every number the one order’s bits, in SIMD and in its twin: parts of panels, several blocks of rows and columns', () => {
    const sizes = [
      [2, 1, 3],
      [3, 32, 8],
      [5, 33, 9],
      [197, 77, 40],
      [49, 256, 23],
      [7, 257, 17],
      [70, 3072, 12],
      [1100, 96, 300],
    ];
    for (const [N, K, M] of sizes) {
      const [x, weight, bias] = [randomArray(N * K, N), randomArray(M * K, 2), randomArray(M, 3)];
      if (N * K > 100) for (const [i, odd] of [Number.NaN, Infinity, -0, 2 ** -149].entries()) x[i * 3 * K] = odd;
      const net = modelOf(
        { name: 'before', layer: { kind: 'pointwise', name: 'neg', parameters: [] } },
        { name: 'linear', layer: { kind: 'linear' } },
        { name: 'after', layer: { kind: 'activation', name: 'relu', parameters: [] } },
      );
      const constants = new Map([
        ['w', constantOf({ dtype: 'float32', shape: [M, K], data: weight })],
        ['b', constantOf({ dtype: 'float32', shape: [M], data: bias })],
      ]);
      const [before, linear, after] = net.nodes;
      const nodes = [before, { ...linear, inputs: [linear.inputs[0], 'w', 'b'] }, after];
      const plan = (keep: string) =>
        planModel({ ...net, constants, nodes }, [N, K], { exact: false, algorithm: null }, [keep]);
      const terms = new Float32Array(K);
      for (const kind of ['wasm', 'typescript'] as const) {
        const [shown, last] = ['linear', 'after'].map(
          (keep) => executeSync(plan(keep), { data: x, shape: [N, K] }, { kind }).data,
        );
        for (let n = 0; n < N; n += kind === 'wasm' ? 1 : 7) {
          for (let m = 0; m < M; m += 1 + (n % 3)) {
            for (let k = 0; k < K; k++) terms[k] = -x[n * K + k] * weight[m * K + k];
            const at = n * M + m;
            const expected = sumInOrder(terms, bias[m]);
            const both = [shown[at], last[at]];
            expect({ kind, N, K, M, n, m, both }).toEqual({
              kind,
              N,
              K,
              M,
              n,
              m,
              both: [expected, Math.max(0, expected)],
            });
          }
        }
      }
    }
  });
});
