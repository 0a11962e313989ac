import { type Axis, extent } from '../../core/geometry.js';
import { type MatrixPlace, multiplyInOrder } from '../../core/order.js';
import { sizeOf } from '../../core/tensor.js';
import { toFloat32 } from '../../core/values.js';
import { dilationWords, paddingWords, sizeWords, strideWords } from '../conv.js';
import type { AxisReads, Backward, Families, Forward, ShapeRule } from '../family.js';
import { imageShape, inRankOf, required, type Shape4 } from '../inputs.js';
import type { TransposedConv } from '../row-work.js';
import { sourcesAlong, type TransposedFields, transposedAxes, transposedSides } from './transposed.js';

/** A transposed convolution of maps: x [N, C, H, W] or [C, H, W], weight [C, M/groups, kH, kW], bias [M] or null. */
export interface ConvTransposeLayer extends TransposedFields {
  readonly kind: 'conv_transpose';
}

const convTransposeShape: ShapeRule<ConvTransposeLayer> = (layer, inputs) => {
  const x = required(inputs, 0, 'x');
  const sides = transposedSides(layer, imageShape(x.shape), inputs);
  return [{ dtype: 'float32', shape: inRankOf(x, sides as unknown as Shape4) }];
};

/** By the shapes of x and weight. */
export function transposedConv(
  layer: ConvTransposeLayer,
  [x, weight]: readonly (readonly number[] | null)[],
): TransposedConv {
  const [N, C, H, W] = imageShape(x!);
  const [rows, columns] = transposedAxes([H, W], weight!.slice(2), layer);
  return { N, groups: layer.groups, C: C / layer.groups, M: weight![1], axes: [rows, columns] };
}

/**
 * Map by map: the taps [kH·kW, C] of its kernels times the pixels [C, H·W], every number in the one order; then what each
 * tap gives is added, in float32, to where it falls, from the last tap to the first: to a number of the output pixels come
 * as they lie in the input.
 */
const convTransposeForward: Forward<ConvTransposeLayer> = {
  transposed: transposedConv,
  rowWork: (layer, [x, weight]) => ({ work: 'transposed', conv: transposedConv(layer, [x!.shape, weight!.shape]) }),
  run(layer, [x, weight, bias], [y]) {
    const { N, groups, C, M, axes } = transposedConv(layer, [x!.shape, weight!.shape]);
    const [rows, columns] = axes;
    const [taps, pixels, plane] = [rows.kernel * columns.kernel, rows.out * columns.out, rows.size * columns.size];
    const given = new Float32Array(taps * pixels);
    const kernels = { data: toFloat32(weight!.data), rowStep: 1, columnStep: M * taps };
    const image = { data: toFloat32(x!.data), rowStep: pixels, columnStep: 1 };
    const maps = new Float32Array(y.data.length);
    for (let map = 0; map < N * groups * M; map++) {
      const [n, g, m] = [Math.floor(map / (groups * M)), Math.floor(map / M) % groups, map % M];
      const left: MatrixPlace = { ...kernels, start: (g * C * M + m) * taps };
      const right: MatrixPlace = { ...image, start: (n * groups + g) * C * pixels };
      const sides = [taps, C, pixels] as const;
      multiplyInOrder({ data: kernels.data, ...left }, { data: image.data, ...right }, sides, given, 0);
      maps.fill(bias?.data[g * M + m] ?? 0, map * plane, (map + 1) * plane);
      addTaps(axes, given, maps, map * plane);
    }
    y.data.set(maps);
  },
};

/** given [kH·kW, H·W] added to the map [oH, oW] at `start` of y. */
function addTaps([rows, columns]: readonly [Axis, Axis], given: Float32Array, y: Float32Array, start: number): void {
  for (let tap = rows.kernel * columns.kernel - 1; tap >= 0; tap--) {
    const [u, v] = [Math.floor(tap / columns.kernel), tap % columns.kernel];
    for (let h = 0; h < rows.out; h++) {
      const row = h * rows.stride - rows.padBefore + u * rows.dilation;
      if (row < 0 || row >= rows.size) continue;
      const from = (tap * rows.out + h) * columns.out;
      for (let w = 0; w < columns.out; w++) {
        const column = w * columns.stride - columns.padBefore + v * columns.dilation;
        if (column >= 0 && column < columns.size) y[start + row * columns.size + column] += given[from + w];
      }
    }
  }
}

