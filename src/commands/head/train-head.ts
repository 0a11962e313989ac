import { presetArgs } from '../../analysis/prepare/preset.js';
import type { ValuesOf } from '../../cli/flags.js';
import type { Answer, Frame, Work } from '../../cli/frame.js';
import { CnnvizError } from '../../core/errors.js';
import type { FeatureOrigin, Head, TrainingSettings } from '../../core/head.js';
import type { NetworkRequest } from '../../core/job.js';
import { groupDigits } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { headProbabilities } from '../../engine/training/predict-head.js';
import { type TrainedHead, type TrainingSet, trainHead } from '../../engine/training/train-head.js';
import { sha256 } from '../../io/hash.js';
import { findLabelledImages, type LabelledImages, type LabelledPlace } from '../../io/labelled-images.js';
import { baseName, stem } from '../../io/paths.js';
import { writeHead } from '../../models/head-file.js';
import { formatBytes } from '../../reports/table.js';
import { evaluateClasses } from './evaluation.js';
import { checkNamedOutputs, type ImageEvents, imageEvents, leftOut, networkFiles } from './export-features.js';
import { type FeatureExtractor, type FeatureJob, openExtractor } from './feature-extractor.js';
import { drawConfusion, drawCurve } from './head-figures.js';
import {
  type featureFlags,
  featureJob,
  type learningFlags,
  type trainingFiles,
  trainingSettings,
} from './head-flags.js';
import {
  computeFeatures,
  type FailedImage,
  type ImageFeatures,
  openFeatureCache,
  writeFeatureCache,
} from './image-features.js';
import { describeTraining, type HeadTrainingResult } from './train-report.js';

/** Everything training a head needs. Plain JSON. */
interface HeadTrainingJob {
  readonly place: LabelledPlace;
  readonly features: FeatureJob;
  readonly settings: TrainingSettings;
  readonly out: string;
  readonly clobber: boolean;
  /** Where features are kept for the next time; null: nowhere. */
  readonly cache: string | null;
  /** Pictures of the learning curve and of the confusion matrix. */
  readonly curve: string | null;
  readonly confusion: string | null;
  readonly threads: number;
}

/** What is told while it works. */
interface HeadTrainingEvents extends ImageEvents {
  readonly iterations: (done: number, total: number) => void;
  /** How a picture is written at a place. */
  readonly figureFile: Frame['figureFile'];
}

/** What became of it, and the files that are to be written. */
interface TrainedOnImages {
  readonly result: HeadTrainingResult;
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
}

/** `cnnviz head train`, answered. */
export async function trainAnswer(
  place: LabelledPlace,
  flags: ValuesOf<typeof featureFlags & typeof learningFlags & typeof trainingFiles>,
  frame: Frame,
): Promise<Answer> {
  const { curve, confusion, cache } = flags;
  const features = featureJob(flags);
  const settings = trainingSettings(flags);
  const out = frame.place({ name: `${nameOf(place)}.head`, inputs: [], always: 'with --json' })!;
  // beside a head on standard output there is no place
  const beside = out === '-' ? null : `${out}.features`;
  const { clobber, jobs: threads } = frame;
  const kept = cache === false ? null : (cache ?? beside);
  const job = { place, features, settings, out, clobber, cache: kept, curve, confusion, threads };
  let bar: Work['bar'] | null = null;
  const { result, files } = await trainHeadOnImages(job, {
    ...imageEvents(frame),
    figureFile: frame.figureFile,
    iterations(done, total) {
      bar ??= frame.progress(total, { mayEndEarly: true }).bar;
      bar.update(done, 0);
    },
  });
  const { notes, failed, headSha256 } = result;
  const hash = frame.verbose ? `, sha256 ${headSha256.slice(0, 16)}…` : '';
  return {
    notes,
    lines: describeTraining(result, frame.style),
    document: () => ({ cnnviz: VERSION, command: frame.name, ...result, warnings: notes }),
    files: files.map(({ path, bytes }, i) => ({
      place: path,
      bytes: () => bytes,
      facts: `${formatBytes(bytes.length)}${i === 0 ? hash : ''}`,
    })),
    ok: failed.length === 0,
  };
}

/** What a head is called when nobody says: after its folder or list. */
function nameOf({ folder, csv }: LabelledPlace): string {
  const name = folder === null ? stem(csv ?? '') : baseName(folder);
  return /^[.]*$/.test(name) ? 'my' : name;
}

/**
 * Trains a classifier on a network's frozen features: images by class → features, computed once → L-BFGS → a head file.
 * @throws CnnvizError 'usage' when fewer than two classes are left
 */
