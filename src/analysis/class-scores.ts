import { CnnvizError } from '../core/errors.js';
import { nearestName } from '../core/names.js';
import { nanScores, nanScoreWords, type RankedClass } from '../core/result.js';
import { sizeOf } from '../core/tensor.js';
import { bornWords, type ValueFault } from '../core/values.js';
import type { ShapedModel } from '../layers/infer.js';
import type { Model } from '../layers/model.js';
import { softmaxDim } from '../layers/softmax.js';
import { imagenetLabels } from '../models/imagenet-labels.js';
import { topClasses } from './best-classes.js';
import { channelsOf } from './layer-facts.js';

/** Where a network's scores are: one number for each class, before a softmax. */
interface ClassScores {
  /** The value that holds them. */
  readonly value: string;
  readonly count: number;
  /** Class names in order; null when nobody names them. */
  readonly labels: readonly string[] | null;
}

/**
 * Finds the scores of a network that ends in classes. A softmax at its end is left out: what a class depends on is asked
 * of its own score, not of its share among all others.
 * @param given class names from a file, or null
 * @throws CnnvizError 'usage' when the network does not end in classes, or the labels are not one for each
 */
export function classScores({ model, infos }: ShapedModel, name: string, given: readonly string[] | null): ClassScores {
  const value = beforeSoftmax(model, (of) => infos.get(of)!.shape.length);
  const { shape } = infos.get(value)!;
  const { items, channels } = channelsOf(shape);
  if (sizeOf(shape) !== items * channels || channels < 2) {
    throw new CnnvizError('usage', `${name} ends in [${shape.join(', ')}], not in classes`, {
      fix: 'use a network that ends in one number for each class, such as alexnet, or add flatten and linear to the pipe',
    });
  }
  if (items !== 1) {
    throw new CnnvizError('usage', `expected one image, got an array of ${items}`, { fix: 'give them one at a time' });
  }
  const labels = given ?? (channels === 1000 ? imagenetLabels() : null);
  if (labels && labels.length !== channels) {
    throw new CnnvizError('usage', `--labels: expected ${channels} names, one a line, got ${labels.length}`);
  }
  return { value, count: channels, labels };
}

/** The output, or what a softmax over the classes makes it from. */
function beforeSoftmax({ nodes, outputs: [output] }: Model, rankOf: (value: string) => number): string {
  const last = nodes.find(({ outputs }) => outputs.includes(output));
  if (last?.layer.kind !== 'softmax' && last?.layer.kind !== 'log_softmax') return output;
  return softmaxDim(last.layer.dim, rankOf(output)) === 1 ? last.inputs[0]! : output;
}

/**
 * The class a user means: by number, or by its name, which may be the beginning of one name alone ("tabby" for "tabby,
 * tabby cat").
 * @throws CnnvizError 'usage' with the nearest name
 */
export function findClass(text: string, { count, labels }: ClassScores): number {
  if (/^\d+$/.test(text.trim())) {
    const index = Number(text);
    if (index < count) return index;
    throw new CnnvizError('usage', `--class ${text}: the network has ${count} classes, 0 … ${count - 1}`, {
      fix: `--class ${count - 1} is the last`,
    });
  }
  if (!labels) {
    throw new CnnvizError('usage', `--class ${text}: this network's classes have no names`, {
      fix: `a number from 0 to ${count - 1}, or --labels FILE with one name a line`,
    });
  }
  const wanted = text.trim().toLowerCase();
  const lower = labels.map((label) => label.toLowerCase());
  const same = lower.indexOf(wanted);
  if (same >= 0) return same;
  const starting = lower.flatMap((label, index) => (wanted !== '' && label.startsWith(wanted) ? [index] : []));
  if (starting.length === 1) return starting[0];
  const holding = lower.flatMap((label, index) => (wanted !== '' && label.includes(wanted) ? [index] : []));
  const near = nearestName(text, labels);
  const fix =
    holding.length > 0
      ? `classes with that in their name: ${some(holding.map((index) => labels[index]))}`
      : near
        ? `did you mean ${near}?`
        : `a number from 0 to ${count - 1}, or a class's name`;
  throw new CnnvizError(
    'usage',
    `--class ${text}: ${starting.length > 1 ? 'more than one class begins so' : 'no class is called that'}`,
    { fix },
  );
}

const MOST_NAMES = 6;

/** What helps when a layer's own numbers make NaN. */
export const REPAIR = 'repair that layer: cnnviz weights FILE marks NaN, infinite values and variances below 0';

function some(names: readonly string[]): string {
  return names.slice(0, MOST_NAMES).join(', ') + (names.length > MOST_NAMES ? ', …' : '');
}

/**
 * The class of this index among scores; the best one when none is named.
 * @param faults what went wrong in the run that made them
 * @throws CnnvizError 'shape' when the score is NaN, or no best class can be told beside one
 */
export function rankClass(
  scores: Float32Array | Float64Array,
  index: number | null,
  { labels }: ClassScores,
  faults: readonly ValueFault[] = [],
): RankedClass {
  const nan = nanScores(scores);
  const born = bornWords(faults);
  const cause = born === '' ? 'the input holds such values: cnnviz run NET IMAGE tells how many' : REPAIR;
  if (index === null && nan.nan > 0 && nan.nan < nan.of) {
    throw new CnnvizError('shape', `no class is the best: ${nanScoreWords(nan)}${born}`, {
      fix: `name a class whose score is a number, --class ${scores.findIndex((score) => !Number.isNaN(score))}; or ${cause}`,
    });
  }
  const ranked = topClasses(scores, scores.length, 'logits', labels);
  const at = index === null ? 0 : ranked.findIndex((one) => one.index === index);
  if (ranked[at]) return { ...ranked[at], rank: at + 1, of: scores.length };
  throw new CnnvizError('shape', `the score of ${index === null ? 'every class' : `class ${index}`} is NaN${born}`, {
    fix: cause,
  });
}
