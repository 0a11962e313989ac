import { formatNumber, groupDigits } from '../core/format.js';
import { plural } from '../core/geometry.js';
import type { Evaluation } from '../core/head.js';
import type { HeadEvaluationResult } from '../core/head-result.js';
import { VERSION } from '../core/version.js';
import type { Style } from './text.js';

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
