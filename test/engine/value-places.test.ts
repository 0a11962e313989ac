import { expect, it } from 'vitest';
import type { Value } from '../../src/core/values.js';
import { runAllSync } from '../../src/engine/execute.js';
import { planModel } from '../../src/engine/plan.js';
import { Session } from '../../src/engine/session.js';
import { returnMemory, takeMemory } from '../../src/engine/wasm/memory.js';
import type { Layer } from '../../src/layers/index.js';
import { constantOf, type Model } from '../../src/layers/model.js';

const OPTIONS = { exact: true, algorithm: null };
const KINDS = ['wasm', 'typescript'] as const;

it.each(KINDS)('a constant that is handed out stays what it is when the session is closed (%s)', (kind) => {
  const numbers = Float32Array.of(1, 2, 3, 4);
  const model: Model = {
    inputs: [{ name: 'x', dtype: 'float32', shape: null }],
    constants: new Map([['c', constantOf({ dtype: 'float32', shape: [4], data: numbers })]]),
    nodes: [{ name: 'y', layer: { kind: 'add' }, inputs: ['x', 'c'], outputs: ['y'] }],
    outputs: ['y'],
  };
  const session = new Session(planModel(model, [4], OPTIONS, ['c', 'y']), { kind });
  const values = runAllSync(session, new Map([['x', { data: Float32Array.of(1, 1, 1, 1), shape: [4] }]]));
  session.close();
  // the next one who works there: below what it allocates lie the routines' own numbers
  const memory = takeMemory(2 ** 16, kind);
  memory.heap.f32.fill(7, memory.allocate(2 ** 16) / 4);
  returnMemory(memory);
  expect([...values.get('c')!.data]).toEqual([1, 2, 3, 4]);
  expect([...values.get('y')!.data]).toEqual([2, 3, 4, 5]);
});

const POOL: Layer = {
  kind: 'max_pool',
  kernelSize: [2, 2],
  stride: [1, 1],
  pads: [0, 0, 0, 0],
  dilation: [1, 1],
  ceilMode: false,
};
const CONV: Layer = { kind: 'conv', stride: [1, 1], padding: 0, paddingMode: 'zeros', dilation: [1, 1], groups: 1 };

it.each(KINDS)('whole numbers of a type of their own are read as numbers by what needs floats (%s)', (kind) => {
  const weight = constantOf({ dtype: 'float32', shape: [1, 1, 1, 1], data: Float32Array.of(2) });
  const model: Model = {
    inputs: [{ name: 'x', dtype: 'int32', shape: null }],
    constants: new Map([['w', weight]]),
    nodes: [
      { name: 'twice', layer: { kind: 'add' }, inputs: ['x', 'x'], outputs: ['twice'] },
      { name: 'pool', layer: POOL, inputs: ['twice'], outputs: ['pool'] },
      { name: 'more', layer: { kind: 'add' }, inputs: ['pool', 'pool'], outputs: ['more'] },
      { name: 'conv', layer: CONV, inputs: ['more', 'w'], outputs: ['conv'] },
      { name: 'y', layer: { kind: 'add' }, inputs: ['conv', 'conv'], outputs: ['y'] },
    ],
    outputs: ['y'],
  };
  const x: Value = { dtype: 'int32', shape: [1, 1, 3, 3], data: Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9) };
  const session = new Session(planModel(model, new Map([['x', { ...x, value: null }]]), OPTIONS), { kind });
  const { data } = runAllSync(session, new Map([['x', x]])).get('y')!;
  session.close();
  expect([...data]).toEqual([5, 6, 8, 9].map((value) => value * 16));
});
