import type { HeadParameters, LearningPoint, TrainingSettings } from '../../core/head.js';
import { randomSource } from '../../core/random.js';
import { DenseRows } from './dense-rows.js';
import { type LbfgsEnd, minimise } from './lbfgs.js';
import { type Examples, hiddenObjective, rowsPerBreath, softmaxObjective, softmaxRow } from './objective.js';
import { headScores } from './predict-head.js';
import { measureScaling, type Scaling, standardize } from './standardize.js';

/** Features with what they are of. */
export interface TrainingSet {
  /** [N, D], all finite */
  readonly x: Float32Array;
  readonly features: number;
  /** [N], 0 … classes − 1; each class at least once */
  readonly labels: Int32Array;
  readonly classes: number;
  /** [N]: the same number for rows with the same image. */
  readonly contents: Int32Array;
}

export interface TrainedHead {
  readonly parameters: HeadParameters;
  /** Rows that were learned from, and those that were held out. */
  readonly training: Int32Array;
  readonly heldOut: Int32Array;
  /** The loss after each iteration, the first before any. */
  readonly curve: readonly LearningPoint[];
  /** The iteration whose parameters these are. */
  readonly best: number;
  readonly end: LbfgsEnd | 'patience';
  /** Features that are the same in all training images: they say nothing and get no weight. */
  readonly constantFeatures: number;
}

/** The part of the gradient, per image, at which the minimum counts as found. */
const TOLERANCE = 1e-6;

/**
 * Fits a classifier by L-BFGS over all training rows at once; yields after each iteration, and null between portions of
 * work. The same set, settings and
 * seed give the same bits. Without held-out rows a head without a hidden layer is the one minimum of its loss; with them
 * it is the point on the way there with the smallest loss on them.
 */
export function* trainHead(set: TrainingSet, settings: TrainingSettings): Generator<LearningPoint | null, TrainedHead> {
  const { x, features, labels, classes, contents } = set;
  const { training, heldOut } = splitRows(labels, contents, classes, settings);
  const scaling = yield* measureScaling(x, features, training);
  const classWeights = weightsOf(labels, training, classes, settings.classWeight);
  const rows = new DenseRows(training.length, features, settings.hidden ?? classes);
  try {
    const perBreath = rowsPerBreath(features);
    for (let r = 0; r < training.length; r += perBreath) {
      const some = training.subarray(r, r + perBreath);
      standardize(x, features, some, scaling, rows.x.subarray(r * features));
      yield null;
    }
    const examples = {
      rows,
      labels: training.map((row) => labels[row]),
      classes,
      weights: Float64Array.from(training, (row) => classWeights[labels[row]]),
    };
    return yield* descend(set, settings, { training, heldOut, scaling, classWeights, examples });
  } finally {
    rows.close();
  }
}

/** What a descent begins with. */
interface Prepared extends Split {
  readonly scaling: Scaling;
  readonly classWeights: Float64Array;
  readonly examples: Examples;
}

function* descend(
  set: TrainingSet,
  settings: TrainingSettings,
  { training, heldOut, scaling, classWeights, examples }: Prepared,
): Generator<LearningPoint | null, TrainedHead> {
  const { features, classes } = set;
  const { l2, hidden, seed } = settings;
  const objective = hidden === null ? softmaxObjective(examples, l2) : hiddenObjective(examples, l2);
  const total = examples.weights.reduce((sum, weight) => sum + weight, 0);
  const start = new Float64Array(objective.size);
  if (hidden !== null) fillInitial(start, features, hidden, classes, seed);

  const curve: LearningPoint[] = [];
  let best = { iteration: 0, loss: Number.POSITIVE_INFINITY, parameters: parametersOf(start, set, settings, scaling) };
  const finish = (end: TrainedHead['end']): TrainedHead => ({
    parameters: best.parameters,
    training,
    heldOut,
    curve,
    best: best.iteration,
    end,
    constantFeatures: scaling.constant,
  });
  const descent = minimise(objective, start, {
    maxIterations: settings.maxIterations,
    tolerance: TOLERANCE * training.length,
  });
  for (;;) {
    const step = descent.next();
    if (step.done) return finish(step.value);
    if (step.value === null) {
      yield null;
      continue;
    }
    const { iteration, at, value } = step.value;
    const parameters = parametersOf(at, set, settings, scaling);
    const held = heldOut.length === 0 ? null : yield* meanLoss(parameters, set, heldOut, classWeights);
    const point = { iteration, training: (value - objective.penalty(at)) / total, heldOut: held };
    curve.push(point);
    if (held === null || held < best.loss) best = { iteration, loss: held ?? 0, parameters };
    yield point;
    if (iteration - best.iteration >= settings.patience) return finish('patience');
  }
}

