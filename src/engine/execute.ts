import { type Tensor, tensor } from '../core/tensor.js';
import { activate } from './activations.js';
import { isPadded, paddedSize, padInput } from './conv2d/padding.js';
import { inverseWindowNorms, normaliseResponses } from './ncc.js';
import type { ConvStep, Plan, Step } from './plan.js';
import { pool } from './pooling/index.js';

/** About this many multiply-accumulates pass between two breaths: a few hundredths of a second. */
const MACS_PER_BREATH = 2e7;

/** Called between portions of work with the share done, 0 … 1; the run goes on when its promise settles. */
export type Breathe = (done: number) => Promise<void> | undefined;

/** Runs the plan in one go. x must have the plan's input shape (a leading N of 1 may be missing). Returns [N, M, oH, oW]. */
export function executeSync(plan: Plan, x: Tensor): Tensor {
  const portions = runPortions(plan, x);
  for (;;) {
    const { done, value } = portions.next();
    if (done) return value;
  }
}

/** Like executeSync, with pauses: the same bits, and the process stays able to answer signals and draw progress. */
export async function execute(plan: Plan, x: Tensor, breathe: Breathe): Promise<Tensor> {
  const portions = runPortions(plan, x);
  for (;;) {
    const { done, value } = portions.next();
    if (done) return value;
    await breathe(value);
  }
}

function* runPortions(plan: Plan, x: Tensor): Generator<number, Tensor> {
  let data = x.data;
  let macsBefore = 0;
  for (const step of plan.steps) {
    const y = new Float32Array(step.outShape.reduce((product, side) => product * side, 1));
    if ('geometry' in step) {
      for (const macs of convolve(step, data, y)) yield (macsBefore + macs) / plan.macs;
      macsBefore += step.macs;
    } else {
      runSimple(step, data, y);
    }
    data = y;
  }
  return tensor(data, plan.outShape);
}

function runSimple(step: Exclude<Step, ConvStep>, x: Float32Array, y: Float32Array): void {
  if (step.layer.kind === 'activation') activate(step.layer.name, step.layer.parameter, x, y);
  else if ('axes' in step) pool(step.layer, step.axes, step.inShape[0] * step.inShape[1], x, y);
}

/** One convolution, image by image, in bands of output rows; yields the multiply-accumulates done so far. */
function* convolve(step: ConvStep, x: Float32Array, y: Float32Array): Generator<number> {
  const { geometry: g, algorithm, layer } = step;
  const [pH, pW] = paddedSize(g);
  const pads = isPadded(g) && (algorithm.input === 'padded' || layer.kind === 'ncc');
  const padded = pads ? new Float32Array(g.C * pH * pW) : null;
  const workspace = new ArrayBuffer(step.workspaceBytes);
  const inSize = g.C * g.H * g.W;
  const outSize = g.M * g.oH * g.oW;
  const macsPerRow = step.macs / (g.N * g.oH);
  const band = Math.max(1, Math.floor(MACS_PER_BREATH / macsPerRow));
  for (let n = 0; n < g.N; n++) {
    const image = x.subarray(n * inSize, (n + 1) * inSize);
    const maps = y.subarray(n * outSize, (n + 1) * outSize);
    if (padded) padInput(g, image, padded);
    const source = padded ?? image;
    const task = {
      geometry: g,
      x: algorithm.input === 'padded' ? source : image,
      weight: layer.weight.data,
      bias: layer.kind === 'ncc' ? null : layer.bias,
      y: maps,
      workspace,
    };
    for (let row = 0; row < g.oH; row += band) {
      algorithm.run({ ...task, rowFirst: row, rowEnd: Math.min(row + band, g.oH) });
      yield (n * g.oH + Math.min(row + band, g.oH)) * macsPerRow;
    }
    if (layer.kind === 'ncc') normaliseResponses(maps, inverseWindowNorms(g, source), layer.bias);
  }
}
