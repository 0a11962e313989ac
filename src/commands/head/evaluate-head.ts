import { type ValuesOf, wordsOf } from '../../cli/flags.js';
import type { Answer, Frame } from '../../cli/frame.js';
import { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import type { Evaluation } from '../../core/head.js';
import { groupDigits, someOf } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { findLabelledImages, type LabelledPlace } from '../../io/labelled-images.js';
import { baseName } from '../../io/paths.js';
import type { Style } from '../../reports/text.js';
import { openHead } from '../../run/head/open-head.js';
import { withoutFolders } from '../../run/recipe.js';
import { describeEvaluation, evaluateClasses, likeliest, percentWords } from './evaluation.js';
import { checkNamedOutputs, type ImageEvents, imageEvents, type LeftOut, leftOut } from './export-features.js';
import { drawConfusion } from './head-figures.js';
import { type evaluationFiles, headFlags, headJob } from './head-flags.js';
import { answers, type HeadJob, openWithNetwork } from './open-head.js';

/** What became of `head eval`. */
interface HeadEvaluationResult {
  readonly head: string;
  readonly images: string;
  readonly evaluation: Evaluation;
  /** Classes the head knows of which there is no image. */
  readonly missing: readonly string[];
  /** Classes of images the head does not know: left out. */
  readonly unknown: readonly { readonly name: string; readonly images: number }[];
  readonly wrong: readonly {
    readonly path: string;
    readonly label: string;
    readonly said: string;
    readonly probability: number;
  }[];
  readonly failed: readonly LeftOut[];
  readonly notes: readonly string[];
}

/** `cnnviz head eval`, answered. */
export async function evaluateAnswer(
  path: string,
  place: LabelledPlace,
  flags: ValuesOf<typeof headFlags & typeof evaluationFiles>,
  frame: Frame,
): Promise<Answer> {
  const { confusion } = flags;
  const job = { ...headJob(path, flags, frame.jobs), place, confusion, clobber: frame.clobber };
  const found = await evaluateHead(job, imageEvents(frame));
  const { failed, notes, evaluation } = found;
  const picture =
    confusion === null
      ? null
      : await drawConfusion(`${baseName(path)} on ${baseName(found.images)}`, evaluation, {
          args: argsOf(path, place, flags),
          file: frame.figureFile(confusion),
        });
  const outputs = picture === null ? [] : [{ path: confusion!, bytes: picture.length }];
  return {
    notes,
    lines: describeHeadEvaluation(found, frame.style),
    document: () => ({ cnnviz: VERSION, command: frame.name, ...found, outputs, warnings: notes }),
    files: picture === null ? [] : [{ place: confusion!, bytes: () => picture }],
    ok: failed.length === 0,
  };
}

/** The command that draws the confusion matrix again, files without their folders. */
function argsOf(
  path: string,
  { folder, csv }: LabelledPlace,
  { weights, features, confusion }: ValuesOf<typeof headFlags & typeof evaluationFiles>,
): string[] {
  const network = wordsOf(headFlags, {
    weights: weights && baseName(weights),
    features: features && withoutFolders(features),
  });
  return [
    'head',
    'eval',
    baseName(path),
    ...(folder === null ? [] : [baseName(folder)]),
    ...(csv === null ? [] : ['--csv', baseName(csv)]),
    ...network,
    '--confusion',
    baseName(confusion!),
  ];
}

interface HeadEvaluationJob extends HeadJob {
  readonly place: LabelledPlace;
  /** A picture of the confusion matrix that will be written, or null. */
  readonly confusion: string | null;
  readonly clobber: boolean;
}

/**
 * How a head does on labelled images. Classes it does not know are left out, and said.
 * @throws CnnvizError 'usage' when it knows none of them
 */
async function evaluateHead(job: HeadEvaluationJob, events: ImageEvents): Promise<HeadEvaluationResult> {
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
  const warn = (text: string) => void warnings.push(text);
  await answers(ready, inputs, warn, ({ index, probabilities, error }) => {
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
  });
  const all = new Float64Array(said.length * classes.length);
  said.forEach((row, r) => void all.set(row, r * classes.length));
  const evaluation = evaluateClasses(all, truth, classes);
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
  };
}

/** More wrong images than this are counted, not listed. */
const MOST_WRONG = 10;

/** How a head does on labelled images: accuracy, classes, the images it had wrong. */
function describeHeadEvaluation(result: HeadEvaluationResult, style: Style): string[] {
  const { head, images, evaluation, missing, unknown, wrong } = result;
  const { right, images: count, accuracy } = evaluation;
  const lines = [
    `${style.strong(head)} on ${images}: ${groupDigits(right)} of ${groupDigits(count)} right (${percentWords(accuracy)})`,
  ];
  if (missing.length > 0) {
    lines.push(
      `  no images of ${missing.join(', ')}: nothing is said of how well the head knows ${missing.length === 1 ? 'it' : 'them'}`,
    );
  }
  for (const { name, images: n } of unknown) {
    lines.push(`  ${name}: ${plural(n, 'image')} of a class the head does not know: left out`);
  }
  lines.push(...describeEvaluation(evaluation, style));
  for (const { path, label, said, probability } of wrong.slice(0, MOST_WRONG)) {
    lines.push(`  ${path}: ${label}, said ${said} (${percentWords(probability)})`);
  }
  if (wrong.length > MOST_WRONG)
    lines.push(`  and ${groupDigits(wrong.length - MOST_WRONG)} more wrong; --json lists all`);
  return lines;
}
