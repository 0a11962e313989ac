import { sizeOf } from '../../core/tensor.js';
import type { Numbers, Value } from '../../core/values.js';
import type { WholeSizes, WholeWork } from '../row-work.js';
import { type ConvNdWindows, convNdAxes } from '../window-nd.js';

import { numberAt } from './scales.js';

/** Fewer rows are computed sooner one by one. */
const FEWEST_ROWS = 4;
/** 64 MiB of float32. */
const MOST_AREA = 2 ** 24;

/** The sizes of a product that is worth it; else null. */
export function worthwhile(sizes: WholeSizes): WholeSizes | null {
  return sizes.rows < FEWEST_ROWS || sizes.area > MOST_AREA || sizes.inner === 0 || sizes.places === 0 ? null : sizes;
}

/** The planes of one group, each with its padding around it; null for windows along other than two axes. */
export function convSizes(layer: ConvNdWindows, x: readonly number[], weight: readonly number[]): WholeSizes | null {
  if (x.length !== 4) return null;
  const [rows, columns] = convNdAxes(layer, x, weight);
  const [M, perGroup, kH, kW] = weight;
  const [pH, pW] = [rows, columns].map(({ size, padBefore, padAfter }) => size + padBefore + padAfter);
  return worthwhile({
    rows: M / layer.groups,
    inner: perGroup * kH * kW,
    places: rows.out * columns.out,
    area: perGroup * pH * pW,
  });
}

/** The largest distance of a number from a zero point. */
export function reach(numbers: Numbers, zero: (index: number) => number): number {
  let most = 0;
  for (let i = 0; i < numbers.length; i++) most = Math.max(most, Math.abs(numbers[i] - zero(i)));
  return most;
}

/** What a convolution of whole numbers reads. */
export interface WholeConv {
  readonly layer: ConvNdWindows;
  readonly x: Value;
  readonly weight: Value;
  readonly xZero: number;
  readonly wZero: Value | null | undefined;
}

/**
 * A convolution as such products: a group of one image each.
 * @param give sums [maps, count] of maps from `first` on of image n, at places from `from` on
 */
export function convWork(
  { layer, x, weight, xZero, wZero }: WholeConv,
  give: (sums: Int32Array, n: number, first: number, maps: number, from: number, count: number) => void,
): WholeWork | null {
  const sizes = convSizes(layer, x.shape, weight.shape);
  if (!sizes) return null;
  const [N, C, H, W] = x.shape;
  const [, perGroup, kH, kW] = weight.shape;
  const [rows, columns] = convNdAxes(layer, x.shape, weight.shape);
  const pW = W + columns.padBefore + columns.padAfter;
  const plane = sizes.area / perGroup;
  const { rows: maps, inner } = sizes;
  const perKernel = sizeOf(weight.shape.slice(1));
  const zeroOf = (i: number): number => numberAt(wZero, Math.floor(i / perKernel), 0);
  return {
    ...sizes,
    products: N * layer.groups,
    most: reach(x.data, () => xZero) * reach(weight.data, zeroOf),
    taps: Int32Array.from({ length: inner }, (_, k) => {
      const [c, u, v] = [Math.floor(k / (kH * kW)), Math.floor(k / kW) % kH, k % kW];
      return c * plane + u * rows.dilation * pW + v * columns.dilation;
    }),
    starts: Int32Array.from({ length: sizes.places }, (_, j) => {
      const [i, column] = [Math.floor(j / columns.out), j % columns.out];
      return i * rows.stride * pW + column * columns.stride;
    }),
    rowsOf: (product) => Math.floor(product / N),
    fillRows(product, first, end, to, at) {
      const start = Math.floor(product / N) * maps;
      for (let m = 0, i = at; m < maps; m++) {
        const zero = numberAt(wZero, start + m, 0);
        for (let k = first; k < end; k++) to[i++] = weight.data[(start + m) * inner + k] - zero;
      }
    },
    fillArea(product, to, at) {
      const [n, group] = [product % N, Math.floor(product / N)];
      to.fill(0, at, at + sizes.area);
      for (let c = 0; c < perGroup; c++) {
        for (let i = 0; i < H; i++) {
          const from = ((n * C + group * perGroup + c) * H + i) * W;
          const own = at + c * plane + (rows.padBefore + i) * pW + columns.padBefore;
          for (let j = 0; j < W; j++) to[own + j] = x.data[from + j] - xZero;
        }
      }
    },
    take(product, sums, from, count) {
      give(sums, product % N, Math.floor(product / N) * maps, maps, from, count);
    },
  };
}
