import type { BatchNormLayer } from '../core/layers.js';
import type { Value } from '../core/values.js';
import type { ChannelAffine } from './conv-weight.js';

/**
 * A batch norm at inference as y = x·scale + shift for each channel, in float64.
 * inputs: x (not read), weight [C] or null, bias [C] or null, running_mean [C], running_var [C].
 * Source: torch.nn.BatchNorm2d; Ioffe, Szegedy 2015
 */
export function batchNormAffine({ eps }: BatchNormLayer, inputs: readonly (Value | null)[]): ChannelAffine {
  const [, weight, bias, mean, variance] = inputs;
  const scale = Float64Array.from(variance!.data, (value, c) => (weight?.data[c] ?? 1) / Math.sqrt(value + eps));
  return { scale, shift: scale.map((factor, c) => (bias?.data[c] ?? 0) - mean!.data[c] * factor) };
}