/** How much an image of each class counts. Source: sklearn.utils.class_weight.compute_class_weight */
function weightsOf(
  labels: Int32Array,
  training: Int32Array,
  classes: number,
  rule: TrainingSettings['classWeight'],
): Float64Array {
  if (rule === 'none') return new Float64Array(classes).fill(1);
  const counts = new Float64Array(classes);
  for (const row of training) counts[labels[row]]++;
  return counts.map((count) => training.length / (classes * count));
}

/** Weights from a normal distribution of variance 2 / inputs, biases 0. Source: He, Zhang, Ren, Sun 2015 */
function fillInitial(start: Float64Array, features: number, hidden: number, classes: number, seed: number): void {
  const fill = (name: string, from: number, count: number, inputs: number) => {
    const { normal } = randomSource(seed, name);
    for (let i = 0; i < count; i++) start[from + i] = Math.sqrt(2 / inputs) * normal();
  };
  fill('hidden.weight', 0, hidden * features, features);
  fill('weight', hidden * features + hidden, classes * hidden, hidden);
}

/** The variables of a minimisation as float32 layers. */
function parametersOf(
  at: Float64Array,
  { features, classes }: TrainingSet,
  { hidden }: TrainingSettings,
  { mean, std }: Scaling,
): HeadParameters {
  let from = 0;
  const take = (count: number) => {
    from += count;
    return Float32Array.from(at.subarray(from - count, from));
  };
  const layer = (outputs: number, inputs: number) => ({ weight: take(outputs * inputs), bias: take(outputs) });
  const first = hidden === null ? null : layer(hidden, features);
  return { mean, std, hidden: first, output: layer(classes, hidden ?? features) };
}

/** The weighted mean loss of some rows, as the training loss counts them. */
function* meanLoss(
  parameters: HeadParameters,
  { x, features, labels, classes }: TrainingSet,
  rows: Int32Array,
  classWeights: Float64Array,
): Generator<null, number> {
  let [loss, total] = [0, 0];
  const perBreath = rowsPerBreath(features * (parameters.hidden?.bias.length ?? classes));
  for (const [r, row] of rows.entries()) {
    if (r % perBreath === perBreath - 1) yield null;
    const scores = headScores(parameters, x.subarray(row * features, (row + 1) * features));
    const weight = classWeights[labels[row]];
    loss += weight * softmaxRow(scores, 0, classes, labels[row]);
    total += weight;
  }
  return loss / total;
}

/** Rows to learn from, and rows to measure on. */
export interface Split {
  readonly training: Int32Array;
  readonly heldOut: Int32Array;
}

/**
 * Holds out a share of each class, chosen by the seed: the nearest whole number of its images, but never all. Copies of one
 * image in a class stay together, so that no image is measured on that was learned from.
 * @param labels the class of each row, 0 … classes − 1
 * @param contents the same number for rows with the same image
 */
export function splitRows(
  labels: Int32Array,
  contents: Int32Array,
  classes: number,
  { holdout, seed }: { readonly holdout: number; readonly seed: number },
): Split {
  const isHeld = new Uint8Array(labels.length);
  for (let k = 0; k < classes; k++) {
    const copies = new Map<number, number[]>();
    labels.forEach((label, row) => {
      if (label !== k) return;
      const rows = copies.get(contents[row]);
      if (rows) rows.push(row);
      else copies.set(contents[row], [row]);
    });
    const images = shuffled([...copies.values()], seed, `split.${k}`);
    const count = Math.min(Math.round(holdout * images.length), images.length - 1);
    for (const row of images.slice(0, Math.max(0, count)).flat()) isHeld[row] = 1;
  }
  const rows = [...labels.keys()];
  return {
    training: Int32Array.from(rows.filter((row) => isHeld[row] === 0)),
    heldOut: Int32Array.from(rows.filter((row) => isHeld[row] === 1)),
  };
}

/** Source: Fisher and Yates; Knuth, volume 2, 3.4.2 P */
function shuffled<T>(items: T[], seed: number, name: string): T[] {
  const { next } = randomSource(seed, name);
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor((next() / 2 ** 32) * (i + 1));
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items;
}
