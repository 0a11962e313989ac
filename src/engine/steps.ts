import type { Axis, Conv2dGeometry } from '../core/geometry.js';
import { sizeOf } from '../core/tensor.js';
import { toFloat32, type Value, type ValueInfo } from '../core/values.js';
import type { Conv2dLayer, NccLayer } from '../layers/conv.js';
import type { Layer } from '../layers/index.js';
import type { Shape4 } from '../layers/inputs.js';
import type { LinearLayer } from '../layers/matrix.js';
import type { Constant, ModelNode } from '../layers/model.js';
import type { PoolLayer } from '../layers/pool.js';
import type { ChannelAffine } from '../layers/row-work.js';
import type { Bands } from './bands.js';
import type { Conv2dAlgorithm } from './conv2d/algorithm.js';
import type { Fused } from './fused.js';
import type { PoolAlgorithm } from './pooling.js';

interface StepFields {
  /** The node's name. */
  readonly name: string;
  /** Values it reads; null: left out. Of a convolution: the image, then what is added to its maps. */
  readonly inputs: readonly (string | null)[];
  /** Values it makes, with their type and shape. */
  readonly outputs: readonly string[];
  readonly infos: readonly ValueInfo[];
  readonly macs: number;
}

/** A convolution, or a linear layer as one: x [N, K] is N images of K channels and one pixel. */
export interface ConvStep extends StepFields {
  readonly kind: 'conv';
  readonly layer: Conv2dLayer | NccLayer | LinearLayer;
  readonly weight: ConvWeight;
  readonly bias: Float32Array | null;
  readonly geometry: Conv2dGeometry;
  /** What is computed: `geometry`, or for a linear layer over N > 1 vectors a 1×1 kernel over one row of N pixels. */
  readonly computed: Conv2dGeometry;
  readonly algorithm: Conv2dAlgorithm;
  /** Null for an algorithm that takes whole images. */
  readonly bands: Bands | null;
  /** What is done to each band while it is in the cache, in order; `outputs` are the last one's. */
  readonly fused: readonly Fused[];
  /** The nodes it computes, in order: the convolution, a batch norm it folds, what is fused. */
  readonly nodes: readonly ModelNode[];
  /** The batch norm taken into the weights: the step has its name and its outputs. */
  readonly folds: string | null;
}

export interface PoolStep extends StepFields {
  readonly kind: 'pool';
  readonly layer: PoolLayer;
  readonly inShape: Shape4;
  readonly axes: [Axis, Axis];
  /** Its windows as a depthwise convolution of all planes. */
  readonly windows: Conv2dGeometry;
  readonly algorithm: PoolAlgorithm;
  readonly bands: Bands;
}

/** Any other layer: computed by its operator. */
export interface OperatorStep extends StepFields {
  readonly kind: 'operator';
  readonly layer: Layer;
}

export type Step = ConvStep | PoolStep | OperatorStep;

/** The kernels of a convolution as float32, read when they are needed: a checkpoint may be larger than memory allows twice. */
export interface ConvWeight {
  /** [M, C/groups, kH, kW] */
  readonly shape: readonly number[];
  readonly load: () => Float32Array;
  readonly loadInto: (target: Float32Array) => void;
  /** As a constant's. */
  readonly loadPart?: Constant['loadPart'] | undefined;
}

/** A constant as kernels of this shape (a linear layer's [M, K] are [M, K, 1, 1]). */
export function constantWeight(constant: Constant, shape: readonly number[]): ConvWeight {
  return {
    shape,
    load: () => toFloat32(constant.load().data),
    loadInto: (target) => constant.loadInto(target),
    loadPart: constant.loadPart && ((from, target) => constant.loadPart!(from, target)),
  };
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
