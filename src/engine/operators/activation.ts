import type { ActivationLayer } from '../../core/layers.js';
import { activate } from '../activations.js';
import type { Operator } from './operator.js';

export const activationOperator: Operator<ActivationLayer> = {
  memory: 'in-place',
  run: ({ name, parameters }, [x], [y]) => activate(name, parameters, x!.data, y.data),
};
