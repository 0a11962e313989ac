import type { ClassMetrics, Evaluation } from '../../core/head.js';
import { log } from '../../core/math.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import type { Style } from '../../reports/text.js';

/**
 * How often a classifier is right. probabilities [n, K]; the class said is the likeliest, of equals the first.
 * @param labels [n], 0 … K − 1
 * Source of precision, recall and F1: sklearn.metrics.precision_recall_fscore_support
 */
export function evaluateClasses(
  probabilities: Float64Array,
  labels: ArrayLike<number>,
  classes: readonly string[],
): Evaluation {
  const K = classes.length;
  const confusion = classes.map(() => new Array<number>(K).fill(0));
  let [right, loss] = [0, 0];
  for (let row = 0; row < labels.length; row++) {
    const said = likeliest(probabilities.subarray(row * K, (row + 1) * K));
    confusion[labels[row]][said]++;
    if (said === labels[row]) right++;
    loss -= log(probabilities[row * K + labels[row]]);
  }
  return {
    images: labels.length,
    right,
    accuracy: right / labels.length,
    logLoss: loss / labels.length,
    perClass: classes.map((name, k) => metricsOf(name, k, confusion)),
    confusion,
  };
}

/** The index of the largest value, of equals the first. */
export function likeliest(values: Float64Array): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k] > values[best]) best = k;
  return best;
}

function metricsOf(name: string, k: number, confusion: readonly (readonly number[])[]): ClassMetrics {
  const images = confusion[k].reduce((sum, count) => sum + count, 0);
  const said = confusion.reduce((sum, row) => sum + row[k], 0);
  const right = confusion[k][k];
  return {
    name,
    precision: said === 0 ? null : right / said,
    recall: images === 0 ? null : right / images,
    f1: images + said === 0 ? null : (2 * right) / (images + said),
    images,
  };
}

/** Larger confusion matrices are left to the picture: their lines would not fit a terminal. */
const MOST_COLUMNS = 16;
const LABEL = 20;
/** The confusion matrix's first column: "is ↓  said →". */
const LEAST_NAME = 12;

/** Precision, recall, F1 and images of each class, then the confusion matrix. */
export function describeEvaluation({ perClass, confusion, logLoss }: Evaluation, style: Style): string[] {
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
export function percentWords(share: number | null): string {
  return share === null ? '–' : `${(100 * share).toFixed(1)} %`;
}
