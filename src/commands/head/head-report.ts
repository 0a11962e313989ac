import { plural } from '../../core/geometry.js';
import type { Evaluation, FeatureOrigin, TrainingSettings } from '../../core/head.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { formatBytes } from '../../reports/table.js';
import type { Style } from '../../reports/text.js';
import type { FeatureFacts, HeadEvaluationResult, HeadTrainingResult, LeftOut, Prediction } from './head-result.js';

/** What was trained on which features, how it went, how good it is, what was written. */
export function describeTraining(result: HeadTrainingResult, style: Style): string[] {
  const { images, classes, features, settings, training, heldOut, evaluation, outputs, weightsSha256, failed } = result;
  const count = training + heldOut;
  const isUnchanged = weightsSha256.before === weightsSha256.after;
  const lines = [
    `${style.strong(images)}  ${plural(count, 'image')} of ${classes.length} classes: ${classWords(classes)}`,
    ...(failed.length > 0
      ? [
          style.warn(
            `  ${plural(failed.length, 'image')} could not be used and ${failed.length === 1 ? 'is' : 'are'} left out`,
          ),
        ]
      : []),
    ...featureLines(features),
    ...(style.verbose
      ? [
          `  frozen weights before ${weightsSha256.before}`,
          `  frozen weights after  ${weightsSha256.after} ${isUnchanged ? 'unchanged' : 'CHANGED'}`,
        ]
      : [
          `  its own layers are frozen: ${isUnchanged ? 'they stayed as they were' : 'THEY CHANGED, which is a fault of cnnviz'}`,
        ]),
    `${style.strong(headWords(settings))}  ${settingWords(settings)}, seed ${settings.seed}`,
    `  ${splitWords(result)}`,
    `  ${style.verbose ? 'L-BFGS: ' : ''}${endWords(result)}`,
    ...curveLines(result),
    ...measureLines(result),
    ...describeEvaluation(evaluation, style),
  ];
  outputs.forEach(({ path, bytes }, i) => {
    lines.push(
      `${i === 0 ? 'wrote ' : '      '}${style.strong(path)}  ${formatBytes(bytes)}${i === 0 && style.verbose ? `, sha256 ${result.headSha256.slice(0, 16)}…` : ''}`,
    );
  });
  return lines;
}

function classWords(classes: HeadTrainingResult['classes']): string {
  const some = classes.slice(0, 8).map(({ name, images }) => `${name} ${groupDigits(images)}`);
  return `${some.join(', ')}${classes.length > some.length ? ', …' : ''}`;
}

/** "alexnet@a.pth up to classifier.5: 4,096 features of an image, 224×224 (shorter side 256, …)" */
function featureLines({ origin, features, shape, preprocess, computed, cached }: FeatureFacts): string[] {
  const maps = shape.length > 2 ? ` (${reduceWords(origin, shape)})` : '';
  const counts = `${groupDigits(computed)} computed${cached === 0 ? '' : `, ${groupDigits(cached)} from the cache`}`;
  return [
    `${networkWords(origin)} up to ${origin.layer}: ${groupDigits(features)} ${features === 1 ? 'feature' : 'features'} an image${maps}, ${counts}`,
    `  ${preprocess}`,
  ];
}

function networkWords({ network, weights }: FeatureOrigin): string {
  return weights === null ? network : `${network}@${weights}`;
}

function reduceWords({ reduce }: FeatureOrigin, shape: readonly number[]): string {
  const maps = `${plural(shape[1], 'map')} ${[...shape.slice(2)].reverse().join('×')}`;
  return reduce === 'flatten'
    ? `all values of ${maps}`
    : `the ${reduce === 'mean' ? 'means' : 'largest values'} of ${maps}`;
}

function headWords({ hidden }: TrainingSettings): string {
  return hidden === null ? 'softmax head' : `head with ${plural(hidden, 'hidden unit')}`;
}

function settingWords({ l2, classWeight }: TrainingSettings): string {
  const inverse = l2 === 0 ? '' : ` (C ${formatNumber(1 / l2)})`;
  return `L2 ${formatNumber(l2)}${inverse}${classWeight === 'balanced' ? ', classes balanced' : ''}`;
}

function splitWords({ training, heldOut, settings }: HeadTrainingResult): string {
  if (heldOut > 0) return `${groupDigits(training)} images to learn from, ${groupDigits(heldOut)} held out`;
  const why = settings.holdout === 0 ? 'none held out' : 'too few to hold any out';
  return `${groupDigits(training)} images to learn from, ${why}`;
}

