import type { Layer } from '../core/layers.js';
import type { Model } from '../core/model.js';

/** Activations that let nothing through at or below zero; of others (tanh, leaky_relu, silu …) zero is a value like any. */
const SILENCING: readonly string[] = ['relu', 'relu6'];
/** Layers whose values are zero where all that they read is zero, and above it where some is. */
const PASSING: readonly string[] = [
  'max_pool',
  'avg_pool',
  'gauss_pool',
  'adaptive_max_pool',
  'adaptive_avg_pool',
  'global_max_pool',
  'global_avg_pool',
  'dropout',
  'identity',
  'concat',
];

export function silences(layer: Layer): boolean {
  return layer.kind === 'activation' && SILENCING.includes(layer.name);
}

/** The values of a network whose zeros mean that nothing fires: those of a ReLU, as they are or pooled. */
export function firingValues({ nodes }: Model): ReadonlySet<string> {
  const firing = new Set<string>();
  for (const { layer, inputs, outputs } of nodes) {
    const passes = PASSING.includes(layer.kind) && inputs.every((name) => name === null || firing.has(name));
    if (silences(layer) || passes) firing.add(outputs[0]);
  }
  return firing;
}
