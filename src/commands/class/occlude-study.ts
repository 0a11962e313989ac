import { probabilitiesOf } from '../../analysis/best-classes.js';
import { inputValue } from '../../analysis/class-gradient.js';
import { classScores, findClass, rankClass } from '../../analysis/class-scores.js';
import { openScores } from '../../analysis/score-session.js';
import type { Answer, Frame } from '../../cli/frame.js';
import { CnnvizError } from '../../core/errors.js';
import { tensor } from '../../core/tensor.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import { faultWords, toFloat32 } from '../../core/values.js';
import type { Breathe } from '../../engine/execute.js';
import { leadingSteps, PatchedRun, type Region } from '../../engine/patched/patched-run.js';
import { planModel } from '../../engine/plan.js';
import { timesOfProcess } from '../../engine/step-times.js';
import { writeNpy } from '../../models/npy.js';
import { run } from '../../run/run.js';
import {
  type ClassAnswer,
  type ClassSubject,
  classAnswer,
  classLine,
  type ImagePlace,
  imagePlace,
  type OpenedClass,
  placeWords,
  scoreWords,
} from './class-command.js';
import { drawClassMap } from './class-map.js';

/** What a patch is filled with: the mean of each channel of the image, mid-grey, or what the network reads as 0. */
type Fill = 'mean' | 'gray' | '0';

interface OccludeOptions {
  /** [height, width] of the patch in pixels of what the network reads; null: a seventh of the shorter side. */
  readonly size: readonly [number, number] | null;
  /** Null: half of the patch. */
  readonly stride: readonly [number, number] | null;
  readonly fill: Fill;
}

/** How a class fares when a patch is covered. */
interface OccludedPatch {
  readonly x: number;
  readonly y: number;
  readonly score: number;
  readonly probability: number;
  /** Where the middle of the patch lies. */
  readonly middle: ImagePlace;
}

