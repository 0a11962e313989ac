import { CnnvizError } from './errors.js';

/** How the border of an input is continued; names as in torch.nn.Conv2d. */
export type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular';

/** What a user may say: one number, [height, width], [top, left, bottom, right] or a rule. */
export type Padding = number | readonly number[] | 'same' | 'same_lower' | 'valid' | 'full';

/** [height, width] */
export type Pair = readonly [number, number];

/** [top, left, bottom, right], in input pixels */
export type Pads = readonly [number, number, number, number];

/**
 * All sizes of one convolution over [N, C, H, W], resolved and checked; the only place where they are worked out.
 * M output channels; kH×kW kernel; sH,sW stride; dH,dW dilation; pads [top, left, bottom, right]; oH×oW output.
 */
export interface Conv2dGeometry {
  readonly N: number;
  readonly C: number;
  readonly H: number;
  readonly W: number;
  readonly M: number;
  readonly groups: number;
  readonly kH: number;
  readonly kW: number;
  readonly sH: number;
  readonly sW: number;
  readonly dH: number;
  readonly dW: number;
  readonly pads: Pads;
  readonly paddingMode: PaddingMode;
  readonly oH: number;
  readonly oW: number;
}

/** One axis of a sliding window: what decides which input positions an output position reads. */
export interface Axis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padBefore: number;
  readonly padAfter: number;
  readonly out: number;
}

/** From first to last input position, both included. */
interface Span {
  readonly first: number;
  readonly last: number;
}

/** The pixels a dilated kernel spans: dilation·(k−1)+1. */
export function extent(kernel: number, dilation: number): number {
  return dilation * (kernel - 1) + 1;
}

/** floor((in + pads − dilation·(k−1) − 1) / stride) + 1; below 1 when the kernel does not fit. */
export function outputSize(size: number, pads: number, kernel: number, stride: number, dilation: number): number {
  return Math.floor((size + pads - extent(kernel, dilation)) / stride) + 1;
}

/**
 * Padding in pixels. `same` keeps ceil(size / stride) as ONNX's SAME_UPPER and TensorFlow do (at stride 1 also as
 * torch): an odd pixel goes to the bottom and the right, with `same_lower` to the top and the left. `full` is k−1 (dilated) on every side.
 */
export function resolvePads(padding: Padding, size: Pair, kernel: Pair, stride: Pair, dilation: Pair): Pads {
  if (padding === 'valid') return [0, 0, 0, 0];
  if (padding === 'full') {
    const [v, h] = [extent(kernel[0], dilation[0]) - 1, extent(kernel[1], dilation[1]) - 1];
    return [v, h, v, h];
  }
  if (padding === 'same' || padding === 'same_lower') {
    const need = [0, 1].map((axis) => {
      const out = Math.ceil(size[axis] / stride[axis]);
      return Math.max(0, (out - 1) * stride[axis] + extent(kernel[axis], dilation[axis]) - size[axis]);
    });
    const round = padding === 'same' ? Math.floor : Math.ceil;
    const [top, left] = need.map((total) => round(total / 2));
    return [top, left, need[0] - top, need[1] - left];
  }
  const list = typeof padding === 'number' ? [padding] : padding;
  if (![1, 2, 4].includes(list.length) || list.some((side) => !Number.isInteger(side) || side < 0)) {
    throw new CnnvizError('usage', `padding ${list.join(',')}: expected 1, 2 or 4 whole numbers from 0`, {
      fix: 'n, or height,width, or top,left,bottom,right, or same, valid, full',
    });
  }
  const [top, left = top, bottom = top, right = left] = list;
  return [top, left, bottom, right];
}

/** A stride that leads out of the padded image at its first step is as good as one of the image's size, and costs less. */
export function strideWithin(stride: number, size: number, padBefore: number, padAfter: number): number {
  return Math.min(stride, size + padBefore + padAfter);
}

export interface Conv2dShape {
  readonly stride: Pair;
  readonly padding: Padding;
  readonly paddingMode: PaddingMode;
  readonly dilation: Pair;
  readonly groups: number;
}

/**
 * The geometry of convolving x [N, C, H, W] with weight [M, C/groups, kH, kW].
 * @throws CnnvizError 'usage' for impossible settings, 'shape' when sizes do not fit together.
 */
