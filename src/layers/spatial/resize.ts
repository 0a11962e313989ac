import { sizeOf } from '../../core/tensor.js';
import type { Value } from '../../core/values.js';
import type { AxisReads, Backward, Families, Forward, ReadsCall } from '../family.js';
import { copyMapped, firstInput, movedBackward } from '../moving.js';
import { type AxisTaps, isUnchanged, tapsAlong } from './resize-taps.js';
import {
  COORDINATES,
  type ResizedAxis,
  type ResizeLayer,
  ROUNDINGS,
  resizedAxes,
  resizeShape,
} from './resized-axes.js';

/** The axes of a resize whose numbers are known. */
function axesOf(
  layer: ResizeLayer,
  shape: readonly number[],
  [roi, scales, sizes]: readonly (ArrayLike<number> | null | undefined)[],
): ResizedAxis[] {
  const list = (numbers: ArrayLike<number> | null | undefined) => (numbers ? Array.from(numbers) : null);
  const crops = layer.coordinateMode === 'tf_crop_and_resize';
  return resizedAxes(layer, shape, { roi: crops ? list(roi) : null, scales: list(scales), sizes: list(sizes) });
}

function axesOfValues(layer: ResizeLayer, [x, ...numbers]: readonly (Value | null)[]): ResizedAxis[] {
  return axesOf(
    layer,
    x!.shape,
    numbers.map((one) => one?.data),
  );
}

/** Where each place of an axis of the output comes from, by the nearest pixel; −1: from outside. */
function nearestAlong(layer: ResizeLayer, axis: ResizedAxis): Int32Array {
  const crops = layer.coordinateMode === 'tf_crop_and_resize';
  return Int32Array.from({ length: axis.out }, (_, i) => {
    const at = isUnchanged(layer, axis) ? i : COORDINATES[layer.coordinateMode](i, axis);
    if (crops && (at < 0 || at > axis.size - 1)) return -1;
    return Math.min(Math.max(ROUNDINGS[layer.nearestMode](at), 0), axis.size - 1);
  });
}

const nearestForward: Forward<ResizeLayer> = {
  run(layer, inputs, [y]) {
    const [x] = inputs;
    const maps = axesOfValues(layer, inputs).map((axis) => nearestAlong(layer, axis));
    copyMapped(x!.data, x!.shape, maps, layer.extrapolationValue, y.data);
  },
};

/** Linear and cubic: the taps of the axes that change, the first axis first. */
function changedTaps(layer: ResizeLayer, axes: readonly ResizedAxis[]): AxisTaps[] {
  return axes.flatMap((own, axis) => (isUnchanged(layer, own) ? [] : [tapsAlong(layer, own, axis)]));
}

/** Axis by axis from the last to the first, in float64 and rounded once: block by block of what lies before them. */
function interpolate(layer: ResizeLayer, inputs: readonly (Value | null)[], y: Value): void {
  const [x] = inputs;
  const taps = changedTaps(layer, axesOfValues(layer, inputs));
  if (taps.length === 0) {
    y.data.set(x!.data);
    return;
  }
  const first = taps[0].axis;
  const blocks = sizeOf(x!.shape.slice(0, first));
  const [from, to] = [sizeOf(x!.shape.slice(first)), sizeOf(y.shape.slice(first))];
  for (let block = 0; block < blocks; block++) {
    const shape = x!.shape.slice(first);
    let values: ArrayLike<number> = x!.data.subarray(block * from, (block + 1) * from);
    for (const one of [...taps].reverse()) {
      values = resizedAlong(one, values, shape, one.axis - first, layer.extrapolationValue);
      shape[one.axis - first] = one.out;
    }
    y.data.set(values, block * to);
  }
}

/** x [outer, size, inner] → [outer, out, inner] */
function resizedAlong(
  { size, out, count, places, weights, outside }: AxisTaps,
  x: ArrayLike<number>,
  shape: readonly number[],
  axis: number,
  extrapolated: number,
): Float64Array {
  const [outer, inner] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))];
  const y = new Float64Array(outer * out * inner);
  for (let o = 0, to = 0; o < outer; o++) {
    for (let i = 0; i < out; i++, to += inner) {
      if (outside[i]) {
        y.fill(extrapolated, to, to + inner);
        continue;
      }
      for (let k = i * count; k < (i + 1) * count; k++) {
        const [weight, from] = [weights[k], (o * size + places[k]) * inner];
        if (weight !== 0) for (let j = 0; j < inner; j++) y[to + j] += weight * x[from + j];
      }
    }
  }
  return y;
}

