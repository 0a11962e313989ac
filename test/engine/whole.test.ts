import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../src/core/tensor.js';
import { type DType, newNumbers, type Value } from '../../src/core/values.js';
import { runAllSync } from '../../src/engine/execute.js';
import { planModel } from '../../src/engine/plan.js';
import { Session } from '../../src/engine/session.js';
import { forwardOf, type Layer, layerFamily } from '../../src/layers/index.js';
import type { Model } from '../../src/layers/model.js';
import { seeded } from '../random.js';

const next = seeded(23);

function whole(dtype: DType, ...shape: number[]): Value {
  const data = newNumbers(dtype, sizeOf(shape));
  const least = dtype.startsWith('u') ? 0 : -128;
  for (let i = 0; i < data.length; i++) data[i] = least + Math.floor(256 * next());
  return { dtype, shape, data };
}

/** What the engine makes of a layer, and what the layer's own loops make. */
function bothWays(layer: Layer, inputs: readonly Value[]): [engine: Value, own: Value] {
  const names = inputs.map((_, i) => `i${i}`);
  const model: Model = {
    inputs: inputs.map(({ dtype, shape }, i) => ({ name: names[i], dtype, shape })),
    constants: new Map(),
    nodes: [{ name: 'y', layer, inputs: names, outputs: ['y'] }],
    outputs: ['y'],
  };
  const values = new Map(inputs.map((value, i) => [names[i], value]));
  const bound = new Map(inputs.map((value, i) => [names[i], { ...value, value }]));
  const session = new Session(planModel(model, bound, { exact: false, algorithm: null }));
  const engine = runAllSync(session, values).get('y')!;
  session.close();
  const known = inputs.map((value) => ({ ...value, known: () => value }));
  const [{ dtype, shape }] = layerFamily(layer).shape(layer, known);
  const own = { dtype, shape, data: newNumbers(dtype, sizeOf(shape)) };
  forwardOf(layer)!.run(layer, inputs, [own]);
  return [engine, own];
}

const PLAIN = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const;

describe('products of whole numbers by the routines of float32', () => {
  it.each([
    ['a part of a block', [1, 3, 9, 7], [5, 3, 3, 3], {}],
    ['several blocks and images', [3, 4, 19, 17], [9, 4, 3, 2], { padding: [1, 0, 2, 1], stride: [1, 2] }],
    ['groups, dilation', [2, 12, 11, 13], [15, 4, 3, 3], { groups: 3, dilation: [2, 1], padding: [2, 2, 2, 2] }],
    ['sums in parts', [1, 300, 4, 5], [6, 300, 3, 3], { padding: [1, 1, 1, 1] }],
    ['depthwise', [2, 7, 12, 11], [7, 1, 3, 3], { groups: 7, padding: [1, 1, 0, 2], stride: [2, 2] }],
    ['too few rows', [1, 5, 6, 6], [2, 5, 3, 3], {}],
  ] as const)('conv_integer, %s', (_, x, weight, fields) => {
    const layer: Layer = { kind: 'conv_integer', ...PLAIN, ...fields };
    const inputs = [whole('uint8', ...x), whole('int8', ...weight), whole('uint8'), whole('int8', weight[0])];
    const [engine, own] = bothWays(layer, inputs);
    expect(engine.data).toEqual(own.data);
  });

  it.each([
    ['in batches', [2, 1, 7, 40], [3, 40, 21]],
    ['one right matrix for several left ones', [3, 5, 9], [9, 150]],
    ['sums in parts', [6, 1300], [1300, 5]],
    ['vectors', [70], [70]],
  ] as const)('matmul_integer, %s', (_, a, b) => {
    const columns = b.length > 1 ? [b[b.length - 1]] : [];
    const inputs = [whole('uint8', ...a), whole('int8', ...b), whole('uint8'), whole('int8', ...columns)];
    const [engine, own] = bothWays({ kind: 'matmul_integer' }, inputs);
    expect(engine.data).toEqual(own.data);
  });

  it('sums that float32 does not hold, of the largest numbers there are', () => {
    const [x, weight] = [whole('uint8', 1, 600, 2, 2), whole('uint8', 4, 600, 1, 1)];
    x.data.fill(255);
    weight.data.fill(255);
    x.data[0] = 254;
    const [engine, own] = bothWays({ kind: 'conv_integer', ...PLAIN }, [x, weight]);
    expect(engine.data).toEqual(own.data);
    expect([engine.data[0], engine.data[1]]).toEqual([600 * 65_025 - 255, 600 * 65_025]);
  });
});
