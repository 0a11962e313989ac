import { type Bands, planBands } from './bands.js';
import type { BandAlgorithm } from './conv2d/algorithm.js';
import { elementwiseBytes } from './elementwise.js';
import type { BandedConv } from './lane.js';
import { poolBytes } from './operators/pools.js';
import type { Plan } from './plan.js';
import type { ConvStep, PoolStep, Step } from './steps.js';
import type { PlannedValues } from './value-places.js';
import { isRowOfVectors, isVectorStep, vectorRoomBytes } from './vectors.js';
import { aligned } from './wasm/memory.js';

/** Short work is cut into a piece for each thread, long work into several, so that a busy core costs little. */
const LONG_WORK = 1e7;
const PIECES = 4;

/** A step that is computed band by band. */
export type BandedStep = (ConvStep & { readonly bands: Bands; readonly algorithm: BandAlgorithm }) | PoolStep;

/** What a row of vectors and its maps take up. */
function rowBytes({ computed: { C, W, M } }: ConvStep): number {
  return aligned(C * W * 4) + aligned(M * W * 4);
}

export function runsInBands(step: Step): step is BandedStep {
  return step.kind === 'pool' || (step.kind === 'conv' && step.bands !== null && !isVectorStep(step));
}

/** A step's windows, algorithm and bands; cut anew when threads share it. `rows`: for so many of its maps; null: all */
export function bandedConv(
  step: BandedStep,
  threads: number,
  values: PlannedValues,
  rows: number | null = null,
): BandedConv {
  const { algorithm } = step;
  const isInside = values.isInside(step.inputs[0]!);
  // vectors are turned into a row and back in the engine's memory
  const staysInside = isRowOfVectors(step) ? isInside : values.isInside(step.outputs[0]);
  if (step.kind === 'pool') {
    const bands = planBands(step.windows, algorithm, 1, isInside);
    return { geometry: step.windows, algorithm, bands, packs: 1, isInside, staysInside };
  }
  const geometry = rows === null ? step.computed : { ...step.computed, M: rows };
  const isLong = step.algorithm.cost(geometry) / geometry.N >= LONG_WORK;
  const parts = threads === 1 ? 1 : threads * (isLong ? PIECES : 1);
  const bands = planBands(geometry, algorithm, parts, isInside);
  return { geometry, algorithm, bands, packs: geometry.groups, isInside, staysInside };
}

/** The most that any step needs of the room. */
export function roomBytes({ steps, shaped }: Plan): number {
  const shapes = (step: Step) => step.inputs.map((name) => (name === null ? null : shaped.infos.get(name)!.shape));
  return steps.reduce((most, step) => {
    if (step.kind === 'pool') return Math.max(most, poolBytes(step.axes));
    if (isVectorStep(step)) return Math.max(most, vectorRoomBytes(step));
    if (isRowOfVectors(step)) return Math.max(most, rowBytes(step));
    return step.kind === 'operator' ? Math.max(most, elementwiseBytes(step.layer, shapes(step))) : most;
  }, 0);
}
