import type { Answer, Frame } from '../../cli/frame.js';
import { CnnvizError } from '../../core/errors.js';
import { tensor } from '../../core/tensor.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import { writeNpy } from '../../models/npy.js';
import { type ClassSubject, classAnswer, classLine, type OpenedClass, placeWords, scoreWords } from './class-command.js';
import { drawClassMap } from './class-map.js';
import { type OccludedPatch, type OccludeOptions, type OcclusionResult, occlude, patchAt } from './occlude-study.js';

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
  const picture = { job, source: subject.source, command: 'occlude', args: [...args, '--measure', measure], figure, alt };
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