async function trainHeadOnImages(job: HeadTrainingJob, events: HeadTrainingEvents): Promise<TrainedOnImages> {
  const images = await findLabelledImages(job.place);
  checkClasses(images.name, images.classes);
  checkNamedOutputs(
    [job.out, job.curve, job.confusion, job.cache],
    [...images.inputs.map(({ path }) => path), ...(await networkFiles(job.features.request)), job.place.csv],
    job.clobber ? [] : [job.out, job.curve, job.confusion],
  );
  const extractor = await openExtractor(job.features, images.inputs, job.threads);
  const notes = [...images.notes, ...extractor.opened.notes, ...extractor.cut.notes];
  const features = await featuresOf(job, extractor, images, notes, events);
  const { set, classes } = trainingSet(extractor.features, images, features, notes);
  const trained = await learn(set, job.settings, events);

  const { origin } = extractor;
  const after = extractor.cut.hashWeights();
  if (after !== origin.weightsSha256) {
    throw new CnnvizError('input', `${origin.network}: its weights changed while the head was trained`, {
      fix: 'another program wrote the file: train again',
    });
  }
  const { parameters, training, heldOut } = trained;
  const head: Head = { classes, origin, settings: job.settings, parameters };
  const bytes = writeHead(head);
  const evaluate = async (rows: Int32Array) => {
    const { x, features: D } = set;
    const said = new Float64Array(rows.length * classes.length);
    for (const [r, row] of rows.entries()) {
      said.set(headProbabilities(parameters, x.subarray(row * D, (row + 1) * D)), r * classes.length);
      await breathe();
    }
    return evaluateClasses(
      said,
      rows.map((row) => set.labels[row]),
      classes,
    );
  };
  const onTraining = await evaluate(training);
  const evaluation = heldOut.length > 0 ? await evaluate(heldOut) : onTraining;
  if (trained.constantFeatures > 0) {
    notes.push(
      `${groupDigits(trained.constantFeatures)} of ${groupDigits(set.features)} features are the same in every training image: they get no weight`,
    );
  }

  const subject = `${extractor.opened.name} ${origin.layer}`;
  const args = headTrainArgs(job.place, origin, job.settings, job.features.request);
  const measured = heldOut.length > 0 ? 'held-out' : 'training';
  const files = [{ path: job.out, bytes }];
  if (job.curve !== null) {
    const own = [...args, '--curve', baseName(job.curve)];
    const said = { training: onTraining, heldOut: heldOut.length > 0 ? evaluation : null };
    const figure = { title: subject, points: trained.curve, best: trained.best, ...said };
    const file = events.figureFile(job.curve);
    files.push({ path: job.curve, bytes: await drawCurve(figure, { args: own, file }) });
  }
  if (job.confusion !== null) {
    const own = [...args, '--confusion', baseName(job.confusion)];
    const picture = { args: own, file: events.figureFile(job.confusion) };
    const drawn = await drawConfusion(`${subject}, ${measured} images`, evaluation, picture);
    files.push({ path: job.confusion, bytes: drawn });
  }
  const result: HeadTrainingResult = {
    images: images.name,
    classes: classes.map((name, k) => ({ name, images: set.labels.filter((label) => label === k).length })),
    features: {
      origin,
      features: extractor.features,
      shape: extractor.shape,
      preprocess: extractor.preprocess,
      computed: features.computed,
      cached: features.cached,
    },
    settings: job.settings,
    training: training.length,
    heldOut: heldOut.length,
    heldOutImages: Array.from(heldOut, (row) => images.inputs[features.rows[row].index].path),
    curve: trained.curve,
    best: trained.best,
    end: trained.end,
    constantFeatures: trained.constantFeatures,
    evaluation,
    trainingRight: onTraining.right,
    weightsSha256: { before: origin.weightsSha256, after },
    headSha256: sha256(bytes),
    outputs: files.map((file) => ({ path: file.path, bytes: file.bytes.length })),
    failed: features.failed.map(leftOut),
    notes,
  };
  return { result, files };
}

/** Features of all images, from the cache where it has them; the cache is written before anything is trained. */
async function featuresOf(
  { cache: path }: HeadTrainingJob,
  extractor: FeatureExtractor,
  { inputs }: LabelledImages,
  notes: string[],
  events: HeadTrainingEvents,
): Promise<ImageFeatures> {
  const cache = path === null ? null : await openFeatureCache(path, extractor.origin, extractor.features);
  if (cache?.note) notes.push(cache.note);
  let told = 0;
  const tell = (failed: readonly FailedImage[]) => {
    for (const { error } of failed.slice(told)) events.failure(error);
    told = failed.length;
  };
  const features = await computeFeatures(extractor, inputs, cache, {
    progress: (done, failed) => {
      tell(failed);
      events.images(done, inputs.length, failed.length);
    },
  });
  notes.push(...features.warnings);
  if (path !== null && features.computed > 0) {
    const first = firstRows(features);
    const x = first.length === features.rows.length ? features.x : rowsOf(features.x, first, extractor.features);
    const hashes = first.map((row) => features.rows[row].hash);
    await writeFeatureCache(path, extractor.origin, x, extractor.features, hashes);
  }
  return features;
}