export function conv2dGeometry(x: readonly number[], weight: readonly number[], shape: Conv2dShape): Conv2dGeometry {
  const [N, C, H, W] = x;
  const [M, perGroup, kH, kW] = weight;
  const [sH, sW] = positivePair('stride', shape.stride);
  const [dH, dW] = positivePair('dilation', shape.dilation);
  const { groups, paddingMode } = shape;
  if (!Number.isInteger(groups) || groups < 1) {
    throw new CnnvizError('usage', `groups ${groups}: expected a whole number from 1`);
  }
  if (weight.some((side) => side < 1)) {
    throw new CnnvizError('shape', `kernel [${weight.join(', ')}] is empty`);
  }
  if (C % groups !== 0) {
    throw new CnnvizError('shape', `groups ${groups} does not divide the input's ${plural(C, 'channel')}`, {
      fix: `use a divisor of ${C}: ${divisors(C).join(', ')}`,
    });
  }
  if (M % groups !== 0) {
    throw new CnnvizError('shape', `groups ${groups} does not divide the ${plural(M, 'kernel')}`, {
      fix: `give a multiple of ${groups} kernels: each group of input channels needs its own`,
    });
  }
  if (perGroup * groups !== C) {
    const found = `${plural(perGroup, 'channel')}${groups > 1 ? ` in each of ${groups} groups` : ''}`;
    throw new CnnvizError('shape', `kernel [${weight.join(', ')}] reads ${found}, the input has ${C}`, {
      fix: `expected a kernel of shape [${M}, ${C / groups}, ${kH}, ${kW}]`,
    });
  }
  const pads = resolvePads(shape.padding, [H, W], [kH, kW], [sH, sW], [dH, dW]);
  checkPads(pads, paddingMode, H, W);
  const oH = outputSize(H, pads[0] + pads[2], kH, sH, dH);
  const oW = outputSize(W, pads[1] + pads[3], kW, sW, dW);
  if (oH < 1 || oW < 1) {
    const spans = dH > 1 || dW > 1 ? ` (it spans ${extent(kW, dW)}×${extent(kH, dH)} with dilation)` : '';
    const padded = pads.some((side) => side > 0)
      ? ` even padded to ${W + pads[1] + pads[3]}×${H + pads[0] + pads[2]}`
      : '';
    throw new CnnvizError('shape', `the ${kW}×${kH} kernel${spans} is larger than the ${W}×${H} image${padded}`, {
      fix: 'use a smaller kernel, a larger image, or --padding same',
    });
  }
  return { N, C, H, W, M, groups, kH, kW, sH, sW, dH, dW, pads, paddingMode, oH, oW };
}

function checkPads([top, left, bottom, right]: Pads, mode: PaddingMode, H: number, W: number): void {
  const tall = Math.max(top, bottom);
  const wide = Math.max(left, right);
  const largest = Math.max(tall, wide);
  if (mode === 'reflect' && (tall >= H || wide >= W)) {
    throw new CnnvizError('shape', `padding ${largest}: reflect needs less than the image's side (${W}×${H})`, {
      fix: `at most ${H - 1} rows and ${W - 1} columns, or --padding-mode zeros or replicate`,
    });
  }
  if (mode === 'circular' && (tall > H || wide > W)) {
    throw new CnnvizError('shape', `padding ${largest}: circular allows at most the image's side (${W}×${H})`, {
      fix: `at most ${H} rows and ${W} columns, or --padding-mode zeros or replicate`,
    });
  }
}

/** The vertical (0) or horizontal (1) axis of a convolution. */
export function convAxis(g: Conv2dGeometry, axis: 0 | 1): Axis {
  return axis === 0
    ? { size: g.H, kernel: g.kH, stride: g.sH, dilation: g.dH, padBefore: g.pads[0], padAfter: g.pads[2], out: g.oH }
    : { size: g.W, kernel: g.kW, stride: g.sW, dilation: g.dW, padBefore: g.pads[1], padAfter: g.pads[3], out: g.oW };
}

interface Pool2dShape {
  readonly kernelSize: Pair;
  readonly stride: Pair;
  readonly pads: Pads;
  readonly dilation: Pair;
  readonly ceilMode: boolean;
}

