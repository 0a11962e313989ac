import { CnnvizError } from '../../core/errors.js';
import { sizeOf } from '../../core/tensor.js';
import type { Value } from '../../core/values.js';
import { type Backward, type Families, type Forward, kindWords, type ShapeRule } from '../family.js';
import { checkedShape, required } from '../inputs.js';

/**
 * Regions of maps brought to one size. Inputs: x [N, C, H, W], rois [R, 4] (x1, y1, x2, y2), the image of each [R]; output
 * [R, C, height, width]. Source: onnx.ai, operator RoiAlign, and its reference implementation
 */
export interface RoiAlignLayer {
  readonly kind: 'roi_align';
  /** 'max': the largest of all pixels of a bin's samples, each times its weight. */
  readonly mode: 'avg' | 'max';
  readonly outputSize: readonly [height: number, width: number];
  /** Samples along a side of a bin; 0: as many as it has pixels. */
  readonly samplingRatio: number;
  readonly spatialScale: number;
  /** Pixel 0 lies at 0.5: torchvision's aligned=True. */
  readonly halfPixel: boolean;
}

const roiAlignShape: ShapeRule<RoiAlignLayer> = ({ outputSize }, inputs) => {
  const [x, rois, batch] = ['x', 'rois', 'batch_indices'].map((what, i) => required(inputs, i, what));
  if (
    x.shape.length !== 4 ||
    rois.shape.length !== 2 ||
    rois.shape[1] !== 4 ||
    batch.shape.join() !== `${rois.shape[0]}`
  ) {
    throw new CnnvizError(
      'shape',
      `roi_align: expected x [N, C, H, W], rois [R, 4] and batch_indices [R], got ${[x, rois, batch].map(({ shape }) => `[${shape.join(', ')}]`).join(', ')}`,
    );
  }
  for (const index of batch.known()?.data ?? []) imageOf(index, x.shape[0]);
  return [{ dtype: x.dtype, shape: checkedShape([rois.shape[0], x.shape[1], ...outputSize]) }];
};

/** @throws CnnvizError 'shape' for an image that is none; one that the model computes is only known in a run */
function imageOf(index: number, N: number): number {
  if (index >= 0 && index < N) return index;
  throw new CnnvizError('shape', `batch_indices: image ${index} of ${N}`);
}

/** The bins of a region along one axis: for each the samples, in float32 as runtimes compute them. */
function binsAlong(start: number, end: number, size: number, out: number, layer: RoiAlignLayer): Sample[][] {
  const { samplingRatio, halfPixel, spatialScale } = layer;
  const f = Math.fround;
  const offset = halfPixel ? 0.5 : 0;
  const [from, to] = [start, end].map((at) => f(f(at * f(spatialScale)) - offset));
  const length = halfPixel ? f(to - from) : Math.max(f(to - from), 1);
  const bin = f(length / out);
  const count = samplingRatio > 0 ? samplingRatio : Math.ceil(f(length / out));
  return Array.from({ length: out }, (_, b) =>
    Array.from({ length: Math.max(count, 0) }, (__, i) => {
      const at = f(f(from + f(b * bin)) + f(f(f(i + 0.5) * bin) / count));
      return sampleAt(at, size);
    }),
  );
}

/** Two neighbouring pixels and the weight of the second; null: outside, which is 0. */
type Sample = readonly [low: number, high: number, share: number] | null;

function sampleAt(at: number, size: number): Sample {
  if (!(at >= -1 && at <= size)) return null;
  const inside = Math.max(at, 0);
  const low = Math.trunc(inside);
  return low >= size - 1 ? [size - 1, size - 1, 0] : [low, low + 1, inside - low];
}

/**
 * Calls `visit` with what each number of the output is made of: pixels of x and their weights, one sample after another; the
 * weights of a mean hold its share. A sample outside is a 0.
 */
function eachNumber(
  layer: RoiAlignLayer,
  shape: readonly number[],
  [rois, batch]: readonly Value[],
  visit: (to: number, from: number, weight: number) => void,
): void {
  const [N, C, H, W] = shape;
  const [height, width] = layer.outputSize;
  for (let r = 0; r < rois.shape[0]; r++) {
    const [x1, y1, x2, y2] = rois.data.subarray(r * 4, r * 4 + 4);
    const [down, across] = [binsAlong(y1, y2, H, height, layer), binsAlong(x1, x2, W, width, layer)];
    const image = imageOf(batch.data[r], N);
    for (let c = 0; c < C; c++) {
      const plane = (image * C + c) * H * W;
      for (let i = 0; i < height; i++) {
        for (let j = 0; j < width; j++) {
          const to = ((r * C + c) * height + i) * width + j;
          const share = layer.mode === 'max' ? 1 : 1 / Math.max(down[i].length * across[j].length, 1);
          for (const row of down[i]) {
            for (const column of across[j]) {
              if (row === null || column === null) {
                visit(to, plane, 0);
                continue;
              }
              const [top, bottom, v] = row;
              const [left, right, h] = column;
              visit(to, plane + top * W + left, (1 - v) * (1 - h) * share);
              visit(to, plane + top * W + right, (1 - v) * h * share);
              visit(to, plane + bottom * W + left, v * (1 - h) * share);
              visit(to, plane + bottom * W + right, v * h * share);
            }
          }
        }
      }
    }
  }
}

/** In float64, rounded once. */
const roiAlignForward: Forward<RoiAlignLayer> = {
  run(layer, [x, rois, batch], [y]) {
    const values = new Float64Array(y.data.length);
    if (layer.mode === 'avg') {
      eachNumber(layer, x!.shape, [rois!, batch!], (to, from, weight) => {
        values[to] += weight * x!.data[from];
      });
    } else {
      const { from, weight } = largestTerms(layer, x!, [rois!, batch!], y.data.length);
      for (let i = 0; i < values.length; i++) values[i] = from[i] < 0 ? 0 : weight[i] * x!.data[from[i]];
    }
    y.data.set(values);
  },
};

/** Which pixel each number of a maximum is, and its weight; −1: none. */
function largestTerms(layer: RoiAlignLayer, x: Value, regions: readonly Value[], count: number) {
  const [from, weight] = [new Int32Array(count).fill(-1), new Float64Array(count)];
  eachNumber(layer, x.shape, regions, (to, pixel, share) => {
    const isLarger = from[to] < 0 || share * x.data[pixel] > weight[to] * x.data[from[to]];
    if (isLarger) [from[to], weight[to]] = [pixel, share];
  });
  return { from, weight };
}

const roiAlignBackward: Backward<RoiAlignLayer> = {
  needs: ({ mode }) => (mode === 'max' ? 'inputs' : 'none'),
  run(layer, { inputs, outputs, x, dy, dx }) {
    const regions = [x(1), x(2)];
    if (layer.mode === 'avg') {
      eachNumber(layer, inputs[0]!.shape, regions, (to, from, weight) => {
        dx[0]![from] += weight * dy[0]![to];
      });
      return;
    }
    const { from, weight } = largestTerms(layer, x(0), regions, sizeOf(outputs[0].shape));
    for (let i = 0; i < from.length; i++) if (from[i] >= 0) dx[0]![from[i]] += weight[i] * dy[0]![i];
  },
};

export const ROI_ALIGN: Families<RoiAlignLayer> = {
  roi_align: {
    shape: roiAlignShape,
    forward: roiAlignForward,
    backward: roiAlignBackward,
    reads: () => null,
    explain: null,
    words: kindWords,
    learnt: [],
  },
};
