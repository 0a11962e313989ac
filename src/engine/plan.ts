import { CnnvizError } from '../core/errors.js';
import { type Axis, type Conv2dGeometry, conv2dGeometry, conv2dMacs } from '../core/geometry.js';
import type { ActivationLayer, Conv2dLayer, Model, NccLayer, PoolLayer } from '../core/layers.js';
import { checkActivation } from './activations.js';
import { type Bands, planBands } from './bands.js';
import type { Conv2dAlgorithm } from './conv2d/algorithm.js';
import { CONV2D_ALGORITHMS } from './conv2d/index.js';
import { axesOfPool, poolAlgorithm, poolGeometry } from './pooling/index.js';
import type { PoolAlgorithm } from './pooling/max.js';

/** [N, C, H, W] */
export type Shape4 = readonly [number, number, number, number];

interface StepFields {
  readonly name: string;
  readonly inShape: Shape4;
  readonly outShape: Shape4;
  readonly macs: number;
}

export interface ConvStep extends StepFields {
  readonly layer: Conv2dLayer | NccLayer;
  readonly geometry: Conv2dGeometry;
  /** What is computed: `geometry`, or for a linear layer over N > 1 vectors a 1×1 kernel over one row of N pixels. */
  readonly computed: Conv2dGeometry;
  readonly algorithm: Conv2dAlgorithm;
  /** Null for an algorithm that takes whole images. */
  readonly bands: Bands | null;
}

export interface ActivationStep extends StepFields {
  readonly layer: ActivationLayer;
}

export interface PoolStep extends StepFields {
  readonly layer: PoolLayer;
  readonly axes: [Axis, Axis];
  /** Its windows as a depthwise convolution of all planes. */
  readonly windows: Conv2dGeometry;
  readonly algorithm: PoolAlgorithm;
  readonly bands: Bands;
}

export type Step = ConvStep | ActivationStep | PoolStep;

/** Every shape, algorithm and buffer of a run, settled before the first number is computed. */
export interface Plan {
  readonly inShape: Shape4;
  readonly outShape: Shape4;
  readonly steps: readonly Step[];
  readonly macs: number;
}

export interface PlanOptions {
  /** Only algorithms that follow the one order of summation. */
  readonly exact: boolean;
  /** Take this algorithm or say why it cannot be taken; null: the cheapest. */
  readonly algorithm: string | null;
}

/** @throws CnnvizError 'shape', 'usage' or 'unsupported' when a layer does not fit what comes before it. */
export function planModel(model: Model, inShape: Shape4, options: PlanOptions): Plan {
  const steps: Step[] = [];
  let shape = inShape;
  for (const { name, layer } of model.layers) {
    const step = planLayer(name, layer, shape, options);
    steps.push(step);
    shape = step.outShape;
  }
  return { inShape, outShape: shape, steps, macs: steps.reduce((sum, step) => sum + step.macs, 0) };
}

function planLayer(name: string, layer: Step['layer'], inShape: Shape4, options: PlanOptions): Step {
  const [N, C, H, W] = inShape;
  switch (layer.kind) {
    case 'conv':
    case 'ncc': {
      const geometry = conv2dGeometry(inShape, layer.weight.shape, layer);
      const inOneRow = layer.kind === 'conv' && options.algorithm === null && takesVectors(geometry);
      const computed = inOneRow ? rowOfVectors(geometry) : geometry;
      const algorithm = chooseAlgorithm(computed, layer.weight.data, options);
      return {
        name,
        layer,
        inShape,
        outShape: [N, geometry.M, geometry.oH, geometry.oW],
        macs: conv2dMacs(geometry),
        geometry,
        computed,
        algorithm,
        bands: algorithm.kind === 'banded' ? planBands(computed, algorithm) : null,
      };
    }
    case 'activation':
      checkActivation(layer.name, layer.parameter);
      return { name, layer, inShape, outShape: inShape, macs: 0 };
    default: {
      const axes = axesOfPool(layer, H, W);
      const windows = poolGeometry(axes, N * C);
      const algorithm = poolAlgorithm(layer, axes);
      const bands = planBands(windows, algorithm);
      return {
        name,
        layer,
        inShape,
        outShape: [N, C, axes[0].out, axes[1].out],
        macs: 0,
        axes,
        windows,
        algorithm,
        bands,
      };
    }
  }
}

/** A linear layer over a batch: every image is one window, and the weights can be read once for all. */
function takesVectors(g: Conv2dGeometry): boolean {
  const covers = g.kH === g.H && g.kW === g.W && g.pads.every((pad) => pad === 0);
  return g.N > 1 && g.groups === 1 && covers;
}

function rowOfVectors({ N, C, H, W, M }: Conv2dGeometry): Conv2dGeometry {
  const K = C * H * W;
  const layer = { stride: [1, 1], padding: [0, 0, 0, 0], paddingMode: 'zeros', dilation: [1, 1], groups: 1 } as const;
  return conv2dGeometry([1, K, 1, N], [M, K, 1, 1], layer);
}

/** One algorithm's chances with a geometry. */
export interface Candidate {
  readonly algorithm: Conv2dAlgorithm;
  /** Why it is out of the question, or null. */
  readonly rejected: string | null;
  /** Estimated milliseconds on a common machine; null when rejected. */
  readonly estimateMs: number | null;
}

/** What the planner knows of every algorithm, in the order of the list. Shapes and weights alone decide. */
export function weighAlgorithms(geometry: Conv2dGeometry, weight: Float32Array, exact: boolean): Candidate[] {
  return CONV2D_ALGORITHMS.map((algorithm) => {
    const rounds = exact && !algorithm.ordered ? 'rounds otherwise than the one order of summation (--exact)' : null;
    const rejected = rounds ?? algorithm.rejects(geometry, weight);
    return { algorithm, rejected, estimateMs: rejected === null ? algorithm.cost(geometry) / 1e6 : null };
  });
}

/** The cheapest algorithm for these shapes, or the one asked for. */
export function chooseAlgorithm(
  geometry: Conv2dGeometry,
  weight: Float32Array,
  { exact, algorithm }: PlanOptions,
): Conv2dAlgorithm {
  const candidates = weighAlgorithms(geometry, weight, exact);
  if (algorithm !== null) {
    const wanted = candidates.find((one) => one.algorithm.name === algorithm);
    if (wanted?.rejected === null) return wanted.algorithm;
    throw new CnnvizError(
      'unsupported',
      `algorithm ${algorithm}: ${wanted?.rejected ?? 'there is none of that name'}`,
      {
        fix: `algorithms: ${CONV2D_ALGORITHMS.map(({ name }) => name).join(', ')}`,
      },
    );
  }
  return candidates
    .filter(({ rejected }) => rejected === null)
    .reduce((best, one) => (one.estimateMs! < best.estimateMs! ? one : best)).algorithm;
}