function endWords({ curve, best, end, settings }: HeadTrainingResult): string {
  const done = curve.length - 1;
  const iterations = plural(done, 'iteration');
  switch (end) {
    case 'converged':
      return `${iterations} to the minimum${best < done ? `; iteration ${best}, best on the held-out images, is kept` : ''}`;
    case 'patience':
      return `${iterations}, none of the last ${settings.patience} better on the held-out images; iteration ${best} is kept`;
    case 'no lower':
      return `${iterations}, then no step gets lower; iteration ${best} is kept`;
    case 'iterations':
      return `${iterations}, the limit, before the minimum (--iterations allows more); iteration ${best} is kept`;
  }
}

const BARS = '▁▂▃▄▅▆▇█';
const MOST_BARS = 40;

/** The losses as a row of bars on one scale from 0, with first and last value. */
function curveLines({ curve, heldOut, best }: HeadTrainingResult): string[] {
  const rows = [
    { name: 'training', losses: curve.map(({ training }) => training) },
    ...(heldOut > 0 ? [{ name: 'held out', losses: curve.map((point) => point.heldOut!) }] : []),
  ];
  const most = Math.max(...rows.flatMap(({ losses }) => losses));
  const step = Math.max(1, Math.ceil(curve.length / MOST_BARS));
  return rows.map(({ name, losses }, i) => {
    const bars = losses
      .filter((_, at) => at % step === 0)
      .map((loss) => BARS[most === 0 ? 0 : Math.min(7, Math.floor((loss / most) * 8))])
      .join('');
    return `  ${i === 0 ? 'loss' : '    '} ${name.padEnd(8)} ${bars}  ${formatNumber(losses[0])} → ${formatNumber(losses[best])}`;
  });
}

/** What the table is measured on, and what that is worth. */
function measureLines({ heldOut, training, trainingRight, evaluation, settings }: HeadTrainingResult): string[] {
  const learned = `${groupDigits(trainingRight)} of the ${groupDigits(training)} images learned from`;
  if (heldOut > 0) {
    return [
      `held-out images: ${groupDigits(evaluation.right)} of ${groupDigits(heldOut)} right (${percent(evaluation.accuracy)}); ${learned}`,
    ];
  }
  return [
    `training images: ${learned} right (${percent(evaluation.accuracy)})`,
    `  measured on the images it learned from: new ones will do worse; ${settings.holdout === 0 ? '--holdout 0.2 or ' : ''}\`cnnviz head eval\` on others tells how much`,
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** The document of `head train --json`. */
export function trainingJson(result: HeadTrainingResult): string {
  return JSON.stringify({ cnnviz: VERSION, command: 'head train', ...result, warnings: result.notes }, null, 2);
}

/** Larger confusion matrices are left to the picture: their lines would not fit a terminal. */
const MOST_COLUMNS = 16;
const LABEL = 20;
/** The confusion matrix's first column: "is ↓  said →". */
const LEAST_NAME = 12;

/** Precision, recall, F1 and images of each class, then the confusion matrix. */
function describeEvaluation({ perClass, confusion, logLoss }: Evaluation, style: Style): string[] {
  const names = perClass.map(({ name }) => shorten(name));
  const width = Math.max(5, ...names.map((name) => [...name].length));
  const cells = ['precision', 'recall', 'F1', 'images'];
  const lines = [style.dim(` ${pad('class', width)}  ${cells.map((cell) => cell.padStart(9)).join('  ')}`)];
  perClass.forEach(({ precision, recall, f1, images }, k) => {
    const numbers = [percentWords(precision), percentWords(recall), percentWords(f1), groupDigits(images)];
    lines.push(` ${pad(names[k], width)}  ${numbers.map((cell) => cell.padStart(9)).join('  ')}`);
  });
  lines.push(style.dim(` mean −ln(probability of the true class) ${formatNumber(logLoss)}`));
  return [...lines, ...confusionLines(names, confusion, width, style)];
}

function confusionLines(
  names: readonly string[],
  confusion: readonly (readonly number[])[],
  width: number,
  style: Style,
): string[] {
  const columns = names.map((name, k) =>
    Math.max([...name].length, ...confusion.map((row) => groupDigits(row[k]).length)),
  );
  const across = columns.reduce((sum, column) => sum + 2 + column, 1 + Math.max(width, LEAST_NAME));
  if (names.length > MOST_COLUMNS || across > (style.columns ?? Number.POSITIVE_INFINITY)) {
    return [` confusion matrix of ${names.length} classes: --confusion FILE.png draws it, --json lists it`];
  }
  const rowOf = (cells: readonly string[]) =>
    cells.map((cell, k) => ' '.repeat(Math.max(0, columns[k] - [...cell].length)) + cell).join('  ');
  return [
    style.dim(` ${pad('is ↓  said →', Math.max(width, LEAST_NAME))}  ${rowOf(names)}`),
    ...confusion.map((row, i) => ` ${pad(names[i], Math.max(width, LEAST_NAME))}  ${rowOf(row.map(groupDigits))}`),
  ];
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - [...text].length));
}

