import { CnnvizError } from '../core/errors.js';
import { type Axis, type Conv2dGeometry, conv2dGeometry, conv2dMacs } from '../core/geometry.js';
import type { ActivationLayer, Conv2dLayer, Model, NccLayer, PoolLayer } from '../core/layers.js';
import { checkActivation } from './activations.js';
import type { Conv2dAlgorithm } from './conv2d/algorithm.js';
import { CONV2D_ALGORITHMS } from './conv2d/index.js';
import { axesOfPool } from './pooling/index.js';

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
  readonly algorithm: Conv2dAlgorithm;
  readonly workspaceBytes: number;
}

export interface ActivationStep extends StepFields {
  readonly layer: ActivationLayer;
}

export interface PoolStep extends StepFields {
  readonly layer: PoolLayer;
  readonly axes: [Axis, Axis];
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
      const algorithm = chooseAlgorithm(geometry, options);
      return {
        name,
        layer,
        inShape,
        outShape: [N, geometry.M, geometry.oH, geometry.oW],
        macs: conv2dMacs(geometry),
        geometry,
        algorithm,
        workspaceBytes: algorithm.workspaceBytes(geometry),
      };
    }
    case 'activation':
      checkActivation(layer.name, layer.parameter);
      return { name, layer, inShape, outShape: inShape, macs: 0 };
    default: {
      const axes = axesOfPool(layer, H, W);
      return { name, layer, inShape, outShape: [N, C, axes[0].out, axes[1].out], macs: 0, axes };
    }
  }
}

/** The cheapest algorithm for these shapes; shapes alone decide, so every machine decides alike. */
export function chooseAlgorithm(geometry: Conv2dGeometry, { exact, algorithm }: PlanOptions): Conv2dAlgorithm {
  if (algorithm !== null) {
    const wanted = CONV2D_ALGORITHMS.find(({ name }) => name === algorithm);
    const reason = wanted ? wanted.rejects(geometry) : 'there is none of that name';
    if (wanted && reason === null) return wanted;
    throw new CnnvizError('unsupported', `algorithm ${algorithm}: ${reason}`, {
      fix: `algorithms: ${CONV2D_ALGORITHMS.map(({ name }) => name).join(', ')}`,
    });
  }
  const fitting = CONV2D_ALGORITHMS.filter((one) => (!exact || one.ordered) && one.rejects(geometry) === null);
  return fitting.reduce((best, one) => (one.cost(geometry) < best.cost(geometry) ? one : best));
}
