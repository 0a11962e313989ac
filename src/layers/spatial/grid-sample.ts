import { CnnvizError } from '../../core/errors.js';
import { roundHalfToEven } from '../../core/math.js';
import { rowMajor, sizeOf } from '../../core/tensor.js';
import type { Value } from '../../core/values.js';
import { type Backward, type Families, type Forward, kindWords, type ShapeRule } from '../family.js';
import { checkedShape, required } from '../inputs.js';

/**
 * x read at the places a grid gives, as torch.nn.functional.grid_sample. Inputs: x [N, C, ...], grid [N, ..., r] with
 * coordinates from −1 to 1, the last axis of x first; output [N, C, ...] as the grid.
 * Source: onnx.ai, operator GridSample, and its reference implementation
 */
export interface GridSampleLayer {
  readonly kind: 'grid_sample';
  readonly mode: 'nearest' | 'linear' | 'cubic';
  readonly paddingMode: 'zeros' | 'border' | 'reflection';
  /** −1 and 1 are the middles of the first and last pixel, instead of their outer borders. */
  readonly alignCorners: boolean;
}

const gridSampleShape: ShapeRule<GridSampleLayer> = ({ mode }, inputs) => {
  const [x, grid] = [required(inputs, 0, 'x'), required(inputs, 1, 'grid')];
  const rank = x.shape.length - 2;
  const fits = grid.shape.length === rank + 2 && grid.shape[0] === x.shape[0] && grid.shape[rank + 1] === rank;
  if (rank < 1 || !fits) {
    throw new CnnvizError(
      'shape',
      `grid_sample: expected x [N, C, ...] and grid [N, ..., ${Math.max(rank, 1)}], got [${x.shape.join(', ')}] and [${grid.shape.join(', ')}]`,
    );
  }
  if (x.dtype !== 'float32' && !(x.dtype === 'float64' && grid.dtype === 'float64')) {
    throw new CnnvizError('unsupported', `grid_sample of ${x.dtype} at places of ${grid.dtype}`, {
      fix: 'cast both to float32 before',
    });
  }
  if (mode === 'cubic' && rank !== 2)
    throw new CnnvizError('unsupported', `grid_sample mode "cubic" over ${rank} axes`);
  if (x.shape.slice(2).includes(0)) throw new CnnvizError('shape', `grid_sample of an empty map`);
  return [{ dtype: x.dtype, shape: checkedShape([...x.shape.slice(0, 2), ...grid.shape.slice(1, -1)]) }];
};

/** The pixels that one output reads along an axis and their weights; place −1: a zero. */
interface Taps {
  readonly places: number[];
  readonly weights: number[];
}

/** Where a coordinate lies along an axis: in float32 where the grid is, as runtimes compute it. */
function placeOf(coordinate: number, size: number, alignCorners: boolean, round: (value: number) => number): number {
  const from0 = round(coordinate + 1);
  return alignCorners ? round(round(from0 / 2) * (size - 1)) : round(round(round(from0 * size) - 1) / 2);
}

/** Reflected until it lies within the borders. */
function reflected(at: number, [least, most]: readonly [number, number]): number {
  const range = most - least;
  if (range === 0) return least;
  if (at >= least && at <= most) return at;
  const beyond = at < least ? least - at : at - most;
  const turns = Math.floor(beyond / range);
  const rest = beyond - turns * range;
  return at < least === (turns % 2 === 0) ? least + rest : most - rest;
}

