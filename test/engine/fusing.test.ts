import { describe, expect, it } from 'vitest';
import { sizeOf, tensor } from '../../src/core/tensor.js';
import { runAllSync } from '../../src/engine/execute.js';
import { planModel } from '../../src/engine/plan.js';
import { Session } from '../../src/engine/session.js';
import type { ConvStep } from '../../src/engine/steps.js';
import type { Layer } from '../../src/layers/index.js';
import { constantOf, type Model, type ModelNode, tensorConstant } from '../../src/layers/model.js';
import { randomArray } from '../random.js';

const CONV: Layer = {
  kind: 'conv',
  stride: [1, 1],
  padding: 1,
  paddingMode: 'zeros',
  dilation: [1, 1],
  groups: 1,
};
const POINT: Layer = { ...CONV, padding: 0 };
const SIGMOID: Layer = { kind: 'activation', name: 'sigmoid', parameters: [] };
const RELU: Layer = { kind: 'activation', name: 'relu', parameters: [] };
const SHAPE = [2, 6, 13, 11];

function scalar(value: number) {
  return constantOf({ dtype: 'float32', shape: [], data: Float32Array.of(value) });
}

/** [output, layer, ...inputs]; a convolution reads weights of its own. */
function modelOf(rows: readonly (readonly [string, Layer, ...string[]])[]): Model {
  const constants = new Map([
    ['three', tensorConstant(tensor(randomArray(6 * 6 * 9, 3), [6, 6, 3, 3]))],
    ['one', tensorConstant(tensor(randomArray(6 * 6, 4), [6, 6, 1, 1]))],
    ['bias', tensorConstant(tensor(randomArray(6, 5), [6]))],
    ['wide', tensorConstant(tensor(randomArray(37 * 11, 6), [37, 11]))],
    ['back', tensorConstant(tensor(randomArray(37 * 11, 7), [11, 37]))],
    ['row', tensorConstant(tensor(randomArray(37, 8), [37]))],
    ['narrow', tensorConstant(tensor(randomArray(11, 9), [1, 11]))],
    ['last', tensorConstant(tensor(randomArray(11, 9), [11]))],
    ['flat', constantOf({ dtype: 'int64', shape: [3], data: Float64Array.of(2, -1, 11) })],
    ['one number', constantOf({ dtype: 'float32', shape: [1], data: Float32Array.of(1) })],
    ['low', scalar(-0.5)],
    ['high', scalar(0.75)],
  ]);
  const nodes = rows.map(([name, layer, ...inputs]): ModelNode => ({ name, layer, inputs, outputs: [name] }));
  const inputs = [{ name: 'x', dtype: 'float32' as const, shape: null }];
  return { inputs, constants, nodes, outputs: [rows[rows.length - 1][0]] };
}

