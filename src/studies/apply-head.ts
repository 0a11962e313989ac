import { evaluateClasses, likeliest } from '../analysis/classification.js';
import { CnnvizError } from '../core/errors.js';
import type { Head } from '../core/head.js';
import type { HeadEvaluationResult, LeftOut, Prediction } from '../core/head-result.js';
import { someOf } from '../core/shorten.js';
import { headProbabilities } from '../engine/training/predict-head.js';
import { writeAtomic } from '../io/files.js';
import type { Input } from '../io/inputs.js';
import { baseName } from '../io/paths.js';
import { type FeatureExtractor, openExtractor } from '../stages/feature-extractor.js';
import { drawConfusion } from '../stages/head-draw.js';
import { checkSameFeatures, featureJobOf, type HeadNetwork, openHead } from '../stages/head-network.js';
import { computeFeatures } from '../stages/image-features.js';
import { findLabelledImages, type LabelledPlace } from '../stages/labelled-images.js';
import { checkNamedOutputs, leftOut } from './head-places.js';

/** Which head, and where its network is. Plain JSON. */
export interface HeadJob {
  readonly head: string;
  readonly network: HeadNetwork;
  readonly maxPixels: number;
  readonly threads: number;
}

/** Features of this many batches are held at once. */
const BATCHES = 8;

/** What a head says of one image. */
export type HeadAnswer =
  | { readonly index: number; readonly probabilities: Float64Array; readonly error: null }
  | { readonly index: number; readonly probabilities: null; readonly error: CnnvizError };

/** A head with its network, ready for images. */
interface ReadyHead {
  readonly head: Head;
  readonly extractor: FeatureExtractor;
}

async function openWithNetwork(job: HeadJob, inputs: readonly Input[]): Promise<ReadyHead> {
  const head = await openHead(job.head);
  const features = await featureJobOf(job.head, head, job.network, job.maxPixels);
  const extractor = await openExtractor(features, inputs, job.threads);
  checkSameFeatures(job.head, head, extractor);
  return { head, extractor };
}

/** Answers for all images in their order, some batches at a time; `warn` is told each thing that went wrong once. */
async function* answers(
  { head, extractor }: ReadyHead,
  inputs: readonly Input[],
  warn: (text: string) => void,
): AsyncGenerator<HeadAnswer> {
  const told = new Set<string>();
  const K = head.classes.length;
  const portion = extractor.batch * BATCHES;
  for (let from = 0; from < inputs.length; from += portion) {
    const part = inputs.slice(from, from + portion);
    const found = await computeFeatures(extractor, part, null, { progress: () => undefined });
    const { x, rows, failed } = found;
    for (const text of found.warnings) if (!told.has(text)) warn(text);
    for (const text of found.warnings) told.add(text);
    const probabilities = headProbabilities(head.parameters, x);
    const said: HeadAnswer[] = [
      ...rows.map(({ index }, row) => ({
        index: from + index,
        probabilities: probabilities.slice(row * K, (row + 1) * K),
        error: null,
      })),
      ...failed.map(({ index, error }) => ({ index: from + index, probabilities: null, error })),
    ];
    yield* said.sort((a, b) => a.index - b.index);
  }
}

/** What comes of one image: its likeliest classes, or why there are none. */
export type PredictionOutcome =
  | { readonly prediction: Prediction; readonly path: string; readonly error: null }
  | { readonly prediction: null; readonly path: string; readonly error: CnnvizError };

/** The `top` likeliest classes of each image (null: three), in the order of the images. */
export async function* predictImages(
  job: HeadJob,
  inputs: readonly Input[],
  top: number | null,
  warn: (text: string) => void,
): AsyncGenerator<PredictionOutcome> {
  const ready = await openWithNetwork(job, inputs);
  const { classes } = ready.head;
  for await (const { index, probabilities, error } of answers(ready, inputs, warn)) {
    const { path } = inputs[index];
    if (error) yield { prediction: null, path, error };
    else {
      const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a] || a - b);
      const best = order.slice(0, top ?? 3);
      const ranked = best.map((k) => ({ index: k, label: classes[k], probability: probabilities[k] }));
      yield { prediction: { path, top: ranked }, path, error: null };
    }
  }
}

export interface HeadEvaluationJob extends HeadJob {
  readonly place: LabelledPlace;
  /** A picture of the confusion matrix, or null. */
  readonly confusion: string | null;
  readonly clobber: boolean;
}

/**
 * How a head does on labelled images. Classes it does not know are left out, and said.
 * @throws CnnvizError 'usage' when it knows none of them
 */
export async function evaluateHead(
  job: HeadEvaluationJob,
  events: {
    readonly images: (done: number, total: number, failed: number) => void;
    readonly failure: (error: CnnvizError) => void;
  },
): Promise<HeadEvaluationResult> {
  const images = await findLabelledImages(job.place);
  const { classes } = await openHead(job.head);
  const known = [...images.inputs.keys()].filter((i) => classes.includes(images.labels[i]));
  if (known.length === 0) {
    throw new CnnvizError(
      'usage',
      `${images.name}: of classes ${someOf(images.classes)}; ${job.head} knows ${someOf(classes)}`,
      { fix: 'name the sub-folders as the head calls its classes' },
    );
  }
  const inputs = known.map((i) => images.inputs[i]);
  const labels = known.map((i) => images.labels[i]);
  checkNamedOutputs(
    [job.confusion],
    [job.head, job.network.weights, ...inputs.map(({ path }) => path)],
    job.clobber ? [] : [job.confusion],
  );
  const ready = await openWithNetwork(job, inputs);
  const warnings: string[] = [];
  const failed: LeftOut[] = [];
  const truth: number[] = [];
  const said: Float64Array[] = [];
  const wrong: { path: string; label: string; said: string; probability: number }[] = [];
  for await (const { index, probabilities, error } of answers(ready, inputs, (text) => warnings.push(text))) {
    const { path } = inputs[index];
    if (error) {
      events.failure(error);
      failed.push(leftOut({ index, path, error }));
    } else {
      const best = likeliest(probabilities);
      truth.push(classes.indexOf(labels[index]));
      said.push(probabilities);
      if (classes[best] !== labels[index]) {
        wrong.push({ path, label: labels[index], said: classes[best], probability: probabilities[best] });
      }
    }
    events.images(index + 1, inputs.length, failed.length);
  }
  const all = new Float64Array(said.length * classes.length);
  said.forEach((row, r) => void all.set(row, r * classes.length));
  const evaluation = evaluateClasses(all, truth, classes);
  const outputs: { path: string; bytes: number }[] = [];
  if (job.confusion !== null) {
    const args = ['head', 'eval', baseName(job.head), baseName(job.place.folder ?? '')].filter((arg) => arg !== '');
    if (job.place.csv !== null) args.push('--csv', baseName(job.place.csv));
    const picture = await drawConfusion(`${baseName(job.head)} on ${baseName(images.name)}`, evaluation, args);
    await writeAtomic(job.confusion, picture, job);
    outputs.push({ path: job.confusion, bytes: picture.length });
  }
  const used = new Set(truth);
  return {
    head: job.head,
    images: images.name,
    evaluation,
    missing: classes.filter((_, k) => !used.has(k)),
    unknown: images.classes
      .filter((name) => !classes.includes(name))
      .map((name) => ({ name, images: images.labels.filter((label) => label === name).length })),
    wrong,
    failed,
    notes: [...images.notes, ...ready.extractor.cut.notes, ...warnings],
    outputs,
  };
}