function tapsAlong(
  { mode, paddingMode, alignCorners }: GridSampleLayer,
  coordinate: number,
  size: number,
  round: (value: number) => number,
): Taps {
  const borders = alignCorners ? ([0, size - 1] as const) : ([-0.5, size - 0.5] as const);
  let at = placeOf(coordinate, size, alignCorners, round);
  if (mode === 'nearest') at = roundHalfToEven(at);
  if (at < borders[0] || at > borders[1]) {
    // cubic reads the border pixel by pixel, as torch and onnxruntime do
    if (paddingMode === 'border' && mode !== 'cubic') at = Math.min(Math.max(at, 0), size - 1);
    else if (paddingMode === 'reflection') at = round(reflected(at, borders));
  }
  const pixel = (place: number): number => {
    if (paddingMode === 'zeros') return place >= 0 && place < size ? place : -1;
    if (paddingMode === 'border') return Math.min(Math.max(place, 0), size - 1);
    return Math.min(Math.max(Math.trunc(reflected(place, borders)), 0), size - 1);
  };
  if (mode === 'nearest') return { places: [pixel(Math.trunc(at))], weights: [1] };
  const base = Math.floor(at);
  const t = at - base;
  if (mode === 'linear') return { places: [pixel(base), pixel(base + 1)], weights: [1 - t, t] };
  return { places: [-1, 0, 1, 2].map((k) => pixel(base + k)), weights: [t + 1, t, 1 - t, 2 - t].map(keys) };
}

/** Keys' cubic kernel with a = −0.75. */
function keys(distance: number): number {
  const a = -0.75;
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  return ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a;
}

/** Calls `visit` for each output of one channel with the pixels of a plane that it reads, and their weights. */
function eachPlace(
  layer: GridSampleLayer,
  x: readonly number[],
  grid: Value,
  visit: (n: number, o: number, places: readonly number[], weights: readonly number[]) => void,
): void {
  const sides = x.slice(2);
  const steps = rowMajor(sides);
  const rank = sides.length;
  const outputs = sizeOf(grid.shape.slice(1, -1));
  const round = grid.dtype === 'float64' ? (value: number) => value : Math.fround;
  for (let n = 0; n < x[0]; n++) {
    for (let o = 0; o < outputs; o++) {
      let [places, weights] = [[0], [1]];
      for (let axis = 0; axis < rank; axis++) {
        const coordinate = grid.data[(n * outputs + o) * rank + rank - 1 - axis];
        const taps = tapsAlong(layer, coordinate, sides[axis], round);
        const [before, factors] = [places, weights];
        [places, weights] = [[], []];
        for (const [i, start] of before.entries()) {
          for (const [k, place] of taps.places.entries()) {
            if (place < 0) continue;
            places.push(start + place * steps[axis]);
            weights.push(factors[i] * taps.weights[k]);
          }
        }
      }
      visit(n, o, places, weights);
    }
  }
}

/** In float64, rounded once. */
const gridSampleForward: Forward<GridSampleLayer> = {
  run(layer, [x, grid], [y]) {
    const [, C, ...sides] = x!.shape;
    const [inPlane, outPlane] = [sizeOf(sides), sizeOf(y.shape.slice(2))];
    eachPlace(layer, x!.shape, grid!, (n, o, places, weights) => {
      for (let plane = n * C; plane < (n + 1) * C; plane++) {
        let sum = 0;
        for (let k = 0; k < places.length; k++) sum += weights[k] * x!.data[plane * inPlane + places[k]];
        y.data[plane * outPlane + o] = sum;
      }
    });
  },
};

const gridSampleBackward: Backward<GridSampleLayer> = {
  run(layer, { inputs, outputs, x, dy, dx }) {
    const { shape } = inputs[0]!;
    const [inPlane, outPlane] = [sizeOf(shape.slice(2)), sizeOf(outputs[0].shape.slice(2))];
    const C = shape[1];
    eachPlace(layer, shape, x(1), (n, o, places, weights) => {
      for (let plane = n * C; plane < (n + 1) * C; plane++) {
        const gradient = dy[0]![plane * outPlane + o];
        for (let k = 0; k < places.length; k++) dx[0]![plane * inPlane + places[k]] += weights[k] * gradient;
      }
    });
  },
};

export const GRID_SAMPLE: Families<GridSampleLayer> = {
  grid_sample: {
    shape: gridSampleShape,
    forward: gridSampleForward,
    backward: gridSampleBackward,
    reads: () => null,
    explain: null,
    words: kindWords,
    learnt: [],
  },
};
