import type { Constant } from '../core/model.js';
import { sizeOf } from '../core/tensor.js';
import { toFloat32, type Value } from '../core/values.js';

/** The kernels of a convolution as float32, read when they are needed: a checkpoint may be larger than memory allows twice. */
export interface ConvWeight {
  /** [M, C/groups, kH, kW] */
  readonly shape: readonly number[];
  readonly load: () => Float32Array;
  readonly loadInto: (target: Float32Array) => void;
}

/** What scales and shifts each output channel of a convolution: a batch norm taken into its weights. */
export interface ChannelAffine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** A constant as kernels of this shape (a linear layer's [M, K] are [M, K, 1, 1]). */
export function constantWeight(constant: Constant, shape: readonly number[]): ConvWeight {
  return { shape, load: () => toFloat32(constant.load().data), loadInto: (target) => constant.loadInto(target) };
}

/** Numbers at hand as kernels of this shape. */
export function valueWeight({ data }: Value, shape: readonly number[]): ConvWeight {
  return { shape, load: () => toFloat32(data), loadInto: (target) => target.set(data) };
}

/** Each kernel times its channel's scale, in float64, rounded once. */
export function scaledWeight(weight: ConvWeight, { scale }: ChannelAffine): ConvWeight {
  const loadInto = (target: Float32Array): void => {
    weight.loadInto(target);
    const perKernel = sizeOf(weight.shape.slice(1));
    for (let m = 0, i = 0; m < scale.length; m++) {
      for (const end = i + perKernel; i < end; i++) target[i] = target[i] * scale[m];
    }
  };
  return {
    shape: weight.shape,
    loadInto,
    load() {
      const numbers = new Float32Array(sizeOf(weight.shape));
      loadInto(numbers);
      return numbers;
    },
  };
}
