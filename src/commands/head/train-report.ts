import { plural } from '../../core/geometry.js';
import type { Evaluation, LearningPoint, TrainingSettings } from '../../core/head.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import type { Style } from '../../reports/text.js';
import { describeEvaluation } from './evaluation.js';
import { type FeatureFacts, featureLines, type LeftOut } from './export-features.js';

/** What became of `head train`. */
export interface HeadTrainingResult {
  readonly images: string;
  /** Classes with the images that were used. */
  readonly classes: readonly { readonly name: string; readonly images: number }[];
  readonly features: FeatureFacts;
  readonly settings: TrainingSettings;
  readonly training: number;
  readonly heldOut: number;
  /** Their names, in the order of the images. */
  readonly heldOutImages: readonly string[];
  readonly curve: readonly LearningPoint[];
  /** The iteration whose parameters were kept. */
  readonly best: number;
  readonly end: 'converged' | 'no lower' | 'iterations' | 'patience';
  readonly constantFeatures: number;
  /** On the held-out images; on those learned from when none are held out. */
  readonly evaluation: Evaluation;
  readonly trainingRight: number;
  /** The frozen weights' hash, before and after. */
  readonly weightsSha256: { readonly before: string; readonly after: string };
  readonly headSha256: string;
  /** What is written: the head, then its pictures. */
  readonly outputs: readonly { readonly path: string; readonly bytes: number }[];
  readonly failed: readonly LeftOut[];
  readonly notes: readonly string[];
}

/** What was trained on which features, how it went, how good it is, what was written. */
export function describeTraining(result: HeadTrainingResult, style: Style): string[] {
  const { images, classes, features, settings, training, heldOut, evaluation, weightsSha256, failed } = result;
  const count = training + heldOut;
  const isUnchanged = weightsSha256.before === weightsSha256.after;
  return [
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
}

function classWords(classes: HeadTrainingResult['classes']): string {
  const some = classes.slice(0, 8).map(({ name, images }) => `${name} ${groupDigits(images)}`);
  return `${some.join(', ')}${classes.length > some.length ? ', …' : ''}`;
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
