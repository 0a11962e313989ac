import type { Axis } from '../../core/geometry.js';
import type { ConvNdLayer, PoolNdLayer } from '../../core/graph-layers.js';
import { convNdAxes, windowAxes } from '../../core/shapes/window.js';
import { rowMajor, sizeOf } from '../../core/tensor.js';
import type { Operator } from './operator.js';

/** The taps of one window that lie inside the input: where in a plane of x, and which of the kernel. */
interface Taps {
  readonly places: Int32Array;
  readonly kernel: Int32Array;
  count: number;
  /** Taps inside the input or its padding: a window may also reach beyond both. */
  padded: number;
}

export function newTaps(axes: readonly Axis[]): Taps {
  const size = sizeOf(axes.map(({ kernel }) => kernel));
  return { places: new Int32Array(size), kernel: new Int32Array(size), count: 0, padded: 0 };
}

/** Fills `taps` for the window of output element `o`. */
export function findTaps(axes: readonly Axis[], o: number, taps: Taps): void {
  taps.count = 0;
  taps.padded = 0;
  const first = new Array<number>(axes.length);
  let rest = o;
  for (let axis = axes.length - 1; axis >= 0; axis--) {
    const { out, stride, padBefore } = axes[axis];
    first[axis] = (rest % out) * stride - padBefore;
    rest = Math.floor(rest / out);
  }
  for (let tap = 0; tap < taps.places.length; tap++) {
    let [left, place, step, inside, padded] = [tap, 0, 1, true, true];
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      const { kernel, dilation, size, padAfter } = axes[axis];
      const at = first[axis] + (left % kernel) * dilation;
      left = Math.floor(left / kernel);
      inside &&= at >= 0 && at < size;
      padded &&= at < size + padAfter;
      place += at * step;
      step *= size;
    }
    if (padded) taps.padded++;
    if (!inside) continue;
    taps.places[taps.count] = place;
    taps.kernel[taps.count++] = tap;
  }
}

/** By definition, in float64, rounded once. x [N, C, ...]  weight [M, C/groups, ...]  bias [M]  y [N, M, ...] */
export const convNdOperator: Operator<ConvNdLayer> = {
  run(layer, [x, weight, bias], [y]) {
    const axes = convNdAxes(layer, x!.shape, weight!.shape);
    const [N, C, ...sides] = x!.shape;
    const [M, perGroup, ...kernel] = weight!.shape;
    const [inPlane, outPlane, kernelSize] = [sizeOf(sides), sizeOf(y.shape.slice(2)), sizeOf(kernel)];
    const taps = newTaps(axes);
    for (let o = 0; o < outPlane; o++) {
      findTaps(axes, o, taps);
      for (let n = 0; n < N; n++) {
        for (let m = 0; m < M; m++) {
          const firstChannel = Math.floor(m / (M / layer.groups)) * perGroup;
          let sum = bias?.data[m] ?? 0;
          for (let c = 0; c < perGroup; c++) {
            const plane = (n * C + firstChannel + c) * inPlane;
            const numbers = (m * perGroup + c) * kernelSize;
            for (let t = 0; t < taps.count; t++) {
              sum += x!.data[plane + taps.places[t]] * weight!.data[numbers + taps.kernel[t]];
            }
          }
          y.data[(n * M + m) * outPlane + o] = sum;
        }
      }
    }
  },
};

/** x [N, C, ...]  y and the places of maxima [N, C, ...]; a NaN in the window is the result, as in torch. */
export const poolNdOperator: Operator<PoolNdLayer> = {
  run(layer, [x], [y, places]) {
    const sides = x!.shape.slice(2);
    const axes = windowAxes(sides, layer);
    const planes = sizeOf(x!.shape.slice(0, 2));
    const [inPlane, outPlane] = [sizeOf(sides), sizeOf(y.shape.slice(2))];
    const taps = newTaps(axes);
    for (let o = 0; o < outPlane; o++) {
      findTaps(axes, o, taps);
      for (let plane = 0; plane < planes; plane++) {
        const start = plane * inPlane;
        const to = plane * outPlane + o;
        if (layer.kind === 'avg_pool_nd') {
          let sum = 0;
          for (let t = 0; t < taps.count; t++) sum += x!.data[start + taps.places[t]];
          y.data[to] = sum / (layer.countIncludePad ? taps.padded : taps.count);
          continue;
        }
        let best = taps.places[0];
        for (let t = 1; t < taps.count; t++) {
          const value = x!.data[start + taps.places[t]];
          if (value > x!.data[start + best] || Number.isNaN(value)) best = taps.places[t];
        }
        y.data[to] = taps.count === 0 ? Number.NEGATIVE_INFINITY : x!.data[start + best];
        if (places) places.data[to] = start + (layer.columnMajor ? columnMajor(best, sides) : best);
      }
    }
  },
};

/** The place of an element when the first axis moves fastest. */
function columnMajor(place: number, sides: readonly number[]): number {
  const steps = rowMajor(sides);
  let [result, step] = [0, 1];
  for (let axis = 0; axis < sides.length; axis++) {
    result += (Math.floor(place / steps[axis]) % sides[axis]) * step;
    step *= sides[axis];
  }
  return result;
}
