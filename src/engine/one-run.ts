import { tapCount } from './conv2d/taps.js';
import type { EngineInput } from './input.js';
import { packConv } from './lane.js';
import type { ConvStep, ConvWeight, Step } from './steps.js';
import { type Crew, type ReadyConv, runBands } from './threads/crew.js';
import { Layout } from './value-places.js';

/**
 * What a session for one run does with its weights: each step's are packed right before it, where those of the step before
 * were. Of large linear layers some rows of the weight are read, multiplied and forgotten, then the next ones where those
 * were. Each output depends on one row, so the bits are those of the whole.
 */

/** For those who open sessions that run once; a page, whose sessions run again and again, does not carry it. */
export interface OneRun {
  /** Room for the packed parts of some steps, of these sizes: one place that all of them use in turn. */
  place(steps: readonly (readonly number[])[], layout: Layout): number[][];
  /** Rows of a step's weight that are read at a time; null: all of them. */
  rowsAtOnce(step: Step): number | null;
  /** The maps of an image, some rows of the weight after others; yields the share done. `ready`: for so many rows */
  runInParts(crew: Crew, ready: ReadyConv, step: ConvStep, image: EngineInput, maps: Float32Array): Generator<number>;
}

/** Rows read at a time take about this many bytes, so that they are multiplied while they are in the cache. */
const PART_BYTES = 2 * 2 ** 20;
/** Rows are as even as can be; a number of rows without a divisor near that is read as a whole. */
const LEAST = 1 / 8;

function place(steps: readonly (readonly number[])[], layout: Layout): number[][] {
  const alone = steps.map((sizes) => {
    const own = new Layout();
    return { places: sizes.map((bytes) => own.add(bytes)), bytes: own.bytes };
  });
  const start = layout.add(alone.reduce((most, { bytes }) => Math.max(most, bytes), 0));
  return alone.map(({ places }) => places.map((at) => start + at));
}

function rowsAtOnce(step: Step): number | null {
  if (step.kind !== 'conv' || step.algorithm.kind !== 'banded' || !step.algorithm.packsAsGiven) return null;
  const { computed: g, layer, weight } = step;
  if (layer.kind === 'ncc' || weight.loadPart === undefined || g.groups !== 1 || g.N !== 1) return null;
  const most = Math.floor(PART_BYTES / (tapCount(g) * 4));
  if (g.M <= 2 * most) return null;
  for (let rows = most; rows >= Math.max(1, most * LEAST); rows--) if (g.M % rows === 0) return rows;
  return null;
}

function* runInParts(
  crew: Crew,
  ready: ReadyConv,
  { weight, bias, computed }: ConvStep,
  image: EngineInput,
  maps: Float32Array,
): Generator<number> {
  const rows = ready.conv.geometry.M;
  const [taps, parts] = [tapCount(computed), computed.M / rows];
  for (let part = 0; part < parts; part++) {
    const [first, end] = [part * rows, (part + 1) * rows];
    const biases = bias?.subarray(first, end) ?? null;
    packConv(crew.memory, ready.conv, rowsOf(weight, first, rows, taps), biases, crew.lanes[0]);
    const bands = runBands(crew, ready, image, maps.subarray(first, end), [], rows * taps);
    for (const share of bands) yield (part + share) / parts;
    yield (part + 1) / parts;
  }
}

function rowsOf(weight: ConvWeight, first: number, rows: number, taps: number): ConvWeight {
  const loadInto = (target: Float32Array): void => weight.loadPart!(first * taps, target);
  const load = (): Float32Array => {
    const numbers = new Float32Array(rows * taps);
    loadInto(numbers);
    return numbers;
  };
  return { shape: [rows, ...weight.shape.slice(1)], load, loadInto };
}

export const ONE_RUN: OneRun = { place, rowsAtOnce, runInParts };
