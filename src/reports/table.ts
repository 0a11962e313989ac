import { formatNumber, padLeft, padRight, textWidth } from '../core/text.js';

/** How a table is set. */
interface TableLook {
  readonly indent: number;
  readonly gap: number;
  /** Which columns stand to the left; the others are numbers, to the right. */
  readonly isLeft: (column: number) => boolean;
  /** So many columns name a row. */
  readonly names: number;
}

/** How much further in than its name the cells of a stacked row begin. */
const STACK_INDENT = 4;

/**
 * Rows of texts, the titles first, as lines: columns as wide as their widest entry. Where that is wider than `columns` cells, each row
 * is its names on one line and "title entry" of what else it has on the next, and there is no line of titles.
 */
export function tableLines(
  rows: readonly (readonly string[])[],
  look: TableLook,
  columns = Number.POSITIVE_INFINITY,
): string[][] {
  const { indent, gap, isLeft } = look;
  const widths = rows[0].map((_, c) => rows.reduce((width, row) => Math.max(width, textWidth(row[c])), 0));
  const lines = rows.map((row) => {
    const cells = row.map((text, c) => (isLeft(c) ? padRight(text, widths[c]) : padLeft(text, widths[c])));
    return `${' '.repeat(indent)}${cells.join(' '.repeat(gap))}`.trimEnd();
  });
  if (lines.every((line) => textWidth(line) <= columns)) return lines.map((line) => [line]);
  const [titles, ...others] = rows;
  return [[], ...others.map((row) => stackedRow(titles, row, look, columns))];
}

function stackedRow(
  titles: readonly string[],
  row: readonly string[],
  { indent, names }: TableLook,
  columns: number,
): string[] {
  const inner = ' '.repeat(names === 0 ? indent : indent + STACK_INDENT);
  const name = row.slice(0, names).filter(Boolean).join('  ');
  const entries = row.flatMap((text, c) =>
    c < names || text.trim() === '' ? [] : [`${titles[c]} ${text.trim()}`.trim()],
  );
  const isLong = entries.some((entry) => textWidth(entry) > columns / 2);
  return [
    ...(name === '' ? [] : [' '.repeat(indent) + name]),
    ...(isLong ? entries : [entries.join('   ')]).filter(Boolean).map((entry) => inner + entry),
  ];
}

export { formatBytes } from '../core/text.js';

/** Time for people: "12 ms", "3.4 s"; never less than a millisecond. */
export function formatMs(ms: number): string {
  return ms < 1000 ? `${Math.max(1, Math.round(ms))} ms` : `${formatNumber(ms / 1000, 2)} s`;
}
