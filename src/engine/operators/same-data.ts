import type { DropoutLayer, Layer } from '../../core/layers.js';
import type { Value } from '../../core/values.js';
import type { Operator } from './operator.js';

/** Output 0 holds the numbers of input 0 under its own shape. */
export const sameDataOperator: Operator<Layer> = {
  memory: 'alias',
  run: (_, [x], [y]) => copyNumbers(x!, y),
};

/** Nothing is dropped; the mask, when there is one, is all true. */
export const dropoutOperator: Operator<DropoutLayer> = {
  memory: 'alias',
  run(_, [x], [y, mask]) {
    copyNumbers(x!, y);
    mask?.data.fill(1);
  },
};

function copyNumbers(x: Value, y: Value): void {
  if (x.data !== y.data) y.data.set(x.data);
}
