import { tapCount } from './conv2d/taps.js';
import type { EngineInput } from './input.js';
import { packConv } from './lane.js';
import type { ConvStep, ConvWeight, Step } from './steps.js';
import { type Crew, type ReadyConv, runBands } from './threads/crew.js';

/**
 * Large linear layers in a session for one run: some rows of the weight are read, multiplied and forgotten, then the next
 * ones where those were. Each output depends on one row, so the bits are those of the whole.
 */

/** Rows read at a time take about this many bytes, so that they are multiplied while they are in the cache. */
const PART_BYTES = 2 * 2 ** 20;
/** Rows are as even as can be; a number of rows without a divisor near that is read as a whole. */
const LEAST = 1 / 8;

/** Rows of a step's weight that are read at a time; null: all of them. */
export function rowsAtOnce(step: Step): number | null {
  if (step.kind !== 'conv' || step.algorithm.kind !== 'banded' || !step.algorithm.packsAsGiven) return null;
  const { computed: g, layer, weight } = step;
  if (layer.kind === 'ncc' || weight.loadPart === undefined || g.groups !== 1 || g.N !== 1) return null;
  const most = Math.floor(PART_BYTES / (tapCount(g) * 4));
  if (g.M <= 2 * most) return null;
  for (let rows = most; rows >= Math.max(1, most * LEAST); rows--) if (g.M % rows === 0) return rows;
  return null;
}

/** Whether a step is ready for some rows of its weight at a time. */
export function isInParts({ conv }: ReadyConv, step: Step): boolean {
  return step.kind === 'conv' && conv.geometry.M < step.computed.M;
}

/** The maps of an image, some rows of the weight after others; yields the share done. `ready`: for so many rows */
export function* runInParts(
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
