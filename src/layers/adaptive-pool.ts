import { CnnvizError } from '../core/errors.js';
import { sizeOf } from '../core/tensor.js';
import type { Numbers } from '../core/values.js';
import { sizeWords } from './conv.js';
import { type Backward, type Families, type Forward, type LayerFamily, type ShapeRule, WHOLE_MAP } from './family.js';
import { imageShape, inRankOf, required } from './inputs.js';

/** Pools to a given size, whatever the input's; null keeps the input's side. Fields as in torch.nn.AdaptiveAvgPool2d. */
export interface AdaptivePoolLayer {
  readonly kind: 'adaptive_avg_pool' | 'adaptive_max_pool';
  readonly outputSize: readonly [number | null, number | null];
}

const adaptivePoolShape: ShapeRule<AdaptivePoolLayer> = ({ outputSize }, inputs) => {
  const x = required(inputs, 0, 'x');
  const [N, C, H, W] = imageShape(x.shape);
  if (outputSize.some((side) => side !== null && (!Number.isInteger(side) || side < 1))) {
    throw new CnnvizError('usage', `output_size ${outputSize.join(',')}: expected whole numbers from 1`);
  }
  return [{ dtype: x.dtype, shape: inRankOf(x, [N, C, outputSize[0] ?? H, outputSize[1] ?? W]) }];
};

/**
 * Bin i of `out` over `size` pixels reads floor(i·size/out) … ceil((i+1)·size/out)−1: bins may overlap.
 * x [..., H, W]   y [..., oH, oW]   Source: torch.nn.AdaptiveAvgPool2d
 */
const adaptivePoolForward: Forward<AdaptivePoolLayer> = {
  rowWork({ kind, outputSize }, [x]) {
    const [H, W] = x!.shape.slice(-2);
    const isOne = (outputSize[0] ?? H) === 1 && (outputSize[1] ?? W) === 1;
    // the largest of one bin is the first of equals, that of a reduction 0 and not −0
    if (kind !== 'adaptive_avg_pool' || !isOne) return null;
    return { work: 'reduce', of: 'mean', outer: sizeOf(x!.shape.slice(0, -2)), count: H * W, inner: 1 };
  },
  run({ kind }, [x], [y]) {
    const [H, W] = x!.shape.slice(-2);
    const [oH, oW] = y.shape.slice(-2);
    const planes = sizeOf(y.shape.slice(0, -2));
    const ofBin = kind === 'adaptive_avg_pool' ? meanOfBin : largestOfBin;
    for (let plane = 0, o = 0; plane < planes; plane++) {
      for (let i = 0; i < oH; i++) {
        const [top, bottom] = [Math.floor((i * H) / oH), Math.ceil(((i + 1) * H) / oH)];
        for (let j = 0; j < oW; j++, o++) {
          const [left, right] = [Math.floor((j * W) / oW), Math.ceil(((j + 1) * W) / oW)];
          y.data[o] = ofBin(x!.data, (plane * H + top) * W + left, bottom - top, right - left, W);
        }
      }
    }
  },
};

function meanOfBin(x: Numbers, start: number, rows: number, columns: number, W: number): number {
  let sum = 0;
  for (let u = 0; u < rows; u++) {
    for (let v = start + u * W, end = v + columns; v < end; v++) sum += x[v];
  }
  return sum / (rows * columns);
}

/** A NaN in the bin is the result, as in torch. */
function largestOfBin(x: Numbers, start: number, rows: number, columns: number, W: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let u = 0; u < rows; u++) {
    for (let v = start + u * W, end = v + columns; v < end; v++) {
      if (!(x[v] <= largest)) largest = x[v];
      if (Number.isNaN(largest)) return largest;
    }
  }
  return largest;
}

/** Bins as in the operator: floor(i·size/out) … ceil((i+1)·size/out)−1. */
const adaptivePoolBackward: Backward<AdaptivePoolLayer> = {
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

const BINS: LayerFamily<AdaptivePoolLayer> = {
  shape: adaptivePoolShape,
  forward: adaptivePoolForward,
  backward: adaptivePoolBackward,
  reads(_, { output }) {
    const [oH, oW] = output.slice(-2);
    return oH === 1 && oW === 1 ? WHOLE_MAP : [{ by: 'bins' }, { by: 'bins' }];
  },
  explain: 'bins',
  words: ({ kind, outputSize }) => `${kind} ${sizeWords(outputSize.map((side) => side ?? 0))}`,
  keepsSilence: true,
};

export const ADAPTIVE_POOL: Families<AdaptivePoolLayer> = { adaptive_avg_pool: BINS, adaptive_max_pool: BINS };
