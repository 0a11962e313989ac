import type { BatchNormLayer } from '../../core/layers.js';
import { channelAxis } from '../../core/shapes/general.js';
import { sizeOf } from '../../core/tensor.js';
import { batchNormAffine } from '../steps.js';
import type { Operator } from './operator.js';

/** Each channel scaled and shifted. x, y [N, C, ...] or [C, H, W] */
export const batchNormOperator: Operator<BatchNormLayer> = {
  memory: 'in-place',
  run(layer, inputs, [y]) {
    const [x] = inputs;
    const { scale, shift } = batchNormAffine(layer, inputs);
    const axis = channelAxis(x!.shape);
    const C = x!.shape[axis];
    const images = sizeOf(x!.shape.slice(0, axis));
    const plane = sizeOf(x!.shape.slice(axis + 1));
    for (let n = 0, i = 0; n < images; n++) {
      for (let c = 0; c < C; c++) {
        const [factor, term] = [scale[c], shift[c]];
        for (const end = i + plane; i < end; i++) y.data[i] = x!.data[i] * factor + term;
      }
    }
  },
};
