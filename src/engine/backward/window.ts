import type { ConvNdLayer, PoolNdLayer } from '../../core/graph-layers.js';
import { convNdAxes, windowAxes } from '../../core/shapes/window.js';
import { sizeOf } from '../../core/tensor.js';
import { findTaps, newTaps } from '../operators/window.js';
import type { Backward } from './backward.js';

/** By definition: every product of the sum hands its weight back. */
export const convNdBackward: Backward<ConvNdLayer> = {
  run(layer, { inputs, outputs, x, dy, dx }) {
    const weight = x(1);
    const { shape } = inputs[0]!;
    const axes = convNdAxes(layer, shape, weight.shape);
    const [N, C, ...sides] = shape;
    const [M, perGroup, ...kernel] = weight.shape;
    const [inPlane, outPlane, kernelSize] = [sizeOf(sides), sizeOf(outputs[0].shape.slice(2)), sizeOf(kernel)];
    const taps = newTaps(axes);
    for (let o = 0; o < outPlane; o++) {
      findTaps(axes, o, taps);
      for (let n = 0; n < N; n++) {
        for (let m = 0; m < M; m++) {
          const gradient = dy[0]![(n * M + m) * outPlane + o];
          if (gradient === 0) continue;
          const firstChannel = Math.floor(m / (M / layer.groups)) * perGroup;
          for (let c = 0; c < perGroup; c++) {
            const plane = (n * C + firstChannel + c) * inPlane;
            const numbers = (m * perGroup + c) * kernelSize;
            for (let t = 0; t < taps.count; t++) {
              dx[0]![plane + taps.places[t]] += gradient * weight.data[numbers + taps.kernel[t]];
            }
          }
        }
      }
    }
  },
};

/** A maximum hands all to the first of the largest, a mean its share to every tap. */
export const poolNdBackward: Backward<PoolNdLayer> = {
  needs: ({ kind }) => (kind === 'max_pool_nd' ? 'inputs' : 'none'),
  run(layer, { inputs, outputs, x, dy, dx }) {
    const { shape } = inputs[0]!;
    const sides = shape.slice(2);
    const axes = windowAxes(sides, layer);
    const planes = sizeOf(shape.slice(0, 2));
    const [inPlane, outPlane] = [sizeOf(sides), sizeOf(outputs[0].shape.slice(2))];
    const data = layer.kind === 'max_pool_nd' ? x(0).data : null;
    const taps = newTaps(axes);
    for (let o = 0; o < outPlane; o++) {
      findTaps(axes, o, taps);
      if (taps.count === 0) continue;
      const divisor = layer.countIncludePad ? taps.padded : taps.count;
      for (let plane = 0; plane < planes; plane++) {
        const start = plane * inPlane;
        const gradient = dy[0]![plane * outPlane + o];
        let best = start + taps.places[0];
        for (let t = 0; t < taps.count; t++) {
          const at = start + taps.places[t];
          if (data === null) dx[0]![at] += gradient / divisor;
          else if (data[at] > data[best] || Number.isNaN(data[at])) best = at;
        }
        if (data !== null) dx[0]![best] += gradient;
      }
    }
  },
};
