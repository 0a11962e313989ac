import type {
  Agreement,
  ElementStep,
  ExplainedStep,
  Explanation,
  Taps,
  WeightedStep,
  WindowStep,
} from '../core/explanation.js';
import { formatNumber } from '../core/format.js';
import type { Image } from '../core/image.js';
import type { ValuePlace } from '../core/value-place.js';
import { legend } from './legend.js';
import { titledImage } from './map-figure.js';
import { FAINT, INK, type Part, stacked, textPart } from './part.js';
import { chooseScale } from './scale.js';
import { productPlanes, termsRows, windowPart } from './terms.js';

const DIGITS = 7;
const MOST_READ = 6;
const NOTHING_CLIPPED = { below: 0, above: 0, nan: 0 };

/** Numbers in cells: patch × kernel = products, channel by channel, their sum and bias; then what follows. */
export function explanationFigure(explanation: Explanation, title: string): Image {
  const isColour = explanation.input.channels === 3;
  const parts = explanation.steps.map((step) => stepPart(step, isColour));
  const value = formatNumber(explanation.value, DIGITS);
  return titledImage(title, `stored value ${value}`, stacked(parts, 18, 'left'), keyOf(explanation.steps));
}

function stepPart(step: ExplainedStep, isColour: boolean): Part {
  const head = textPart(`${step.layer}: ${step.words}, ${placeWords(step.place)}`);
  switch (step.step) {
    case 'weighted':
      return stacked([head, ...weightedParts(step, isColour && step.readsInput)], 6, 'left');
    case 'window':
      return stacked([head, windowPart(step, productScale([step]), []), windowTotal(step)], 6, 'left');
    case 'element':
      return stacked([head, elementPart(step)], 6, 'left');
  }
}

function weightedParts(step: WeightedStep, isColour: boolean): Part[] {
  const { taps, channels, kind } = step;
  const total = textPart(totalWords(step));
  if (kind === 'linear') return [textPart(`${channels.length} inputs × their weights`, FAINT), total];
  const [height, width] = taps.size;
  const cells = channels.flatMap(({ patch, kernel, products }) =>
    [patch, kernel, products].map((values) => ({ width, height, values })),
  );
  const look = { isColour, cells, productScale: productScale([step]), patchScale: patchScale([step])! };
  return [textPart(windowWords(taps), FAINT), termsRows(step, look), total];
}

function totalWords({ sum, bias, windowNorm, agreement }: WeightedStep): string {
  const norm = windowNorm === null ? '' : `   ÷ length of the window ${formatNumber(windowNorm, DIGITS)}`;
  return `sum of products ${formatNumber(sum, DIGITS)}${norm}   + bias ${formatNumber(bias, DIGITS)}   = ${agreementWords(agreement)}`;
}

function windowTotal({ weights, agreement }: WindowStep): Part {
  return textPart(`${weights === null ? 'largest' : 'sum'} = ${agreementWords(agreement)}`);
}

function elementPart({ formula, reads, numbers, agreement }: ElementStep): Part {
  const values = reads.slice(0, MOST_READ).map(({ value }) => formatNumber(value, DIGITS));
  const more = reads.length > MOST_READ ? ` … ${reads.length} numbers` : '';
  const named = Object.entries(numbers).map(([name, value]) => `   ${name} ${formatNumber(value, DIGITS)}`);
  return textPart(`${formula}   of ${values.join(', ')}${more}${named.join('')}   = ${agreementWords(agreement)}`);
}

function agreementWords({ explained, stored, same, bound, difference, algorithm }: Agreement): string {
  const by = algorithm === null ? '' : `, ${algorithm}`;
  const value = formatNumber(explained, DIGITS);
  if (same) return `${value}   (stored: same bits${by})`;
  const verdict =
    difference <= bound ? `at most ${formatNumber(bound, 2)}` : `more than the bound ${formatNumber(bound, 2)}`;
  return `${value}   (stored: ${formatNumber(stored, DIGITS)}, differs by ${formatNumber(difference, 2)}, ${verdict}${by})`;
}

function placeWords({ item, channel, x, y }: ValuePlace): string {
  const of = item > 0 ? `item ${item}, ` : '';
  return x === null ? `${of}unit ${channel}` : `${of}channel ${channel} at (${x}, ${y})`;
}

function windowWords({ window: { x0, x1, y0, y1 }, padding }: Taps): string {
  const border = padding.includes(1) ? '; blue-grey cells are padding' : '';
  return `input x ${formatNumber(x0)} to ${formatNumber(x1)}, y ${formatNumber(y0)} to ${formatNumber(y1)}${border}`;
}

function productScale(steps: readonly ExplainedStep[]) {
  const planes = steps.flatMap((step) => (step.step === 'element' ? [] : productPlanes(step)));
  const finite = planes.map(({ values }) => values.filter(Number.isFinite));
  return chooseScale(finite, { kind: 'symmetric' });
}

function patchScale(steps: readonly ExplainedStep[]) {
  const patches = steps.flatMap((step) => (step.step === 'weighted' ? step.channels.map(({ patch }) => patch) : []));
  return patches.length === 0 ? null : chooseScale(patches, { kind: 'minmax' });
}

/** What greys and colours mean, where there are any. */
function keyOf(steps: readonly ExplainedStep[]): Part {
  const weighted = steps.filter((step) => step.step === 'weighted' && step.kind !== 'linear');
  const windows = steps.filter((step) => step.step === 'window');
  const patch = patchScale(weighted);
  const parts = [
    ...(patch ? [legend('patch', patch, 'gray', NOTHING_CLIPPED)] : []),
    ...(weighted.length > 0 ? [legend('products', productScale(weighted), 'diverging', NOTHING_CLIPPED)] : []),
    ...windows.map((step) => legend(step.layer, productScale([step]), 'diverging', NOTHING_CLIPPED)),
  ];
  return parts.length === 0 ? textPart('numbers only: no colours to explain', INK) : stacked(parts, 6, 'left');
}
