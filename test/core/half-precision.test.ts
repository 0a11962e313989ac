import { expect, it } from 'vitest';
import { roundToBfloat } from '../../src/core/half-precision.js';

// float16: test/models/onnx/operators.test.ts, by numpy
it('numbers round to bfloat16 as those of torch do', () => {
  // python3 -c "import torch; print([(v, float(torch.tensor(v).bfloat16())) for v in XS])"
  const table = [
    [1 / 3, 0.333984375],
    [-5.4321, -5.4375],
    [1.00390625, 1],
    [1.01171875, 1.015625],
    [1e-40, 9.183549615799121e-41],
    [3.4e38, Number.POSITIVE_INFINITY],
    [65_535, 65_536],
    [-1e-3, -0.00099945068359375],
    [Number.NaN, Number.NaN],
  ];
  expect(table.map(([x]) => roundToBfloat(x))).toEqual(table.map(([, y]) => y));
});