function shorten(name: string): string {
  const letters = [...name];
  return letters.length <= LABEL ? name : `${letters.slice(0, LABEL - 1).join('')}…`;
}

/** "91.7 %", or "–" where nothing can be divided. */
function percentWords(share: number | null): string {
  return share === null ? '–' : `${(100 * share).toFixed(1)} %`;
}

/** More wrong images than this are counted, not listed. */
const MOST_WRONG = 10;

/** How a head does on labelled images: accuracy, classes, the images it had wrong. */
export function describeHeadEvaluation(result: HeadEvaluationResult, style: Style): string[] {
  const { head, images, evaluation, missing, unknown, wrong, outputs } = result;
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
  for (const { path } of outputs) lines.push(`wrote ${style.strong(path)}`);
  return lines;
}

/** The document of `head eval --json`. */
export function headEvaluationJson(result: HeadEvaluationResult): string {
  return JSON.stringify({ cnnviz: VERSION, command: 'head eval', ...result, warnings: result.notes }, null, 2);
}

/** What this report tells: the result of studies/export-features, as plain data. */
interface ExportedFeatures {
  readonly features: FeatureFacts;
  readonly rows: readonly { readonly path: string; readonly label: string | null }[];
  readonly out: string;
  readonly bytes: number;
  readonly failed: readonly LeftOut[];
  readonly notes: readonly string[];
}

/** Which features, and where they went. */
export function describeFeatures({ features, rows, out, bytes }: ExportedFeatures, style: Style): string[] {
  const size = `${groupDigits(rows.length)} × ${groupDigits(features.features)}`;
  const wrote = out === '-' ? [] : [`wrote ${style.strong(out)}  ${size}, ${formatBytes(bytes)}`];
  return [...featureLines(features), ...wrote];
}

/** The document of `head features --json`: rows in the order of the file. */
export function featuresJson(result: ExportedFeatures): string {
  return JSON.stringify({ cnnviz: VERSION, command: 'head features', ...result, warnings: result.notes }, null, 2);
}

/** What became of one image: the same keys whether it worked or not. */
export interface PredictionRecord {
  readonly path: string;
  readonly prediction: Prediction | null;
  readonly error: { readonly code: string; readonly message: string; readonly fix?: string | undefined } | null;
}

/** "photos/a.jpg    97.2 % cat     2.1 % dog     0.7 % plane"; names are as wide as the widest path. */
export function predictionLine({ path, top }: Prediction, width: number, style: Style): string {
  const [first, ...others] = top;
  const words = (probability: number) => probabilityWords(probability).padStart(7);
  const best = `${words(first.probability)} ${style.strong(first.label)}`;
  const rest = others.map(({ label, probability }) => style.dim(`${words(probability)} ${label}`));
  return ` ${path}${' '.repeat(Math.max(0, width - [...path].length))}  ${[best, ...rest].join('  ')}`;
}

function probabilityWords(probability: number): string {
  return `${(100 * probability).toFixed(1)} %`;
}

/** One line of --jsonl, and one entry of --json: top has index, label and probability, best first. */
export function predictionRecord({ path, prediction, error }: PredictionRecord) {
  return {
    path,
    ok: error === null,
    error: error && { code: error.code, message: error.message, fix: error.fix ?? null },
    top: prediction?.top ?? null,
  };
}

/** The document of `head predict --json`. */
export function predictionsJson(
  head: string,
  records: readonly PredictionRecord[],
  warnings: readonly string[],
): string {
  const results = records.map(predictionRecord);
  const failed = results.filter(({ ok }) => !ok).length;
  const counts = { done: results.length - failed, failed };
  return JSON.stringify({ cnnviz: VERSION, command: 'head predict', head, ...counts, results, warnings }, null, 2);
}
