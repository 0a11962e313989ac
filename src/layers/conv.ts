import { CnnvizError } from '../core/errors.js';
import {
  type Conv2dGeometry,
  conv2dGeometry,
  conv2dMacs,
  convAxis,
  extent,
  type Padding,
  type PaddingMode,
  type Pair,
  sourceIndex,
} from '../core/geometry.js';
import { toFloat32 } from '../core/values.js';
import type { Backward, Families, LayerFamily, ShapeRule } from './family.js';
import { checkBias, imageShape, inRankOf, required } from './inputs.js';

/** One convolutional layer (cross-correlation). Inputs: x [N, C, H, W] or [C, H, W], weight [M, C/groups, kH, kW], bias [M]. */
export interface Conv2dLayer {
  readonly kind: 'conv';
  readonly stride: Pair;
  readonly padding: Padding;
  readonly paddingMode: PaddingMode;
  readonly dilation: Pair;
  readonly groups: number;
}

/**
 * Normalised cross-correlation: like a convolution, but each window and each kernel is made zero-mean (all channels
 * together) and of length one, so values lie in [−1, 1]. A flat window gives 0. Inputs as a convolution's.
 */
export interface NccLayer extends Omit<Conv2dLayer, 'kind'> {
  readonly kind: 'ncc';
}

const convShape: ShapeRule<Conv2dLayer | NccLayer> = (layer, inputs) => {
  const x = required(inputs, 0, 'x');
  const weight = required(inputs, 1, 'weight');
  if (weight.shape.length !== 4) {
    throw new CnnvizError('shape', `weight: expected [M, C/groups, kH, kW], got [${weight.shape.join(', ')}]`);
  }
  const g = conv2dGeometry(imageShape(x.shape), weight.shape, layer);
  checkBias(inputs[2], g.M);
  return [{ dtype: 'float32', shape: inRankOf(x, [g.N, g.M, g.oH, g.oW]) }];
};

/**
 * The gradient of a convolution's input is itself a convolution: of the output's gradient, spread by the stride and with
 * a border as wide as the kernel less one, by the kernels turned by 180° with their channels exchanged, group by group.
 * What a padding mode repeated from the image adds up where it came from.
 * Source: Dumoulin, Visin 2016, "A guide to convolution arithmetic", 4
 */
const convBackward: Backward<Conv2dLayer> = {
  run(layer, { inputs, x, dy, dx, convolve }) {
    const weight = x(1);
    const g = conv2dGeometry(imageShape(inputs[0]!.shape), weight.shape, layer);
    const area = areaOf(g);
    const spread = spreadGradient(g, area, dy[0]!);
    const turned = turnKernels(g, toFloat32(weight.data));
    const gradient = convolve(spread, turned, { dilation: [g.dH, g.dW], groups: g.groups });
    const own = dx[0]!;
    if (!area.padded) {
      for (let i = 0; i < own.length; i++) own[i] += gradient[i];
      return;
    }
    const rows = sourcesOf(area.height, g.pads[0], g.H, g);
    const columns = sourcesOf(area.width, g.pads[1], g.W, g);
    for (let plane = 0, i = 0; plane < g.N * g.C; plane++) {
      for (let row = 0; row < area.height; row++) {
        const start = (plane * g.H + rows[row]) * g.W;
        for (let column = 0; column < area.width; column++) own[start + columns[column]] += gradient[i++];
      }
    }
  },
};

