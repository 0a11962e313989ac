import type { Axis } from '../../core/geometry.js';
import type { AdaptivePoolLayer, AvgPoolLayer, GaussPoolLayer, MaxPoolLayer } from '../../core/layers.js';
import { imageShape } from '../../core/shapes/spatial.js';
import { sizeOf } from '../../core/tensor.js';
import type { Numbers } from '../../core/values.js';
import { axesOfPool } from '../pooling/index.js';
import { meanWeights } from '../pooling/weighted.js';
import type { Backward } from './backward.js';

/** The whole gradient of an output goes to the first of the largest; a NaN counts as largest, as in torch. */
export const maxPoolBackward: Backward<MaxPoolLayer> = {
  needs: 'inputs',
  run(layer, { inputs, x, dy, dx }) {
    const [N, C, H, W] = imageShape(inputs[0]!.shape);
    const [rows, columns] = axesOfPool(layer, H, W);
    const { data } = x(0);
    for (let plane = 0, o = 0; plane < N * C; plane++) {
      for (let i = 0; i < rows.out; i++) {
        for (let j = 0; j < columns.out; j++, o++) {
          if (dy[0]![o] !== 0) dx[0]![largestIn(data, plane * H * W, W, rows, columns, i, j)] += dy[0]![o];
        }
      }
    }
  },
};

function largestIn(x: Numbers, start: number, W: number, rows: Axis, columns: Axis, i: number, j: number): number {
  let best = -1;
  for (let u = 0; u < rows.kernel; u++) {
    const row = i * rows.stride - rows.padBefore + u * rows.dilation;
    if (row < 0 || row >= rows.size) continue;
    for (let v = 0; v < columns.kernel; v++) {
      const column = j * columns.stride - columns.padBefore + v * columns.dilation;
      if (column < 0 || column >= columns.size) continue;
      const at = start + row * W + column;
      if (best < 0 || x[at] > x[best] || Number.isNaN(x[at])) best = at;
    }
  }
  return best;
}

/** Every pixel of a window gets its weight's share. */
export const meanPoolBackward: Backward<AvgPoolLayer | GaussPoolLayer> = {
  run(layer, { inputs, dy, dx }) {
    const [N, C, H, W] = imageShape(inputs[0]!.shape);
    const [rows, columns] = axesOfPool(layer, H, W);
    const { down, across, divisorOf } = meanWeights(layer, [rows, columns]);
    const plane = rows.out * columns.out;
    for (let i = 0; i < rows.out; i++) {
      for (let j = 0; j < columns.out; j++) {
        const divisor = divisorOf(i, j);
        const [top, left] = [i * rows.stride - rows.padBefore, j * columns.stride - columns.padBefore];
        for (let p = 0; p < N * C; p++) {
          const share = dy[0]![p * plane + i * columns.out + j] / divisor;
          if (share === 0) continue;
          for (let u = Math.max(0, -top); u < rows.kernel && top + u < H; u++) {
            const at = p * H * W + (top + u) * W + left;
            for (let v = Math.max(0, -left); v < columns.kernel && left + v < W; v++) {
              dx[0]![at + v] += share * down[u] * across[v];
            }
          }
        }
      }
    }
  },
};

/** Bins as in the operator: floor(i·size/out) … ceil((i+1)·size/out)−1. */
export const adaptivePoolBackward: Backward<AdaptivePoolLayer> = {
  needs: ({ kind }) => (kind === 'adaptive_max_pool' ? 'inputs' : 'none'),
  run({ kind }, { inputs, outputs, x, dy, dx }) {
    const [H, W] = inputs[0]!.shape.slice(-2);
    const [oH, oW] = outputs[0].shape.slice(-2);
    const planes = sizeOf(outputs[0].shape.slice(0, -2));
    const data = kind === 'adaptive_max_pool' ? x(0).data : null;
    for (let plane = 0, o = 0; plane < planes; plane++) {
      for (let i = 0; i < oH; i++) {
        const [top, bottom] = [Math.floor((i * H) / oH), Math.ceil(((i + 1) * H) / oH)];
        for (let j = 0; j < oW; j++, o++) {
          const [left, right] = [Math.floor((j * W) / oW), Math.ceil(((j + 1) * W) / oW)];
          const gradient = dy[0]![o];
          const share = gradient / ((bottom - top) * (right - left));
          let best = -1;
          for (let row = top; row < bottom; row++) {
            for (let at = (plane * H + row) * W + left, end = at + right - left; at < end; at++) {
              if (data === null) dx[0]![at] += share;
              else if (best < 0 || data[at] > data[best] || Number.isNaN(data[at])) best = at;
            }
          }
          if (data !== null) dx[0]![best] += gradient;
        }
      }
    }
  },
};
