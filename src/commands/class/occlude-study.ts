import { inputValue } from '../../analysis/class-gradient.js';
import { classScores, findClass, rankClass } from '../../analysis/class-scores.js';
import { openScores } from '../../analysis/score-session.js';
import { probabilitiesOf } from '../../analysis/top-classes.js';
import { CnnvizError } from '../../core/errors.js';
import { faultWords, toFloat32 } from '../../core/values.js';
import type { Breathe } from '../../engine/execute.js';
import { leadingSteps, PatchedRun, type Region } from '../../engine/patched/patched-run.js';
import { planModel } from '../../engine/plan.js';
import { run } from '../../run/run.js';
import { type ClassAnswer, type ClassSubject, type ImagePlace, imagePlace } from './class-command.js';

/** What a patch is filled with: the mean of each channel of the image, mid-grey, or what the network reads as 0. */
type Fill = 'mean' | 'gray' | '0';

export interface OccludeOptions {
  /** [height, width] of the patch in pixels of what the network reads; null: a seventh of the shorter side. */
  readonly size: readonly [number, number] | null;
  /** Null: half of the patch. */
  readonly stride: readonly [number, number] | null;
  readonly fill: Fill;
}

/** How a class fares when a patch is covered. */
export interface OccludedPatch {
  readonly x: number;
  readonly y: number;
  readonly score: number;
  readonly probability: number;
  /** Where the middle of the patch lies. */
  readonly middle: ImagePlace;
}

export interface OcclusionResult extends ClassAnswer {
  readonly grid: PatchGrid;
  readonly fill: Fill;
  /** The numbers a patch is filled with, a channel each. */
  readonly filling: readonly number[];
  /** The class's score and probability for each place of the grid, row by row. */
  readonly scores: Float32Array;
  readonly probabilities: Float32Array;
}

const SHARE_OF_SIDE = 7;

/**
 * Covers the image patch by patch and watches one class. The first layers compute only what a patch reaches, the last
 * ones take several patches at once; every score has the bits of a run of its own on the covered image.
 * @param className a number or name; null: the best class of the uncovered image
 * @param onPass called when all places of a coarser grid are known, with its step
 */
export async function occlude(
  subject: ClassSubject,
  className: string | null,
  options: OccludeOptions,
  breathe: Breathe,
  onPass: (step: number, result: OcclusionResult) => void = () => {},
): Promise<OcclusionResult> {
  const { opened, source, labels, size, threads } = subject;
  const [C, H, W] = size;
  const input = inputValue(opened);
  const base = await run(
    opened,
    source,
    ({ shaped, inputs }) => {
      const scores = classScores(shaped, opened.name, labels);
      const index = className === null ? null : findClass(className, scores);
      const grid = gridOf(options, [H, W]);
      const places = coarseToFine(grid.xs.length, grid.ys.length);
      const regionAt = (place: number): Region => {
        const [y, x] = [grid.ys[Math.floor(place / grid.xs.length)], grid.xs[place % grid.xs.length]];
        return [
          { first: y, end: y + grid.size[0] },
          { first: x, end: x + grid.size[1] },
        ];
      };
      const whole = planModel(shaped.model, inputs, opened.options, [scores.value]);
      const leading = leadingSteps(whole, input, places.map(regionAt));
      const made = [input, ...leading.map(({ step }) => step.outputs[0])];
      return { scores, index, grid, places, regionAt, whole, leading, made, keep: [scores.value, ...made] };
    },
    { breathe: async () => {}, threads },
  );
  const { scores, index, grid, places, regionAt, whole, leading, made } = base.chosen;
  const chosen = rankClass(toFloat32(base.read(scores.value).data), index, scores, base.faults);
  const filling = fillingOf(options.fill, toFloat32(base.read(input).data), size, subject);

  const area = grid.size[0] * grid.size[1];
  const patch = Float32Array.from({ length: C * area }, (_, i) => filling[Math.floor(i / area)]);
  const result: OcclusionResult = {
    network: opened.name,
    class: chosen,
    notes: [...base.bound.notes, ...base.faults.map(faultWords)],
    grid,
    fill: options.fill,
    filling,
    scores: new Float32Array(places.length).fill(Number.NaN),
    probabilities: new Float32Array(places.length).fill(Number.NaN),
  };
  const isLeading = new Set(leading.map(({ step }) => step));
  const read = new Set(whole.steps.flatMap((step) => (isLeading.has(step) ? [] : step.inputs)));
  const from = made.filter((name) => read.has(name) || name === scores.value);
  const patched = new PatchedRun(
    whole,
    input,
    new Map(base.chosen.keep.map((name) => [name, base.read(name)])),
    leading,
  );
  const rest = openScores(opened, whole, from, scores.value);
  try {
    for (let first = 0; first < places.length; first += rest.batch) {
      const some = places.slice(first, first + rest.batch);
      for (const [n, place] of some.entries()) {
        patched.run(regionAt(place), patch);
        for (const name of from) rest.slot(name, n).set(patched.value(name));
        await breathe((first + n + 0.5) / places.length);
      }
      const found = rest.run(some.length);
      for (const [n, place] of some.entries()) {
        const own = found.subarray(n * scores.count, (n + 1) * scores.count);
        result.scores[place] = own[chosen.index];
        result.probabilities[place] = probabilitiesOf(own)[chosen.index];
      }
      await breathe((first + some.length) / places.length);
      reportPasses(first, first + some.length, grid, (step) => onPass(step, result));
    }
  } finally {
    patched.close();
    rest.close();
  }
  return result;
}

