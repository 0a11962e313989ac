import { formatNumber } from '../../../core/text.js';
import type { Tint } from './tint.js';

interface NumberTableProps {
  /** What a screen reader calls it. */
  readonly caption: string;
  readonly values: ArrayLike<number>;
  readonly width: number;
  readonly tint: (value: number) => Tint;
  /** Whose numbers are drawn faintly: the padding. */
  readonly isPadding?: (index: number) => boolean;
  readonly chosen?: number;
}

/** Three digits, where all numbers are short then. */
const DIGITS = 3;
const LONG = 6;

/** A plane of numbers as a table, each in its tint. */
export function NumberTable({ caption, values, width, tint, isPadding, chosen }: NumberTableProps) {
  const texts = textsOf(values);
  const rows = Array.from({ length: values.length / width }, (_, row) => row);
  return (
    <table class="numbers">
      <caption class="unseen">{caption}</caption>
      <tbody>
        {rows.map((row) => (
          <tr key={row}>
            {Array.from({ length: width }, (_, column) => {
              const index = row * width + column;
              const isOut = isPadding?.(index) ?? false;
              return (
                <td
                  key={column}
                  class={index === chosen ? 'chosen' : isOut ? 'padding' : undefined}
                  style={isOut ? {} : tint(values[index])}
                  title={String(values[index])}
                >
                  {texts[index]}
                  {index === chosen && <span class="unseen"> chosen</span>}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function textsOf(values: ArrayLike<number>): string[] {
  const texts = Array.from(values, (value) => formatNumber(value, DIGITS));
  return texts.every(({ length }) => length <= LONG)
    ? texts
    : Array.from(values, (value) => formatNumber(value, DIGITS - 1));
}
