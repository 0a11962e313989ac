import { sizeOf } from '../core/tensor.js';
import { newNumbers } from '../core/values.js';
import { forwardOf } from './index.js';
import type { Evaluate } from './infer.js';

/** Computes a layer at once: what the planner does with values that decide shapes. Convolutions and pools never do. */
export const evaluate: Evaluate = (layer, inputs, outputs) => {
  const operator = forwardOf(layer);
  if (!operator) return null;
  const shared = operator.memory === 'alias' ? inputs[0]?.data : undefined;
  const values = outputs.map(({ dtype, shape }, i) => ({
    dtype,
    shape,
    data: i === 0 && shared ? shared : newNumbers(dtype, sizeOf(shape)),
  }));
  operator.run(layer, inputs, values);
  return values;
};
