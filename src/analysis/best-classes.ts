import { CnnvizError } from '../core/errors.js';
import { exp } from '../core/math.js';
import { type ClassScore, type NetworkRunResult, nanScores } from '../core/result.js';
import { sizeOf } from '../core/tensor.js';
import { toFloat32, type Value } from '../core/values.js';
import type { Plan } from '../engine/plan.js';
import { keepsNumbers, type Layer } from '../layers/index.js';
import { STANDING_FOR_THE_SAME } from '../layers/kind-lists.js';
import { imagenetLabels } from '../models/imagenet-labels.js';
import type { SubjectRun } from './kept-run.js';
import { channelsOf } from './layer-facts.js';

/** Class names and how many a run should name when nobody said: five, of a network that ends in classes. */
const FEW = 5;

/** The best classes, none where a score is NaN, when they were asked for or are what the network is for; null otherwise. */
export function bestClasses(
  run: SubjectRun,
  top: number | null,
  labels: readonly string[] | null,
): Pick<NetworkRunResult, 'top' | 'nanScores'> {
  if (top === null && !endsInClasses(run)) return { top: null, nanScores: [] };
  return classify(run, top ?? FEW, labels);
}

/** Whether the network ends in one number for each of some classes. */
function endsInClasses({ shaped: { model, infos, refused } }: SubjectRun): boolean {
  if (refused.has(model.outputs[0])) return false;
  const shape = infos.get(model.outputs[0])!.shape;
  return shape.length === 2 && shape[1] > 1;
}

/**
 * The best classes of each item of the network's first output.
 * @throws CnnvizError 'usage' when the network does not end in classes, or the labels are not one for each
 */
function classify(
  { plan, read }: SubjectRun,
  count: number,
  labels: readonly string[] | null,
): Pick<NetworkRunResult, 'top' | 'nanScores'> {
  const { model, infos } = plan.shaped;
  const [output] = model.outputs;
  const { shape } = infos.get(output)!;
  const { items, channels } = channelsOf(shape);
  if (sizeOf(shape) !== items * channels || channels < 2) {
    throw new CnnvizError('usage', `--top: the network ends in [${shape.join(', ')}], not in classes`, {
      fix: 'leave --top out, or add layers that end in one number for each class',
      scope: 'command',
    });
  }
  const names = labels ?? (channels === 1000 ? imagenetLabels() : null);
  if (names && names.length !== channels) {
    throw new CnnvizError('usage', `--labels: expected ${channels} names, one a line, got ${names.length}`, {
      scope: 'command',
    });
  }
  const numbers = scoresOf(read(output));
  const ofItems = Array.from({ length: items }, (_, n) => numbers.subarray(n * channels, (n + 1) * channels));
  const nan = ofItems.map(nanScores);
  const kind = scoreKind(plan, output);
  return {
    top: ofItems.map((scores, n) => (nan[n].nan > 0 ? [] : topClasses(scores, count, kind, names))),
    nanScores: nan,
  };
}

/** How the numbers of a value are read as classes. */
export interface ClassReading {
  /** Class names in order; null when nobody names them. */
  readonly names: readonly string[] | null;
  readonly kind: ScoreKind;
  /** The classes share 100 %. */
  readonly share: boolean;
}

/** How a value of a run is read: it is the network's scores, or what a softmax makes them from; null for all others. */
export function classReading(run: SubjectRun, value: string, labels: readonly string[] | null): ClassReading | null {
  if (!endsInClasses(run)) return null;
  const { plan, shaped } = run;
  const { nodes, outputs } = plan.model;
  const [output] = outputs;
  const { channels } = channelsOf(shaped.infos.get(output)!.shape);
  const names = labels ?? (channels === 1000 ? imagenetLabels() : null);
  if (names && names.length !== channels) return null;
  if (value === output) return { names, kind: scoreKind(plan, output), share: classesShare(run) };
  const last = nodes.find((node) => node.outputs.includes(output));
  const isSoftmax = last?.layer.kind === 'softmax' || last?.layer.kind === 'log_softmax';
  return isSoftmax && last.inputs[0] === value ? { names, kind: 'logits', share: true } : null;
}

/** Whether the network's last layer gives scores that a softmax makes shares of: none that is an activation does. */
export function classesShare({ plan }: SubjectRun): boolean {
  const last = lastLayer(plan, plan.model.outputs[0]);
  return last?.kind !== 'activation' && last?.kind !== 'tflite_table';
}

/** The layer that computes a value, before what only gives it another shape. */
function lastLayer(plan: Plan, value: string): Layer | null {
  let wanted = value;
  // nodes stand behind those they read
  for (const { layer, inputs, outputs } of plan.model.nodes.toReversed()) {
    if (!outputs.includes(wanted)) continue;
    const isSame = keepsNumbers(layer) || STANDING_FOR_THE_SAME.includes(layer.kind) || isRescaling(layer);
    if (!isSame || inputs[0] === null) return layer;
    [wanted] = inputs;
  }
  return null;
}

function scoreKind(plan: Plan, output: string): ScoreKind {
  const kind = lastLayer(plan, output)?.kind;
  if (kind === 'softmax' || kind === 'tflite_softmax') return 'probabilities';
  return kind === 'log_softmax' ? 'log-probabilities' : 'logits';
}

/** Whole numbers at another scale. */
const isRescaling = (layer: Layer): boolean => layer.kind === 'tflite_table' && layer.name === 'rescale';

/** One number for each class; a head's are float64, as it adds them up. */
type Scores = Float32Array | Float64Array;

/** The numbers of a value as scores. */
export function scoresOf({ data, dtype }: Value): Scores {
  return dtype === 'float64' ? (data as Float64Array) : toFloat32(data);
}

/** What a network's last layer gives: scores before a softmax, probabilities, or their logarithms. */
type ScoreKind = 'logits' | 'probabilities' | 'log-probabilities';

/**
 * The `count` best classes, best first, of equals the first. Probabilities are the softmax of logits.
 * @param labels class names in order; "class 7" stands for a missing one
 */
export function topClasses(
  scores: Scores,
  count: number,
  kind: ScoreKind,
  labels: readonly string[] | null,
): ClassScore[] {
  const probabilities = toProbabilities(scores, kind);
  return [...scores.keys()]
    .filter((index) => !Number.isNaN(scores[index]))
    .sort((a, b) => scores[b] - scores[a] || a - b)
    .slice(0, count)
    .map((index) => ({
      index,
      label: labels?.[index] ?? `class ${index}`,
      score: scores[index],
      probability: probabilities[index],
    }));
}

function toProbabilities(scores: Scores, kind: ScoreKind): Float64Array {
  if (kind === 'probabilities') return Float64Array.from(scores);
  if (kind === 'log-probabilities') return Float64Array.from(scores, (score) => exp(score));
  return probabilitiesOf(scores);
}

/** The softmax of all scores, with the bits of `head predict`. */
export function probabilitiesOf(scores: Scores): Float64Array {
  const all = Float64Array.from(scores);
  const most = all.reduce((max, score) => Math.max(max, score), Number.NEGATIVE_INFINITY);
  const powers = all.map((score) => exp(score - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