/** Both axes of a pool over maps of H×W: [vertical, horizontal]. Rules as in torch.nn.MaxPool2d. */
export function poolAxes(H: number, W: number, shape: Pool2dShape): [Axis, Axis] {
  const [kH, kW] = positivePair('pool size', shape.kernelSize);
  const [sH, sW] = positivePair('pool stride', shape.stride);
  const [dH, dW] = positivePair('pool dilation', shape.dilation);
  const [top, left, bottom, right] = shape.pads;
  if (Math.max(top, bottom) > kH / 2 || Math.max(left, right) > kW / 2) {
    throw new CnnvizError('usage', `pool padding ${shape.pads.join(',')}: at most half of the window ${kH},${kW}`);
  }
  const one = (size: number, kernel: number, stride: number, dilation: number, before: number, after: number): Axis => {
    let out = outputSize(size, before + after, kernel, stride, dilation);
    if (shape.ceilMode) {
      out = Math.ceil((size + before + after - extent(kernel, dilation)) / stride) + 1;
      // torch: a window must start inside the input or its padding before it
      if ((out - 1) * stride >= size + before) out--;
    }
    if (out < 1) {
      throw new CnnvizError('shape', `the ${kW}×${kH} pool is larger than the ${W}×${H} map`, {
        fix: 'use a smaller pool, or a smaller convolution stride before it',
      });
    }
    return { size, kernel, stride, dilation, padBefore: before, padAfter: after, out };
  };
  return [one(H, kH, sH, dH, top, bottom), one(W, kW, sW, dW, left, right)];
}

/** The input positions that output positions `first`…`last` read, padding included (may be negative or ≥ size). */
export function inputSpan(axis: Axis, { first, last }: Span): Span {
  return {
    first: first * axis.stride - axis.padBefore,
    last: last * axis.stride - axis.padBefore + extent(axis.kernel, axis.dilation) - 1,
  };
}

/** A span cut to 0 … size−1. */
export function clipSpan({ first, last }: Span, size: number): Span {
  return { first: Math.max(0, first), last: Math.min(size - 1, last) };
}

/**
 * How many input rows (or columns) nothing reads that reaches the end of a stack of windows, first layer first:
 * the border left over, and gaps where a stride is larger than its window.
 */
export function unreadCount(stack: readonly Axis[]): number {
  let wanted = new Uint8Array(stack.at(-1)?.out ?? 0).fill(1);
  for (const axis of [...stack].reverse()) {
    const read = new Uint8Array(axis.size);
    for (let o = 0; o < axis.out; o++) {
      if (!wanted[o]) continue;
      for (let k = 0; k < axis.kernel; k++) {
        const at = o * axis.stride - axis.padBefore + k * axis.dilation;
        if (at >= 0 && at < axis.size) read[at] = 1;
      }
    }
    wanted = read;
  }
  return wanted.reduce((count, flag) => count - flag, wanted.length);
}

/** The input positions that output position `at` of a stack of windows reads, padding included. */
export function receptiveSpan(stack: readonly Axis[], at: number): Span {
  return [...stack].reverse().reduce<Span>((span, axis) => inputSpan(axis, span), { first: at, last: at });
}

/** Multiply-accumulates of a convolution: every output reads C/groups·kH·kW taps, padding included. */
export function conv2dMacs(g: Conv2dGeometry): number {
  return g.N * g.M * g.oH * g.oW * (g.C / g.groups) * g.kH * g.kW;
}

function positivePair(name: string, pair: Pair): Pair {
  if (pair.some((value) => !Number.isInteger(value) || value < 1)) {
    throw new CnnvizError('usage', `${name} ${pair.join(',')}: expected whole numbers from 1`);
  }
  return pair;
}

function divisors(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);
}

/** "1 channel", "3 channels" */
export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** The input position that position `at` (may lie outside) repeats; −1 where padding is zero. */
export function sourceIndex(at: number, size: number, mode: PaddingMode): number {
  if (at >= 0 && at < size) return at;
  switch (mode) {
    case 'zeros':
      return -1;
    case 'replicate':
      return at < 0 ? 0 : size - 1;
    case 'reflect':
      return at < 0 ? -at : 2 * (size - 1) - at;
    case 'circular':
      return (at + size) % size;
  }
}
