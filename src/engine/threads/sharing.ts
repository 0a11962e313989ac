import { sizeOf } from '../../core/tensor.js';
import { forwardOf, type Layer } from '../../layers/index.js';
import type { ShapedModel } from '../../layers/infer.js';
import { planBands } from '../bands.js';
import { transposedMacs } from '../operators/spread.js';
import type { Plan } from '../plan.js';
import type { OperatorStep, Step } from '../steps.js';
import { isVectorStep } from '../vectors.js';
import type { ThreadTeam } from './shared-work.js';

/** A step is shared between threads from this estimate on, in nanoseconds: a message and a thread that wakes cost a tenth. */
const WORTH_SHARING = 5e5;
/** Threads that do not run yet are started for this much work: starting takes about 0.1 s. */
const WORTH_STARTING = 2e8;
/** GFLOP/s of matrix products, and nanoseconds a number of other layers: of functions with a series, and of all else. */
const PRODUCTS = 40;
const [SERIES, OTHERS] = [3, 0.4];

/** Functions that are not worth more than reading and writing. */
const SIMPLE = new Set(['relu', 'relu6', 'leaky_relu', 'abs', 'neg', 'floor', 'ceil', 'round', 'sqrt', 'reciprocal']);

/** The steps that threads may help with: what is long enough, and can be cut, in a plan that is. It depends on no clock. */
export function sharedSteps({ steps, shaped }: Plan, team: ThreadTeam): ReadonlySet<Step> {
  const costs = steps.map((step) => (isCut(step, team.size) ? costOf(step, shaped) : 0));
  const total = costs.reduce((sum, cost) => sum + cost, 0);
  if (!team.isRunning && total < WORTH_STARTING) return new Set();
  return new Set(steps.filter((step, s) => costs[s] / imagesOf(step) >= WORTH_SHARING));
}

/** Images that a step computes one after another. */
function imagesOf(step: Step): number {
  return step.kind === 'conv' ? step.computed.N : 1;
}

function isCut(step: Step, threads: number): boolean {
  if (step.kind === 'operator') return forwardOf(step.layer)?.rowWork !== undefined;
  if (step.kind === 'pool') return true;
  if (isVectorStep(step)) return true;
  return step.algorithm.kind === 'banded' && planBands(step.computed, step.algorithm, threads).count > 1;
}

/** Estimated nanoseconds of a step, by its shapes. */
function costOf(step: Step, shaped: ShapedModel): number {
  if (step.kind === 'conv') return step.algorithm.cost(step.computed);
  const shapes = step.inputs.map((name) => (name === null ? null : shaped.infos.get(name)!.shape));
  const read = shapes.reduce((most, shape) => Math.max(most, shape ? sizeOf(shape) : 0), 0);
  const made = step.infos.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const moved = Math.max(read, made);
  return step.kind === 'pool' ? moved * OTHERS : operatorCost(step, shapes, moved);
}

function operatorCost({ layer }: OperatorStep, shapes: readonly (readonly number[] | null)[], moved: number): number {
  const products = forwardOf(layer)?.products?.(layer, shapes);
  const transposed = forwardOf(layer)?.transposed?.(layer, shapes);
  if (transposed) return (2 * transposedMacs(transposed)) / PRODUCTS;
  if (!products) return moved * (hasSeries(layer) ? SERIES : OTHERS);
  const { rows, inner, columns, starts } = products;
  return (2 * rows * inner * columns * starts.length) / PRODUCTS;
}

function hasSeries(layer: Layer): boolean {
  if (layer.kind === 'softmax' || layer.kind === 'log_softmax') return true;
  return (layer.kind === 'activation' || layer.kind === 'pointwise') && !SIMPLE.has(layer.name);
}