/** The part of the padded input whose gradient is computed: the image alone where the border is zeros. */
interface Area {
  readonly padded: boolean;
  /** Where it begins in the padded input. */
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

function areaOf({ H, W, pads: [top, left, bottom, right], paddingMode }: Conv2dGeometry): Area {
  if (paddingMode === 'zeros') return { padded: false, top, left, height: H, width: W };
  return { padded: true, top: 0, left: 0, height: top + H + bottom, width: left + W + right };
}

/** dy [N, M, oH, oW] at every stride-th place of zeros, so that a window of the kernel's extent over it is one input pixel. */
function spreadGradient(g: Conv2dGeometry, { top, left, height, width }: Area, dy: Float64Array) {
  const [spanH, spanW] = [extent(g.kH, g.dH) - 1, extent(g.kW, g.dW) - 1];
  const [H, W] = [height + spanH, width + spanW];
  const data = new Float32Array(g.N * g.M * H * W);
  for (let plane = 0; plane < g.N * g.M; plane++) {
    for (let i = 0; i < g.oH; i++) {
      const row = i * g.sH + spanH - top;
      if (row < 0 || row >= H) continue;
      for (let j = 0; j < g.oW; j++) {
        const column = j * g.sW + spanW - left;
        if (column >= 0 && column < W) data[(plane * H + row) * W + column] = dy[(plane * g.oH + i) * g.oW + j];
      }
    }
  }
  return { data, shape: [g.N, g.M, H, W] };
}

/** weight [M, C/groups, kH, kW] → [C, M/groups, kH, kW], turned by 180° */
function turnKernels({ M, C, groups, kH, kW }: Conv2dGeometry, weight: Float32Array) {
  const [perGroup, mapsPerGroup, size] = [C / groups, M / groups, kH * kW];
  const data = new Float32Array(weight.length);
  for (let m = 0; m < M; m++) {
    const group = Math.floor(m / mapsPerGroup);
    for (let c = 0; c < perGroup; c++) {
      const from = (m * perGroup + c) * size;
      const to = ((group * perGroup + c) * mapsPerGroup + (m % mapsPerGroup)) * size;
      for (let k = 0; k < size; k++) data[to + k] = weight[from + size - 1 - k];
    }
  }
  return { data, shape: [C, mapsPerGroup, kH, kW] };
}

/** Where in the image each row (or column) of the padded input comes from. */
function sourcesOf(count: number, before: number, size: number, { paddingMode }: Conv2dGeometry): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => sourceIndex(i - before, size, paddingMode));
}

/** 3×3, from [height, width] */
export function sizeWords([h, w]: readonly number[]): string {
  return `${w}×${h}`;
}

/** 2, or 2,1 when the axes differ */
function pairWords(sides: readonly number[]): string {
  return sides.every((side) => side === sides[0]) ? String(sides[0]) : sides.join(',');
}

/** " stride 2"; '' for 1 */
export function strideWords(sides: readonly number[]): string {
  return sides.every((side) => side === 1) ? '' : ` stride ${pairWords(sides)}`;
}

/** " dilation 2"; '' for 1 */
export function dilationWords(sides: readonly number[]): string {
  return sides.every((side) => side === 1) ? '' : ` dilation ${pairWords(sides)}`;
}

/** " padding 2"; '' for 0 */
export function paddingWords(padding: Padding): string {
  if (typeof padding === 'string' || typeof padding === 'number') return padding === 0 ? '' : ` padding ${padding}`;
  return padding.every((side) => side === 0) ? '' : ` padding ${pairWords(padding)}`;
}

export type ConvFamily = Conv2dLayer | NccLayer;

/** What both have; computed by the algorithm that the planner chooses of engine/conv2d. */
const SPATIAL = {
  shape: convShape,
  forward: 'conv',
  reads(layer, { inputs: [x, weight] }) {
    const g = conv2dGeometry(imageShape(x!), weight!, layer);
    const { paddingMode: mode } = g;
    return [
      { by: 'window', axis: convAxis(g, 0), mode },
      { by: 'window', axis: convAxis(g, 1), mode },
    ];
  },
  explain: 'planned',
  words({ kind, stride, padding, dilation, groups }, [, weight]) {
    const size = sizeWords((weight ?? [1, 1]).slice(-2));
    return `${kind} ${size}${strideWords(stride)}${paddingWords(padding)}${dilationWords(dilation)}${groups === 1 ? '' : ` groups ${groups}`}`;
  },
  macs: (layer, [x, weight]) => conv2dMacs(conv2dGeometry(imageShape(x), weight, layer)),
} satisfies Omit<LayerFamily<ConvFamily>, 'backward'>;

export const CONV: Families<ConvFamily> = {
  conv: { ...SPATIAL, backward: convBackward, growth: 'grows' },
  ncc: { ...SPATIAL, backward: 'normalised cross-correlation has no backward pass here' },
};
