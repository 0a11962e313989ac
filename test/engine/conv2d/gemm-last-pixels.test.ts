import { expect, it } from 'vitest';
import { planModel } from '../../../src/engine/plan.js';
import { Session } from '../../../src/engine/session.js';
import { constantOf, sequential } from '../../../src/layers/model.js';

/** Seeded whole numbers, so that sums are exact in any order. */
function numbers(shape: readonly number[], seed: number) {
  const size = shape.reduce((product, side) => product * side, 1);
  return {
    dtype: 'float32',
    shape,
    data: Float32Array.from({ length: size }, (_, i) => ((i * 7 + seed) % 11) - 5),
  } as const;
}

function run(algorithm: 'gemm' | 'reference', W: number): number[] {
  const x = numbers([1, 3, 7, W], 3);
  const padding = { padding: 0, paddingMode: 'zeros', dilation: [1, 1], groups: 1 } as const;
  const layer = { kind: 'conv', stride: [3, 3], ...padding } as const;
  const model = sequential([{ name: 'y', layer, parameters: [['w', constantOf(numbers([4, 3, 3, 2], 5))], null] }]);
  const session = new Session(planModel(model, new Map([['input', { ...x, value: x }]]), { algorithm, exact: false }));
  const running = session.runAll(new Map([['input', x]]));
  for (let step = running.next(); ; step = running.next()) {
    if (!step.done) continue;
    const y = [...step.value.get('y')!.data];
    session.close();
    return y;
  }
}

it.each([6, 9, 10, 13, 16, 19])('at stride 3 gemm gives the last pixels of rows %i wide', (W) => {
  expect(run('gemm', W)).toEqual(run('reference', W));
});