/**
 * The gradient of x is the convolution of dy with the same kernels. Strides are taken apart: every stride-th row and column
 * of dy is a channel of its own, with the taps that fall on it, so that what is left has a stride of 1.
 */
const convTransposeBackward: Backward<ConvTransposeLayer> = {
  run(layer, { inputs, x, dy, dx, convolve }) {
    const weight = x(1);
    const conv = transposedConv(layer, [inputs[0]!.shape, weight.shape]);
    const gradient = convolve(partedGradient(conv, dy[0]!), partedKernels(conv, toFloat32(weight.data)), {
      dilation: [1, 1],
      groups: conv.groups,
    });
    for (let i = 0; i < gradient.length; i++) dx[0]![i] += gradient[i];
  },
};

/** Taps of a part of the kernel: those of one remainder by the stride, without gaps. */
function partTaps({ kernel, dilation, stride }: Axis): number {
  return Math.ceil(extent(kernel, dilation) / stride);
}

/** dy [N, groups·M, oH, oW] → [N, groups·M·sH·sW, H + tH − 1, W + tW − 1] */
function partedGradient({ N, groups, M, axes: [rows, columns] }: TransposedConv, dy: Float64Array) {
  const [sH, sW] = [rows.stride, columns.stride];
  const [height, width] = [rows.out + partTaps(rows) - 1, columns.out + partTaps(columns) - 1];
  const data = new Float32Array(N * groups * M * sH * sW * height * width);
  let to = 0;
  for (let plane = 0; plane < N * groups * M; plane++) {
    const start = plane * rows.size * columns.size;
    for (let part = 0; part < sH * sW; part++) {
      for (let i = 0; i < height; i++) {
        const row = i * sH + Math.floor(part / sW) - rows.padBefore;
        for (let j = 0; j < width; j++, to++) {
          const column = j * sW + (part % sW) - columns.padBefore;
          const isInside = row >= 0 && row < rows.size && column >= 0 && column < columns.size;
          if (isInside) data[to] = dy[start + row * columns.size + column];
        }
      }
    }
  }
  return { data, shape: [N, groups * M * sH * sW, height, width] };
}

/** weight [groups·C, M, kH, kW] → [groups·C, M·sH·sW, tH, tW] */
function partedKernels({ groups, C, M, axes: [rows, columns] }: TransposedConv, weight: Float32Array) {
  const [sH, sW, tH, tW] = [rows.stride, columns.stride, partTaps(rows), partTaps(columns)];
  const data = new Float32Array(groups * C * M * sH * sW * tH * tW);
  let from = 0;
  for (let kernel = 0; kernel < groups * C * M; kernel++) {
    for (let u = 0; u < rows.kernel; u++) {
      for (let v = 0; v < columns.kernel; v++) {
        const [row, column] = [u * rows.dilation, v * columns.dilation];
        const part = (kernel * sH + (row % sH)) * sW + (column % sW);
        data[(part * tH + Math.floor(row / sH)) * tW + Math.floor(column / sW)] = weight[from++];
      }
    }
  }
  return { data, shape: [groups * C, M * sH * sW, tH, tW] };
}

/** A place of the output reads the pixels that add to it. */
function readsAlong(axis: Axis): AxisReads {
  const { size, kernel, dilation, stride, padBefore } = axis;
  const places = Array.from({ length: size }, (_, at) => sourcesAlong(axis, at));
  const first = (padBefore - (extent(kernel, dilation) - 1) / 2) / stride;
  return { by: 'list', places, grid: { first, step: 1 / stride } };
}

export const CONV_TRANSPOSE: Families<ConvTransposeLayer> = {
  conv_transpose: {
    shape: convTransposeShape,
    forward: convTransposeForward,
    backward: convTransposeBackward,
    reads(layer, { inputs }) {
      const [rows, columns] = transposedConv(layer, inputs).axes;
      return [readsAlong(rows), readsAlong(columns)];
    },
    explain: 'transposed',
    words({ kind, stride, padding, outputPadding, dilation, groups }, [, weight]) {
      const size = sizeWords((weight ?? [1, 1]).slice(-2));
      const added = outputPadding.some((side) => side > 0) ? ` output padding ${outputPadding.join()}` : '';
      return `${kind} ${size}${strideWords(stride)}${paddingWords(padding === 'fit' ? 'same_lower' : padding)}${added}${dilationWords(dilation)}${groups === 1 ? '' : ` groups ${groups}`}`;
    },
    macs: (_, [x, weight]) => sizeOf(x) * sizeOf(weight.slice(1)),
    growth: 'grows',
  },
};
