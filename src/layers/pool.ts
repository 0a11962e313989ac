import { type Axis, type Pads, type Pair, poolAxes } from '../core/geometry.js';
import { exp } from '../core/math.js';
import type { Numbers } from '../core/values.js';
import { paddingWords, sizeWords, strideWords } from './conv.js';
import type { Backward, Families, LayerFamily, ShapeRule } from './family.js';
import { imageShape, inRankOf, required } from './inputs.js';

/** What all pools share; fields as in torch.nn.MaxPool2d and AvgPool2d. */
interface PoolFields {
  readonly kernelSize: Pair;
  readonly stride: Pair;
  readonly pads: Pads;
  readonly ceilMode: boolean;
}

/** Padding counts as −∞ and never wins. */
interface MaxPoolLayer extends PoolFields {
  readonly kind: 'max_pool';
  readonly dilation: Pair;
}

export interface AvgPoolLayer extends PoolFields {
  readonly kind: 'avg_pool';
  readonly countIncludePad: boolean;
  /** The number to divide by instead of the window's size, or null. */
  readonly divisorOverride: number | null;
}

/** Mean weighted by exp(−d²/2σ²) at distance d from the window's centre; weights sum to 1. */
export interface GaussPoolLayer extends PoolFields {
  readonly kind: 'gauss_pool';
  /** [vertical, horizontal], in pixels */
  readonly sigma: Pair;
  readonly countIncludePad: boolean;
}

export type PoolLayer = MaxPoolLayer | AvgPoolLayer | GaussPoolLayer;

/** The vertical and horizontal axis of a pool over maps of H×W. Average pools are never dilated. */
export function axesOfPool(layer: PoolLayer, H: number, W: number): [Axis, Axis] {
  return poolAxes(H, W, { ...layer, dilation: layer.kind === 'max_pool' ? layer.dilation : [1, 1] });
}

const poolShape: ShapeRule<PoolLayer> = (layer, inputs) => {
  const x = required(inputs, 0, 'x');
  const [N, C, H, W] = imageShape(x.shape);
  const [rows, columns] = axesOfPool(layer, H, W);
  return [
    {
      dtype: layer.kind === 'max_pool' ? x.dtype : 'float32',
      shape: inRankOf(x, [N, C, rows.out, columns.out]),
    },
  ];
};

/** All weights 1: the plain mean. */
function flatWeights(kernel: number): Float64Array {
  return new Float64Array(kernel).fill(1);
}

/** exp(−d²/2σ²) at distance d from the window's centre, along one axis; the 2-D weight is the product of two. */
function gaussWeights(kernel: number, sigma: number): Float64Array {
  const centre = (kernel - 1) / 2;
  return Float64Array.from({ length: kernel }, (_, k) => exp(-((k - centre) * (k - centre)) / (2 * sigma * sigma)));
}

/** σ unless given: a quarter of the window's side. */
export function defaultSigma([kH, kW]: Pair): Pair {
  return [kH / 4, kW / 4];
}

/** The weights of a window of a mean pool, along each axis, and what each output divides its sum by. */
export function meanWeights(layer: AvgPoolLayer | GaussPoolLayer, [rows, columns]: readonly [Axis, Axis]) {
  const along = (axis: Axis, a: 0 | 1) =>
    layer.kind === 'gauss_pool' ? gaussWeights(axis.kernel, layer.sigma[a]) : flatWeights(axis.kernel);
  const [down, across] = [along(rows, 0), along(columns, 1)];
  const fixed = layer.kind === 'avg_pool' ? layer.divisorOverride : null;
  const divisorOf = (i: number, j: number): number =>
    fixed ?? weightWithin(rows, columns, down, across, i, j, layer.countIncludePad);
  return { down, across, divisorOf };
}

/** What output (i, j) is made with: the weight of each cell of its window [kH, kW], and what their sum is divided by. */
export function meanWindow(
  layer: AvgPoolLayer | GaussPoolLayer,
  [rows, columns]: readonly [Axis, Axis],
  i: number,
  j: number,
): { readonly weights: Float64Array; readonly divisor: number } {
  const { down, across, divisorOf } = meanWeights(layer, [rows, columns]);
  const weights = new Float64Array(down.length * across.length);
  for (let u = 0, at = 0; u < down.length; u++) for (const v of across) weights[at++] = down[u] * v;
  return { weights, divisor: divisorOf(i, j) };
}

/** The weights of the cells that count for output (i, j): those of the input, or of input and padding. */
function weightWithin(
  rows: Axis,
  columns: Axis,
  down: Float64Array,
  across: Float64Array,
  i: number,
  j: number,
  withPadding: boolean,
): number {
  let sum = 0;
  for (let u = 0; u < rows.kernel; u++) {
    if (!counts(rows, i * rows.stride - rows.padBefore + u, withPadding)) continue;
    for (let v = 0; v < columns.kernel; v++) {
      if (counts(columns, j * columns.stride - columns.padBefore + v, withPadding)) sum += down[u] * across[v];
    }
  }
  return sum;
}

function counts({ size, padAfter }: Axis, at: number, withPadding: boolean): boolean {
  return withPadding ? at < size + padAfter : at >= 0 && at < size;
}

/** The whole gradient of an output goes to the first of the largest; a NaN counts as largest, as in torch. */
const maxPoolBackward: Backward<MaxPoolLayer> = {
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
const meanPoolBackward: Backward<AvgPoolLayer | GaussPoolLayer> = {
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

/** What all have; computed by the engine's pools (engine/pooling), in bands. */
const WINDOWS = {
  shape: poolShape,
  forward: 'pool',
  reads(layer, { inputs: [x] }) {
    const [, , H, W] = imageShape(x!);
    const [rows, columns] = axesOfPool(layer, H, W);
    return [
      { by: 'window', axis: rows, mode: 'zeros' },
      { by: 'window', axis: columns, mode: 'zeros' },
    ];
  },
  explain: 'planned',
  words: ({ kind, kernelSize, stride, pads, ceilMode }) =>
    `${kind} ${sizeWords(kernelSize)}${strideWords(stride)}${paddingWords(pads)}${ceilMode ? ' ceil' : ''}`,
  keepsSilence: true,
} satisfies Omit<LayerFamily<PoolLayer>, 'backward'>;

export const POOL: Families<PoolLayer> = {
  max_pool: { ...WINDOWS, backward: maxPoolBackward },
  avg_pool: { ...WINDOWS, backward: meanPoolBackward },
  gauss_pool: { ...WINDOWS, backward: meanPoolBackward },
};
