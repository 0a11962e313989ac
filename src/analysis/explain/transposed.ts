import { type Axis, extent } from '../../core/geometry.js';
import { placeOfIndex } from '../../core/value-place.js';
import { toFloat32 } from '../../core/values.js';
import { sumInOrder } from '../../engine/conv2d/order.js';
import { layerFamily } from '../../layers/index.js';
import type { ModelNode } from '../../layers/model.js';
import { type ConvTransposeLayer, transposedConv } from '../../layers/spatial/conv-transpose.js';
import { agreementOf, type ChannelTerms, type KeptRun, type Taps, type WeightedStep } from './explanation.js';

/** The sum behind output `index` of a transposed convolution: the pixels that reach it, each times the tap that falls there. */
export function explainTransposed(
  run: KeptRun,
  node: ModelNode & { readonly layer: ConvTransposeLayer },
  index: number,
): WeightedStep {
  const { layer, name, inputs, outputs } = node;
  const [x, weight] = [run.read(inputs[0]!), run.read(inputs[1]!)];
  const output = run.read(outputs[0]);
  const shapes = [x.shape, weight.shape];
  const conv = transposedConv(layer, shapes);
  const { groups, C, M, axes } = conv;
  const plane = axes[0].size * axes[1].size;
  const [item, map] = [Math.floor(index / (groups * M * plane)), Math.floor(index / plane) % (groups * M)];
  const [i, j] = [Math.floor((index % plane) / axes[1].size), index % axes[1].size];
  const [down, across] = [reachAlong(axes[0], i), reachAlong(axes[1], j)];
  const taps = tapsOf(axes, down, across);
  const group = Math.floor(map / M);
  const area = axes[0].out * axes[1].out;
  const size = axes[0].kernel * axes[1].kernel;
  const channels = Array.from({ length: C }, (_, c): ChannelTerms => {
    const channel = group * C + c;
    const from = (item * groups * C + channel) * area;
    const kernelAt = (channel * M + (map % M)) * size;
    const patch = new Float32Array(down.length * across.length);
    const kernel = new Float32Array(patch.length);
    for (const [a, [h, u]] of down.entries()) {
      for (const [b, [w, v]] of across.entries()) {
        const t = a * across.length + b;
        if (taps.padding[t] === 0) patch[t] = x.data[from + h * axes[1].out + w];
        if (u !== null && v !== null) kernel[t] = weight.data[kernelAt + u * axes[1].kernel + v];
      }
    }
    const products = patch.map((value, t) => value * kernel[t]);
    return { channel, patch, kernel, products, sum: sumInOrder(products, 0) };
  });
  const bias = inputs[2] ? toFloat32(run.read(inputs[2]).data)[map] : 0;
  const isTap = down.flatMap(([, u]) => across.map(([, v]) => u !== null && v !== null));
  const sumFrom = (first: number): number =>
    isTap.reduce((sum, counts, t) => {
      if (!counts || taps.padding[t] === 1) return sum;
      const terms = Float32Array.from(channels, ({ products }) => products[t]);
      return Math.fround(sum + sumInOrder(terms, 0));
    }, first);
  return {
    step: 'weighted',
    layer: name,
    kind: layer.kind,
    words: layerFamily(layer).words(layer, shapes),
    place: placeOfIndex(output.shape, index),
    taps,
    readsInput: run.plan.model.inputs.some((input) => input.name === inputs[0]),
    channels,
    sum: sumFrom(0),
    bias,
    windowNorm: null,
    magnitude: channels.reduce(
      (total, { products }) => products.reduce((sum, term) => sum + Math.abs(term), total),
      Math.abs(bias),
    ),
    agreement: agreementOf(sumFrom(bias), toFloat32(output.data)[index]),
  };
}

/** A pixel along an axis, and the tap of it that falls on the output's place; null: none does, as between dilated taps. */
type Reaching = readonly [pixel: number, tap: number | null];

/** The pixels, padding included, whose kernels reach to place `at` of the output, first to last; never none. */
function reachAlong({ kernel, stride, dilation, padBefore }: Axis, at: number): Reaching[] {
  const last = Math.floor((at + padBefore) / stride);
  const first = Math.min(last, Math.ceil((at + padBefore - (extent(kernel, dilation) - 1)) / stride));
  return Array.from({ length: last - first + 1 }, (_, n): Reaching => {
    const tap = (at + padBefore - (first + n) * stride) / dilation;
    return [first + n, Number.isInteger(tap) && tap < kernel ? tap : null];
  });
}

function tapsOf([rows, columns]: readonly [Axis, Axis], down: readonly Reaching[], across: readonly Reaching[]): Taps {
  const [h, w] = [down.map(([pixel]) => pixel), across.map(([pixel]) => pixel)];
  const isOutside = (pixel: number, { out }: Axis) => pixel < 0 || pixel >= out;
  return {
    size: [h.length, w.length],
    rows: h,
    columns: w,
    window: { x0: w[0], x1: w[w.length - 1], y0: h[0], y1: h[h.length - 1] },
    padding: Uint8Array.from(
      h.flatMap((row) => w.map((at) => (isOutside(row, rows) || isOutside(at, columns) ? 1 : 0))),
    ),
  };
}