/** Calls `tell` for each coarser grid that the places `before` … `done` complete. */
function reportPasses(before: number, done: number, { xs, ys }: PatchGrid, tell: (step: number) => void): void {
  for (const step of [4, 2]) {
    const count = Math.ceil(xs.length / step) * Math.ceil(ys.length / step);
    if (count > before && count <= done && count < xs.length * ys.length) tell(step);
  }
}

function gridOf({ size, stride }: OccludeOptions, [H, W]: readonly [number, number]): PatchGrid {
  const side = Math.max(1, Math.round(Math.min(H, W) / SHARE_OF_SIDE));
  const patch = size ?? ([side, side] as const);
  const step = stride ?? ([Math.max(1, Math.floor(patch[0] / 2)), Math.max(1, Math.floor(patch[1] / 2))] as const);
  return patchGrid([H, W], patch, step);
}

/** What the network reads where the image is covered. */
function fillingOf(fill: Fill, x: Float32Array, [C, H, W]: ClassSubject['size'], { source }: ClassSubject): number[] {
  if (fill === '0') return new Array<number>(C).fill(0);
  const plane = H * W;
  if (fill === 'mean') {
    return Array.from({ length: C }, (_, c) =>
      Math.fround(x.subarray(c * plane, (c + 1) * plane).reduce((sum, value) => sum + value, 0) / plane),
    );
  }
  if (!source.preset) {
    throw new CnnvizError('usage', '--fill gray: an array has no grey', { fix: 'use --fill mean or --fill 0' });
  }
  const { pixels, normalize } = source.preset.preprocess;
  const grey = pixels === '255' ? 127.5 : pixels === 'signed' ? 0 : 0.5;
  return Array.from({ length: C }, (_, c) => {
    if (!normalize) return grey;
    const { mean, std } = normalize;
    return Math.fround((grey - mean[c % mean.length]) / std[c % std.length]);
  });
}

/** One place of a finished occlusion. */
export function patchAt(
  subject: ClassSubject,
  { grid, scores, probabilities }: OcclusionResult,
  place: number,
): OccludedPatch {
  const [x, y] = [grid.xs[place % grid.xs.length], grid.ys[Math.floor(place / grid.xs.length)]];
  const middle = imagePlace(subject.source, x + (grid.size[1] - 1) / 2, y + (grid.size[0] - 1) / 2);
  return { x, y, score: scores[place], probability: probabilities[place], middle };
}

/** Where a patch is put: along each axis at 0, stride, 2·stride … and last at the edge. */
interface PatchGrid {
  /** Left edges of the columns and top edges of the rows. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  /** [height, width] of the patch. */
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
}

/**
 * Patch k begins at min(k·stride, side − size), k = 0 … ceil((side − size) / stride): every pixel is covered when the
 * stride is at most the size, and no patch reaches beyond the image.
 * @throws CnnvizError 'usage' when the patch is larger than the image
 */
export function patchGrid(
  [H, W]: readonly [number, number],
  size: readonly [number, number],
  stride: readonly [number, number],
): PatchGrid {
  if (size[0] > H || size[1] > W) {
    throw new CnnvizError('usage', `--size ${size.join(',')}: the network reads ${W}×${H} pixels`, {
      fix: `at most ${Math.min(H, W)}`,
    });
  }
  const along = (side: number, length: number, step: number) =>
    Array.from({ length: Math.ceil((side - length) / step) + 1 }, (_, k) => Math.min(k * step, side - length));
  return { xs: along(W, size[1], stride[1]), ys: along(H, size[0], stride[0]), size, stride };
}

/** The order in which a grid is filled: every 4th place in both directions, then every 2nd, then all. Each once. */
export function coarseToFine(columns: number, rows: number): number[] {
  const order: number[] = [];
  const seen = new Uint8Array(columns * rows);
  for (const step of [4, 2, 1]) {
    for (let y = 0; y < rows; y += step) {
      for (let x = 0; x < columns; x += step) {
        const at = y * columns + x;
        if (!seen[at]) order.push(at);
        seen[at] = 1;
      }
    }
  }
  return order;
}