/** Rows without those whose image has come before. */
function firstRows({ rows }: ImageFeatures): number[] {
  const seen = new Set<string>();
  return [...rows.keys()].filter((row) => !seen.has(rows[row].hash) && seen.add(rows[row].hash));
}

function rowsOf(x: Float32Array, rows: readonly number[], features: number): Float32Array {
  const out = new Float32Array(rows.length * features);
  rows.forEach((row, r) => {
    out.set(x.subarray(row * features, (row + 1) * features), r * features);
  });
  return out;
}

/** Lets signals through between pieces of work. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Lets the process breathe between iterations, and within long ones. */
async function learn(set: TrainingSet, settings: TrainingSettings, events: HeadTrainingEvents): Promise<TrainedHead> {
  const descent = trainHead(set, settings);
  for (;;) {
    const step = descent.next();
    if (step.done) return step.value;
    if (step.value !== null) events.iterations(step.value.iteration, settings.maxIterations);
    await breathe();
  }
}

/** @throws CnnvizError 'usage' for fewer than two classes */
function checkClasses(name: string, classes: readonly string[]): void {
  if (classes.length >= 2) return;
  const what = classes.length === 1 ? `one class only, "${classes[0]}"` : 'no image of any class is left';
  throw new CnnvizError('usage', `${name}: ${what}: a classifier needs two`, {
    fix: 'add a sub-folder with images of another class, if only of "other"',
  });
}

/** More images with two classes than this are counted, not listed. */
const MOST_TORN = 5;

/** What can be learned from; a class without a readable image is left out, and said. */
function trainingSet(
  D: number,
  { name, inputs, labels, classes: all }: LabelledImages,
  { x, rows }: ImageFeatures,
  notes: string[],
): { set: TrainingSet; classes: readonly string[] } {
  const used = new Set(rows.map(({ index }) => labels[index]));
  const classes = all.filter((one) => used.has(one));
  for (const one of all) if (!used.has(one)) notes.push(`no image of "${one}" could be used: the class is left out`);
  checkClasses(name, classes);
  const contents = new Map<string, number>();
  const firstOf = new Map<string, number>();
  let copies = 0;
  const torn: string[] = [];
  for (const { index, hash } of rows) {
    const first = firstOf.get(hash);
    if (first === undefined) {
      contents.set(hash, contents.size);
      firstOf.set(hash, index);
      continue;
    }
    copies++;
    if (labels[first] !== labels[index]) {
      torn.push(
        `${inputs[first].path} ("${labels[first]}") and ${inputs[index].path} ("${labels[index]}") are the same image: no classifier can have both right`,
      );
    }
  }
  notes.push(...torn.slice(0, MOST_TORN));
  if (torn.length > MOST_TORN) notes.push(`and ${torn.length - MOST_TORN} more images that have two classes`);
  if (copies > 0) notes.push(`${copies} of ${rows.length} images are copies of others`);
  return {
    classes,
    set: {
      x,
      features: D,
      labels: Int32Array.from(rows, ({ index }) => classes.indexOf(labels[index])),
      classes: classes.length,
      contents: Int32Array.from(rows, ({ hash }) => contents.get(hash)!),
    },
  };
}

/** The command that trains a head again, every option that changes it, files without their folders. */
function headTrainArgs(
  { folder, csv }: LabelledPlace,
  origin: FeatureOrigin,
  settings: TrainingSettings,
  { asPrinted = false }: Pick<NetworkRequest, 'asPrinted'>,
): string[] {
  const args = ['head', 'train'];
  if (folder !== null) args.push(baseName(folder));
  if (csv !== null) args.push('--csv', baseName(csv));
  args.push('--features', origin.network);
  if (origin.weights !== null) args.push('--weights', origin.weights);
  if (origin.init !== null) args.push('--init', `seed:${origin.init}`);
  if (asPrinted) args.push('--as-printed');
  args.push('--layer', origin.layer, '--reduce', origin.reduce, ...presetArgs(origin.preset));
  if (origin.background !== null) args.push('--background', origin.background);
  if (origin.exact) args.push('--exact');
  const { l2, hidden, classWeight, holdout, seed, maxIterations, patience } = settings;
  args.push('--l2', String(l2));
  if (hidden !== null) args.push('--hidden', String(hidden));
  args.push('--class-weight', classWeight, '--holdout', String(holdout), '--seed', String(seed));
  args.push('--iterations', String(maxIterations), '--patience', String(patience));
  return args;
}
