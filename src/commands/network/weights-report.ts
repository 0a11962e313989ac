import type { ValueFacts } from '../../core/result.js';
import { formatNumber, groupDigits, shorten } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { formatBytes, tableLines } from '../../reports/table.js';
import type { Style } from '../../reports/text.js';

/** What is told of a checkpoint: stages/weight-list as plain data. */
interface ListedWeights {
  readonly format: string;
  readonly tensors: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly number[];
    readonly bytes: number;
    readonly facts: ValueFacts | null;
    readonly negative: number;
  }[];
  readonly parameters: number;
  readonly bytes: number;
  readonly notes: readonly string[];
}

const LONGEST_NAME = 200;

/** A line for each array: name, type, shape, bytes, range and mean; then the totals. */
export function describeWeights(path: string, list: ListedWeights, style: Style): string[] {
  const rows = list.tensors.map(({ name, dtype, shape, bytes, facts, negative }) => [
    shorten(name, LONGEST_NAME),
    dtype,
    shape.length === 0 ? 'scalar' : shape.join('×'),
    formatBytes(bytes),
    ...statistics(facts, negative),
  ]);
  const head = ['name', 'dtype', 'shape', 'bytes', 'min', 'mean', 'max', ''];
  const look = { indent: 0, gap: 2, isLeft: (column: number) => column < 3, names: 1 };
  const [title, ...lines] = tableLines([head, ...rows], look, style.columns);
  const count = `${groupDigits(list.tensors.length)} array${list.tensors.length === 1 ? '' : 's'}`;
  return [
    `${style.strong(path)}  ${list.format}`,
    ...title.map(style.dim),
    ...lines.flat(),
    `${count}, ${groupDigits(list.parameters)} numbers, ${formatBytes(list.bytes)}`,
    ...list.notes.map((note) => `${style.warn('note:')} ${note}`),
  ];
}

function statistics(facts: ValueFacts | null, negative: number): string[] {
  if (facts === null) return ['', '', '', 'beyond 2^53'];
  const { count, min, mean, max, nan, infinite } = facts;
  if (count === 0) return ['', '', '', 'empty'];
  const odd = [nan > 0 ? `${groupDigits(nan)} NaN` : '', infinite > 0 ? `${groupDigits(infinite)} infinite` : ''];
  if (negative > 0) odd.push(`${groupDigits(negative)} below 0`);
  return [...[min, mean, max].map((value) => formatNumber(value)), odd.filter(Boolean).join(', ')];
}

/**
 * The document of `weights --json`: file, format, tensors [{name, dtype, shape, bytes, min, max, mean, nan, infinite}],
 * parameters, bytes, notes. min, max and mean are null when no number is finite, all five when they are beyond 2^53.
 */
export function weightsJson(path: string, { format, tensors, parameters, bytes, notes }: ListedWeights): string {
  const finite = (value: number | undefined) => (Number.isFinite(value) ? value : null);
  const listed = tensors.map(({ name, dtype, shape, bytes: size, facts }) => ({
    name,
    dtype,
    shape,
    bytes: size,
    min: finite(facts?.min),
    max: finite(facts?.max),
    mean: finite(facts?.mean),
    nan: facts?.nan ?? null,
    infinite: facts?.infinite ?? null,
  }));
  return JSON.stringify({ cnnviz: VERSION, file: path, format, tensors: listed, parameters, bytes, notes }, null, 2);
}
