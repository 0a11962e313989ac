import type { Agreement, ExplainedStep, Taps } from '../../../analysis/explain/explanation.js';
import type { FieldFacts } from '../../../analysis/field.js';
import { plural } from '../../../core/geometry.js';
import type { Window } from '../../../core/result.js';
import { formatNumber, groupDigits } from '../../../core/text.js';
import type { ValuePlace } from '../../../core/value-place.js';

const SUM_DIGITS = 7;
const COLOURS = ['red', 'green', 'blue'];

/** "map 0, at (66, 60)", "unit 3" */
export function placeWords({ channel, x, y }: ValuePlace): string {
  return x === null ? `unit ${channel}` : `map ${channel}, at (${x}, ${y})`;
}

/** "x 132–134, y 120–122" */
export function windowWords({ x0, x1, y0, y1 }: Window): string {
  const span = (first: number, last: number) =>
    first === last ? formatNumber(first) : `${formatNumber(first)}–${formatNumber(last)}`;
  return `x ${span(x0, x1)}, y ${span(y0, y1)}`;
}

/** "reads x 0–2, y 0–2, 5 of 9 taps in the padding" */
export function tapWords({ window, padding, size }: Taps): string {
  const padded = padding.reduce((sum, flag) => sum + flag, 0);
  const border = padded > 0 ? `, ${padded} of ${plural(size[0] * size[1], 'tap')} in the padding` : '';
  return `reads ${windowWords(window)}${border}`;
}

/** Channels of an RGB image have names. */
export function channelName(channel: number, isColour: boolean): string {
  return isColour ? COLOURS[channel] : `channel ${channel}`;
}

/** What the engine stored, and whether the numbers shown arrive there. */
export function agreementWords({ same, stored, difference, bound, algorithm, reason }: Agreement): string {
  const value = formatNumber(stored, SUM_DIGITS);
  const by = algorithm === null ? '' : `, computed by ${algorithm}`;
  if (same) return `the engine stored ${value}${by}: the same bits`;
  const apart = `the engine stored ${value}${by}: it differs by ${formatNumber(difference, 2)}`;
  if (difference <= bound) {
    return `${apart}, rounding may take up to ${formatNumber(bound, 2)}${reason === null ? '' : ` (${reason})`}`;
  }
  return `${apart}, more than rounding may take (${formatNumber(bound, 2)})`;
}

/** "92 of 96 channels are not shown; they sum to 0.31" */
export function hiddenWords(shown: number, of: number, what: string, rest: number): string {
  return `${groupDigits(of - shown)} of ${groupDigits(of)} ${what} are not shown; they sum to ${formatNumber(rest, 4)}`;
}

/** One sentence of a step, as a screen reader says it. */
export function stepSentence(step: ExplainedStep): string {
  const value = formatNumber(step.agreement.stored, 5);
  switch (step.step) {
    case 'weighted':
      return `${step.layer}: the sum of ${plural(step.channels.length * step.taps.padding.length, 'product')} and the bias is ${value}`;
    case 'window':
      return step.weights === null
        ? `${step.layer}: the largest of ${step.values.length} values is ${value}`
        : `${step.layer}: the weighted mean of ${step.values.length} values is ${value}`;
    case 'element':
      return `${step.layer}: ${step.formula} is ${value}`;
  }
}

/** What one position sees of the input. */
export function fieldWords({ size, window, inPadding, pixels, exact }: FieldFacts): string {
  const sides = size === null ? `${window.x1 - window.x0 + 1}×${window.y1 - window.y0 + 1}` : `${size.x}×${size.y}`;
  const whole = (window.x1 - window.x0 + 1) * (window.y1 - window.y0 + 1);
  const gaps = pixels < whole ? `, ${groupDigits(pixels)} of its ${groupDigits(whole)} pixels` : '';
  return `It sees ${sides} pixels of the input: ${windowWords(window)}${gaps}${paddingWords(inPadding)}${exact ? '' : ' (at most)'}.`;
}

function paddingWords({ left, top, right, bottom }: FieldFacts['inPadding']): string {
  const sides = [
    left > 0 && `${left} left`,
    right > 0 && `${right} right`,
    top > 0 && `${top} above`,
    bottom > 0 && `${bottom} below`,
  ].filter((side) => side !== false);
  return sides.length === 0 ? '' : `; of it lie in the padding: ${sides.join(', ')}`;
}

/** Which outputs see a pixel of the input. */
export function readersWords({ pixel, layer, outSize }: FieldFacts): string {
  if (pixel === null) return '';
  const at = `The pixel (${pixel.x}, ${pixel.y}) of the input`;
  if (pixel.window === null) return `${at} is seen by no output of ${layer}.`;
  const of = groupDigits(outSize.x * outSize.y);
  return `${at} is seen by ${groupDigits(pixel.count)} of the ${of} positions of ${layer}: ${windowWords(pixel.window)}.`;
}