const NETS: Record<string, { rows: Parameters<typeof modelOf>[0]; fused: string[][] }> = {
  'a residual block: sum and activation in the second convolution': {
    rows: [
      ['a', CONV, 'x', 'three', 'bias'],
      ['ra', RELU, 'a'],
      ['b', POINT, 'ra', 'one', 'bias'],
      ['sum', { kind: 'add' }, 'b', 'ra'],
      ['y', RELU, 'sum'],
      ['end', POINT, 'y', 'one', 'bias'],
    ],
    fused: [['each'], ['add', 'each'], []],
  },
  'two branches: the sum in the one that is computed last': {
    rows: [
      ['a', CONV, 'x', 'three', 'bias'],
      ['b', POINT, 'a', 'one', 'bias'],
      ['c', CONV, 'a', 'three', 'bias'],
      ['y', { kind: 'add' }, 'b', 'c'],
    ],
    fused: [[], [], ['add']],
  },
  'silu as a sigmoid and a product': {
    rows: [
      ['a', CONV, 'x', 'three', 'bias'],
      ['s', SIGMOID, 'a'],
      ['g', { kind: 'mul' }, 'a', 's'],
      ['b', POINT, 'g', 'one', 'bias'],
      ['t', SIGMOID, 'b'],
      ['y', { kind: 'mul' }, 't', 'b'],
    ],
    fused: [['gate'], ['gate']],
  },
  'limits that are constants': {
    rows: [
      ['a', CONV, 'x', 'three', 'bias'],
      ['y', { kind: 'clip' }, 'a', 'low', 'high'],
    ],
    fused: [['each']],
  },
  'nothing of what another layer reads': {
    rows: [
      ['a', CONV, 'x', 'three', 'bias'],
      ['r', RELU, 'a'],
      ['y', { kind: 'add' }, 'a', 'r'],
    ],
    fused: [[]],
  },
  'no sum with the input itself; one with a constant': {
    rows: [
      ['a', CONV, 'x', 'three', 'bias'],
      ['s', { kind: 'add' }, 'a', 'x'],
      ['b', POINT, 's', 'one', 'bias'],
      ['m', { kind: 'add' }, 'b', 'high'],
      ['y', RELU, 'm'],
    ],
    fused: [[], ['pair', 'each']],
  },
  'gelu as it is exported: bias, division, erf, 1, product, half; a sum with what was before': {
    rows: [
      ['a', CONV, 'x', 'three', 'bias'],
      ['v', { kind: 'reshape', allowZero: false }, 'a', 'flat'],
      ['l', { kind: 'linear' }, 'v', 'wide'],
      ['b', { kind: 'add' }, 'row', 'l'],
      ['d', { kind: 'div' }, 'b', 'high'],
      ['e', { kind: 'pointwise', name: 'erf', parameters: [] }, 'd'],
      ['p', { kind: 'add' }, 'e', 'one number'],
      ['g', { kind: 'mul' }, 'b', 'p'],
      ['h', { kind: 'mul' }, 'g', 'low'],
      ['m', { kind: 'linear' }, 'h', 'back'],
      ['n', { kind: 'sub' }, 'm', 'narrow'],
      ['y', { kind: 'add' }, 'v', 'n'],
    ],
    fused: [[], ['pair', 'gate', 'pair'], ['pair', 'add']],
  },
  'nothing where the constant stands on the other side, or is a whole map': {
    rows: [
      ['a', CONV, 'x', 'three', 'bias'],
      ['y', { kind: 'sub' }, 'high', 'a'],
      ['b', POINT, 'y', 'one', 'bias'],
      ['z', { kind: 'mul' }, 'b', 'last'],
    ],
    fused: [[], []],
  },
  'a hard swish in parts, a product with itself': {
    rows: [
      ['a', CONV, 'x', 'three', 'bias'],
      ['s', { kind: 'add' }, 'a', 'high'],
      ['c', { kind: 'clip' }, 's', 'low', 'high'],
      ['g', { kind: 'mul' }, 'c', 'a'],
      ['q', { kind: 'div' }, 'g', 'high'],
      ['y', { kind: 'mul' }, 'q', 'q'],
    ],
    fused: [['gate', 'pair']],
  },
};
describe.each(Object.entries(NETS))('%s', (_, { rows, fused }) => {
  const model = modelOf(rows);
  const x = { data: randomArray(sizeOf(SHAPE), 9), shape: SHAPE };
  const options = { exact: false, algorithm: null };

  it('is what the plan joins', () => {
    const { steps } = planModel(model, SHAPE, options);
    const convs = steps.filter((step): step is ConvStep => step.kind === 'conv');
    expect(convs.map((step) => step.fused.map(({ kind }) => kind))).toEqual(fused);
  });

  it.each(['wasm', 'typescript'] as const)('has the bits of the layers one by one (%s)', (kind) => {
    const everything = rows.map(([name]) => name);
    const [joined, apart] = [model.outputs, everything].map((keep) => {
      const session = new Session(planModel(model, SHAPE, options, keep), { kind });
      const values = runAllSync(session, new Map([['x', x]]));
      session.close();
      return values.get(model.outputs[0])!.data;
    });
    expect(joined).toEqual(apart);
  });
});