/** The gradient goes back by the same weights, the first axis first. */
function uninterpolate(layer: ResizeLayer, inputs: readonly (Value | null)[], dy: Float64Array, dx: Float64Array) {
  const taps = changedTaps(layer, axesOfValues(layer, inputs));
  const shape = [...inputs[0]!.shape];
  for (const { axis, out } of taps) shape[axis] = out;
  let gradient = dy;
  for (const { axis, size, out, count, places, weights, outside } of taps) {
    const [outer, inner] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))];
    const before = new Float64Array(outer * size * inner);
    for (let o = 0, from = 0; o < outer; o++) {
      for (let i = 0; i < out; i++, from += inner) {
        if (outside[i]) continue;
        for (let k = i * count; k < (i + 1) * count; k++) {
          const [weight, to] = [weights[k], (o * size + places[k]) * inner];
          for (let j = 0; j < inner; j++) before[to + j] += weight * gradient[from + j];
        }
      }
    }
    shape[axis] = size;
    gradient = before;
  }
  for (let i = 0; i < dx.length; i++) dx[i] += gradient[i];
}

const resizeForward: Forward<ResizeLayer> = {
  rowWork(layer, inputs) {
    if (layer.mode !== 'nearest') return null;
    const maps = axesOfValues(layer, inputs).map((axis) => nearestAlong(layer, axis));
    return { work: 'mapped', maps, fill: layer.extrapolationValue };
  },
  run(layer, inputs, outputs) {
    if (layer.mode === 'nearest') nearestForward.run(layer, inputs, outputs);
    else interpolate(layer, inputs, outputs[0]);
  },
};

const nearestBackward = movedBackward<ResizeLayer>(nearestForward, firstInput, [0], {
  layer: (layer) => ({ ...layer, extrapolationValue: 0 }),
});

const resizeBackward: Backward<ResizeLayer> = {
  run(layer, call) {
    if (layer.mode === 'nearest') {
      nearestBackward.run(layer, call);
      return;
    }
    const { inputs, x, dy, dx } = call;
    const values = inputs.map((one, i): Value | null => {
      if (one === null) return null;
      return i === 0 ? { ...one, data: new Float64Array(0) } : x(i);
    });
    uninterpolate(layer, values, dy[0]!, dx[0]!);
  },
};

/** What an axis reads, where all others but rows and columns stay. */
function readsAlong(layer: ResizeLayer, own: ResizedAxis): AxisReads {
  if (isUnchanged(layer, own)) return { by: 'place' };
  const at = (i: number) => COORDINATES[layer.coordinateMode](i, own);
  const step = own.out > 1 ? at(1) - at(0) : 1;
  const isNearest = layer.mode === 'nearest';
  // a nearest pixel lies beside where it is asked for: on the average so far
  const shift = isNearest ? ROUNDINGS[layer.nearestMode] : (place: number) => place;
  const all = Array.from({ length: own.out }, (_, i) => shift(at(i)) - at(i));
  const first = at(0) + all.reduce((sum, one) => sum + one, 0) / Math.max(own.out, 1);
  if (isNearest) {
    const places = [...nearestAlong(layer, own)].map((place) => (place < 0 ? [] : [place]));
    return { by: 'list', places, grid: { first, step } };
  }
  const { count, places, weights, outside } = tapsAlong(layer, own, 0);
  const lists = Array.from({ length: own.out }, (_, i) => {
    const taps = outside[i] ? [] : Array.from({ length: count }, (__, k) => i * count + k);
    return [...new Set(taps.filter((k) => weights[k] !== 0).map((k) => places[k]))];
  });
  return { by: 'list', places: lists, grid: { first, step } };
}

function resizeReads(layer: ResizeLayer, { inputs: [x, ...others], known }: ReadsCall) {
  const numbers = others.map((one, i) => (one === null ? null : known(i + 1)));
  if (x!.length < 3 || numbers.some((one, i) => one === null && others[i] !== null)) return null;
  const axes = axesOf(layer, x!, numbers);
  if (!axes.slice(0, -2).every((axis) => isUnchanged(layer, axis) || isWhole(axis))) return null;
  const [rows, columns] = axes.slice(-2).map((axis) => readsAlong(layer, axis));
  return [rows, columns] as const;
}

/** An axis that a crop takes as it is. */
function isWhole({ size, out, roi: [start, end] }: ResizedAxis): boolean {
  return size === out && start === 0 && end === 1;
}

export const RESIZE: Families<ResizeLayer> = {
  resize: {
    shape: resizeShape,
    forward: resizeForward,
    backward: resizeBackward,
    reads: resizeReads,
    explain: null,
    words: ({ mode }) => (mode === 'nearest' ? 'resize' : `resize ${mode}`),
    learnt: [],
  },
};
