import { expect, it } from 'vitest';
import { runSync } from '../../src/engine/execute.js';
import { planModel } from '../../src/engine/plan.js';
import { Session } from '../../src/engine/session.js';
import type { Model } from '../../src/layers/model.js';

it('a sum never overwrites what it still reads under another shape', () => {
  const model: Model = {
    inputs: [{ name: 'x', dtype: 'float32', shape: null }],
    constants: new Map(),
    nodes: [
      { name: 'twice', layer: { kind: 'add' }, inputs: ['x', 'x'], outputs: ['twice'] },
      { name: 'flat', layer: { kind: 'flatten', startDim: 0, endDim: 1 }, inputs: ['twice'], outputs: ['flat'] },
      // [4] + [2, 1, 4]: each row is read again after the first was written
      { name: 'sum', layer: { kind: 'add' }, inputs: ['flat', 'twice'], outputs: ['sum'] },
    ],
    outputs: ['sum'],
  };
  const session = new Session(planModel(model, [4, 1], { exact: true, algorithm: null }));
  const x = Float32Array.of(1, 2, 3, 4);
  const { shape, data } = runSync(session, { data: x, shape: [4, 1] });
  expect(shape).toEqual([4, 4]);
  expect([...data]).toEqual([1, 2, 3, 4].flatMap((row) => [1, 2, 3, 4].map((column) => 2 * column + 2 * row)));
  session.close();
});
