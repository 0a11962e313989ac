import { CnnvizError } from '../../core/errors.js';
import type { Axis } from '../../core/geometry.js';
import { sizeOf } from '../../core/tensor.js';
import type { Value } from '../../core/values.js';
import { type Backward, type Families, type Forward, kindWords, type ShapeRule } from '../family.js';
import { checkedShape, knownIntegers, required } from '../inputs.js';
import { findTaps, newTaps, windowAxes } from '../window-nd.js';

/**
 * Blocks added to an image where they lie, as torch.nn.Fold. Inputs: x [N, C·block, blocks], the sides of the image, the
 * sides of a block. Source: onnx.ai, operator Col2Im
 */
export interface FoldLayer {
  readonly kind: 'fold';
  /** Empty lists: 1 along every axis; padding 0. */
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** [first axis … last axis before, first … last after] */
  readonly padding: readonly number[];
}

/** The axes of the windows that the blocks lie in. */
function foldAxes(layer: FoldLayer, image: readonly number[], block: readonly number[]): Axis[] {
  const filled = (list: readonly number[], count: number, value: number): readonly number[] =>
    list.length > 0 ? list : new Array<number>(count).fill(value);
  return windowAxes(image, {
    kernelSize: block,
    stride: filled(layer.stride, image.length, 1),
    dilation: filled(layer.dilation, image.length, 1),
    padding: filled(layer.padding, 2 * image.length, 0),
    ceilMode: false,
  });
}

const foldShape: ShapeRule<FoldLayer> = (layer, inputs) => {
  const x = required(inputs, 0, 'x');
  required(inputs, 1, 'image_shape');
  required(inputs, 2, 'block_shape');
  const [image, block] = [knownIntegers(inputs, 1, 'image_shape')!, knownIntegers(inputs, 2, 'block_shape')!];
  const blocks = sizeOf(foldAxes(layer, image, block).map(({ out }) => out));
  const [N, numbers, count] = x.shape;
  if (x.shape.length !== 3 || numbers % sizeOf(block) !== 0 || count !== blocks) {
    throw new CnnvizError(
      'shape',
      `fold: expected [N, C·${sizeOf(block)}, ${blocks}] for blocks of ${block.join('×')} in ${image.join('×')}, got [${x.shape.join(', ')}]`,
    );
  }
  return [{ dtype: x.dtype, shape: checkedShape([N, numbers / sizeOf(block), ...image]) }];
};

/** Calls `visit` for each number of x and the place of y that it is added to. */
function eachNumber(
  layer: FoldLayer,
  x: readonly number[],
  [image, block]: readonly Value[],
  visit: (from: number, to: number) => void,
): void {
  const sides = [...image.data];
  const axes = foldAxes(layer, sides, [...block.data]);
  const [N, numbers, count] = x;
  const [plane, size] = [sizeOf(sides), sizeOf([...block.data])];
  const taps = newTaps(axes);
  for (let o = 0; o < count; o++) {
    findTaps(axes, o, taps);
    for (let map = 0; map < (N * numbers) / size; map++) {
      for (let t = 0; t < taps.count; t++) {
        visit((map * size + taps.kernel[t]) * count + o, map * plane + taps.places[t]);
      }
    }
  }
}

/** In float64, rounded once. */
const foldForward: Forward<FoldLayer> = {
  run(layer, [x, image, block], [y]) {
    const sums = new Float64Array(y.data.length);
    eachNumber(layer, x!.shape, [image!, block!], (from, to) => {
      sums[to] += x!.data[from];
    });
    y.data.set(sums);
  },
};

const foldBackward: Backward<FoldLayer> = {
  run(layer, { inputs, x, dy, dx }) {
    eachNumber(layer, inputs[0]!.shape, [x(1), x(2)], (from, to) => {
      dx[0]![from] += dy[0]![to];
    });
  },
};

export const FOLD: Families<FoldLayer> = {
  fold: {
    shape: foldShape,
    forward: foldForward,
    backward: foldBackward,
    reads: () => null,
    explain: null,
    words: kindWords,
    learnt: [],
    keepsSilence: true,
  },
};
