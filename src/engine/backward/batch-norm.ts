import type { BatchNormLayer } from '../../core/layers.js';
import { channelAxis } from '../../core/shapes/general.js';
import { sizeOf } from '../../core/tensor.js';
import { batchNormAffine } from '../steps.js';
import type { Backward } from './backward.js';

/** A network that computes does not learn: each channel was scaled, so its gradients are. */
export const batchNormBackward: Backward<BatchNormLayer> = {
  run(layer, { inputs, x, dy, dx }) {
    const numbers = inputs.map((input, i) => (input === null || i === 0 ? null : x(i)));
    const { scale } = batchNormAffine(layer, numbers);
    const { shape } = inputs[0]!;
    const plane = sizeOf(shape.slice(channelAxis(shape) + 1));
    const [gradient, own] = [dy[0]!, dx[0]!];
    for (let i = 0; i < own.length; i++) own[i] += gradient[i] * scale[Math.floor(i / plane) % scale.length];
  },
};
