import { CnnvizError } from '../core/errors.js';
import { plural } from '../core/geometry.js';
import type { PatchMode, PatchRect } from '../core/job.js';
import { type Tensor, tensor } from '../core/tensor.js';
import type { BuiltinKernel } from './kernels.js';

/** A built-in kernel's weights, [kH, kW]. */
export function kernelWeight({ rows }: BuiltinKernel): Tensor {
  return tensor(Float32Array.from(rows.flat()), [rows.length, rows[0].length]);
}

/**
 * A kernel as a layer's weight [M, C/groups, kH, kW]. [kH, kW] is repeated for every channel it reads, [C/groups, kH, kW]
 * is one 3-D kernel, [M, C/groups, kH, kW] stays.
 * @throws CnnvizError 'shape' when it reads other channels than there are, 'format' for NaN or infinity
 */
export function expandKernel(weight: Tensor, channels: number, groups: number, name: string): Tensor {
  const { shape, data } = weight;
  const perGroup = Math.floor(channels / groups);
  checkFinite(weight, name);
  switch (shape.length) {
    case 2: {
      const repeated = new Float32Array(perGroup * data.length);
      for (let c = 0; c < perGroup; c++) repeated.set(data, c * data.length);
      return tensor(repeated, [1, perGroup, ...shape]);
    }
    case 3:
    case 4: {
      const [M, C, kH, kW] = shape.length === 3 ? [1, ...shape] : shape;
      if (C !== perGroup) {
        const where = groups === 1 ? 'the input has' : `each of ${groups} groups has`;
        throw new CnnvizError(
          'shape',
          `${name}: the kernel [${shape.join(', ')}] reads ${plural(C, 'channel')}, ${where} ${perGroup}`,
          {
            fix: `expected [${M}, ${perGroup}, ${kH}, ${kW}]${C === 1 && groups === 1 ? '; --gray makes the input one channel' : ''}`,
          },
        );
      }
      return tensor(data, [M, C, kH, kW]);
    }
    default:
      throw new CnnvizError(
        'shape',
        `${name}: expected [kH, kW], [C, kH, kW] or [M, C/groups, kH, kW], got [${shape.join(', ')}]`,
        { fix: 'give it 2, 3 or 4 axes' },
      );
  }
}

/** @throws CnnvizError 'format' that names the first weight that is NaN or infinite */
export function checkFinite({ shape, data }: Tensor, name: string): void {
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new CnnvizError('format', `${name}: weight [${placeOf(bad, shape).join(', ')}] is ${data[bad]}`, {
      fix: 'weights must be finite numbers',
    });
  }
}

/** The index on each axis of element `index`, last axis fastest. */
function placeOf(index: number, shape: readonly number[]): number[] {
  const place: number[] = [];
  let rest = index;
  for (const side of [...shape].reverse()) {
    place.unshift(rest % side);
    rest = Math.floor(rest / side);
  }
  return place;
}

/** The kernels turned by 180°: the last two axes reversed. */
export function flipKernel(weight: Tensor): Tensor {
  const size = weight.shape[2] * weight.shape[3];
  const flipped = new Float32Array(weight.data.length);
  for (let start = 0; start < flipped.length; start += size) {
    for (let i = 0; i < size; i++) flipped[start + i] = weight.data[start + size - 1 - i];
  }
  return tensor(flipped, weight.shape);
}

/** Kernels of one size as one weight, in order. */
export function mergeWeights(weights: readonly Tensor[]): Tensor {
  const merged = new Float32Array(weights.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of weights) {
    merged.set(data, at);
    at += data.length;
  }
  const M = weights.reduce((sum, { shape }) => sum + shape[0], 0);
  return tensor(merged, [M, ...weights[0].shape.slice(1)]);
}

/** @throws CnnvizError 'usage' when the rectangle leaves an image of `shape` [… , H, W] */
export function checkPatch({ x, y, width, height }: PatchRect, shape: readonly number[]): void {
  const [H, W] = shape.slice(-2);
  if (x < 0 || y < 0 || width < 1 || height < 1 || x + width > W || y + height > H) {
    throw new CnnvizError('usage', `the patch ${width}×${height} at (${x}, ${y}) leaves the ${W}×${H} image`, {
      fix: `x and y from 0, x + width at most ${W}, y + height at most ${H}`,
    });
  }
}

/**
 * A kernel cut from x [C, H, W]: [C, height, width]. zero-mean: minus the mean of all its weights, all channels together
 * (a mean per channel would erase a plain-coloured patch); ncc: that, divided by its Euclidean norm; raw: as cut.
 */
export function patchKernel(x: Tensor, rect: PatchRect, mode: PatchMode): Tensor {
  checkPatch(rect, x.shape);
  const [C, H, W] = x.shape;
  const cut = new Float32Array(C * rect.height * rect.width);
  for (let c = 0, to = 0; c < C; c++) {
    for (let row = 0; row < rect.height; row++, to += rect.width) {
      const from = (c * H + rect.y + row) * W + rect.x;
      cut.set(x.data.subarray(from, from + rect.width), to);
    }
  }
  const shape = [C, rect.height, rect.width];
  if (mode === 'raw') return tensor(cut, shape);
  const mean = cut.reduce((sum, value) => sum + value, 0) / cut.length;
  if (mode === 'zero-mean')
    return tensor(
      cut.map((value) => value - mean),
      shape,
    );
  const norm = Math.sqrt(cut.reduce((sum, value) => sum + (value - mean) * (value - mean), 0));
  // what rounding leaves of equal pixels counts as flat; a NaN among them does not, and is refused as a weight
  if (norm <= 1e-6 * Math.sqrt(cut.length) * Math.max(1e-6, Math.abs(mean))) {
    throw new CnnvizError('usage', 'the patch is flat: there is nothing to correlate with', {
      fix: 'cut it where something is',
    });
  }
  return tensor(
    cut.map((value) => (value - mean) / norm),
    shape,
  );
}