interface OcclusionResult extends ClassAnswer {
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
      const whole = planModel(shaped.model, inputs, { ...opened.options, alone: true }, [scores.value]);
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
    timesOfProcess(),
  );
  const rest = openScores(opened, whole, from, scores.value, timesOfProcess());
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
function patchAt(
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

type Measure = 'logit' | 'probability';

/** `cnnviz occlude`, answered: how a class's score falls when a patch of the image is covered. */
export async function occludeAnswer(
  opened: OpenedClass,
  { class: wanted, measure, ...options }: OccludeOptions & { readonly class: string | null; readonly measure: Measure },
  frame: Frame,
): Promise<Answer> {
  const { subject, job, breathe } = opened;
  const found = await occlude(subject, wanted, options, breathe, (step, result) => {
    if (process.stderr.isTTY) frame.terminal.note(passLine(step, subject, result, measure));
  });
  const { class: one, grid, notes } = found;
  const drops = dropsOf(found, measure);
  const [most, least] = extremes(drops).map((place) => patchAt(subject, found, place));
  const [height, width] = grid.size;
  const lines = [
    classLine(one, job.request.init !== null),
    `  ${groupDigits(drops.length)} patches of ${width}×${height} at stride ${grid.stride[1]}×${grid.stride[0]} of what the network reads, filled with ${fillWords(found)}`,
    patchLine('falls most', most, one.score, one.probability),
    patchLine(least.score > one.score ? 'rises most' : 'falls least', least, one.score, one.probability),
  ];
  return classAnswer(opened, frame, {
    lines,
    notes,
    document: {
      class: one,
      patch: { height, width, stride: grid.stride, fill: found.fill, filling: found.filling },
      grid: { xs: grid.xs, ys: grid.ys },
      scores: [...found.scores],
      probabilities: [...found.probabilities],
      fallsMost: most,
      fallsLeast: least,
    },
    file: async (alt) =>
      frame.wantsNumbers
        ? writeNpy(tensor(drops, [grid.ys.length, grid.xs.length]))
        : draw(opened, found, drops, most, measure, alt),
  });
}

/** How much of the class is lost at each place; below zero where covering it helps. */
function dropsOf({ class: one, scores, probabilities }: OcclusionResult, measure: Measure): Float32Array {
  if (measure === 'logit') return scores.map((score) => one.score - score);
  return probabilities.map((probability) => one.probability - probability);
}

/** The places of the largest and the smallest number. @throws CnnvizError when all are NaN */
function extremes(drops: Float32Array): [number, number] {
  const places = [...drops.keys()].filter((place) => !Number.isNaN(drops[place]));
  if (places.length === 0) throw new CnnvizError('shape', 'every score is NaN', { fix: 'check the weights' });
  const best = (better: (a: number, b: number) => boolean) =>
    places.reduce((kept, place) => (better(drops[place], drops[kept]) ? place : kept));
  return [best((a, b) => a > b), best((a, b) => a < b)];
}

function patchLine(what: string, patch: OccludedPatch, score: number, probability: number): string {
  const change = changeWords(score, patch.score, (value, digits) => formatNumber(value, digits + 2));
  const share = changeWords(
    100 * probability,
    100 * patch.probability,
    (value, digits) => `${value.toFixed(digits)} %`,
  );
  return `  ${what} with the patch at (${patch.x}, ${patch.y}), around ${placeWords(patch.middle)}: score ${change}${Number.isNaN(probability) ? '' : `, ${share}`}`;
}

/** "0.228 → 0.191", with more digits where fewer would hide the change; "0.228, unchanged" where there is none. */
function changeWords(before: number, after: number, words: (value: number, digits: number) => string): string {
  if (before === after) return `${words(after, 1)}, unchanged`;
  const digits = [1, 2, 3, 4, 5, 6, 7].find((count) => words(before, count) !== words(after, count)) ?? 8;
  return `${words(before, digits)} → ${words(after, digits)}`;
}

function passLine(step: number, subject: ClassSubject, result: OcclusionResult, measure: Measure): string {
  const [most] = extremes(dropsOf(result, measure));
  const { middle } = patchAt(subject, result, most);
  return `  so far, every ${step === 2 ? '2nd' : `${step}th`} place: falls most around ${placeWords(middle)}`;
}

function fillName({ fill }: OcclusionResult): string {
  return { mean: "each channel's mean", gray: 'mid-grey', '0': 'what it reads as 0' }[fill];
}

function fillWords(found: OcclusionResult): string {
  return `${fillName(found)} (${found.filling.map((value) => formatNumber(value)).join(', ')})`;
}

function draw(
  { job, subject, figure }: OpenedClass,
  found: OcclusionResult,
  drops: Float32Array,
  most: OccludedPatch,
  measure: Measure,
  alt: string,
): Promise<Uint8Array> {
  const { class: one, grid, fill, network } = found;
  const [height, width] = grid.size;
  const args = [
    '--class',
    String(one.index),
    '--size',
    grid.size.join(','),
    '--stride',
    grid.stride.join(','),
    '--fill',
    fill,
  ];
  const largest = drops.reduce((top, drop) => Math.max(top, Math.abs(drop)), Number.MIN_VALUE);
  const made = job.request.init === null ? [] : ['made-up weights'];
  const words = [
    network,
    ...made,
    scoreWords(one),
    `${groupDigits(drops.length)} patches of ${width}×${height}, one at a time filled with ${fillName(found)}`,
    'orange: the class loses when this is covered',
  ];
  const picture = {
    job,
    source: subject.source,
    command: 'occlude',
    args: [...args, '--measure', measure],
    figure,
    alt,
  };
  return drawClassMap(picture, {
    map: { width: grid.xs.length, height: grid.ys.length, values: drops },
    title: `What does “${one.label}” depend on?`,
    facts: words.join('  ·  '),
    what: measure === 'logit' ? 'fall of the score' : 'fall of the probability',
    scaleRule: { kind: 'fixed', lo: -largest, hi: largest },
    colormap: 'diverging',
    smooth: false,
    mark: {
      place: { x: most.x + (width - 1) / 2, y: most.y + (height - 1) / 2, image: null },
      side: Math.max(width, height),
    },
    cells: gridArea(grid),
  });
}

/** The part of the network's input that the values of the grid stand for: a cell of a stride around each middle. */
function gridArea({ xs, ys, size: [height, width], stride: [down, across] }: OcclusionResult['grid']) {
  return {
    x: width / 2 - across / 2,
    y: height / 2 - down / 2,
    width: xs[xs.length - 1] + across,
    height: ys[ys.length - 1] + down,
  };
}
