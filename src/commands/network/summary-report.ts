import { formatNumber, groupDigits } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { formatBytes, tableLines } from '../../reports/table.js';
import type { Style } from '../../reports/text.js';

interface Axis {
  readonly size: number;
  readonly jump: number | null;
  readonly start: number;
}

/** One layer as analysis/network-summary tells it. */
interface SummaryLine {
  readonly name: string;
  readonly kind: string;
  readonly words: string;
  readonly from: readonly string[];
  readonly outShape: readonly number[];
  readonly params: number;
  readonly macs: number;
  readonly field: readonly [Axis, Axis] | null;
}

/** A network as analysis/network-summary tells it. */
interface SummaryFacts {
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly layers: readonly SummaryLine[];
  readonly params: number;
  readonly macs: number;
  readonly flops: number;
  readonly field: readonly [Axis, Axis] | null;
  readonly activationBytes: number;
  readonly paramBytes: number;
}

/** A line for each layer: output, parameters, MACs, receptive field and cumulative stride; then the totals. */
export function describeSummary(name: string, summary: SummaryFacts, style: Style): string[] {
  const rows = summary.layers.map(({ name: layer, words, outShape, params, macs, field }) => [
    layer,
    words,
    shapeWords(outShape),
    params === 0 ? '' : groupDigits(params),
    macs === 0 ? '' : groupDigits(macs),
    field ? axesWords(field, ({ size }) => size) : '',
    field && field[0].jump !== null ? axesWords(field, ({ jump }) => jump) : '',
    field && field[0].jump !== null ? axesWords(field, ({ start }) => start) : '',
  ]);
  const { field } = summary;
  const total = [
    'total',
    '',
    '',
    groupDigits(summary.params),
    groupDigits(summary.macs),
    field ? axesWords(field, ({ size }) => size) : '',
    field ? axesWords(field, ({ jump }) => jump) : '',
    '',
  ];
  const head = ['layer', '', 'output', 'params', 'MACs', 'field', 'stride', 'centre'];
  const input = summary.inputs.map(({ name: one, shape }) => `${one} ${shapeWords(shape)}`).join(', ');
  const look = { ...LOOK, names: 2 };
  const [title, ...lines] = tableLines([head, ...rows, total], look, style.columns);
  return [
    `${style.strong(name)}  ${input}`,
    ...title.map(style.dim),
    ...lines.slice(0, -1).flat(),
    ...lines[lines.length - 1].map(style.strong),
    ` ${formatNumber(summary.flops / 1e9, 4)} GFLOP (2 per MAC), ${formatBytes(summary.paramBytes)} of parameters, ${formatBytes(summary.activationBytes)} of activations`,
    style.dim(
      ' field: input pixels a value sees; stride: input pixels between neighbours; centre: of the first field, 0 is the middle of the first pixel',
    ),
  ];
}

/** Words, then numbers. */
const LOOK = { indent: 1, gap: 2, isLeft: (column: number) => column < 3 };

/** [1, 64, 55, 55] → 64×55×55; N is left out when it is 1. */
function shapeWords(shape: readonly number[]): string {
  const sides = shape.length > 1 && shape[0] === 1 ? shape.slice(1) : shape;
  return sides.length === 0 ? 'scalar' : sides.join('×');
}

/** One number when both axes agree, else height×width. */
function axesWords([rows, columns]: readonly [Axis, Axis], of: (axis: Axis) => number | null): string {
  const [a, b] = [of(rows), of(columns)].map((value) => (value === null ? '?' : formatNumber(value, 4)));
  return a === b ? a : `${a}×${b}`;
}

/** Two networks side by side: layers that differ, and the totals of both. */
export function describeSummaryDiff(
  names: readonly [string, string],
  [a, b]: readonly [SummaryFacts, SummaryFacts],
  style: Style,
): string[] {
  const lines: string[] = [`${style.strong(names[0])} and ${style.strong(names[1])}`];
  const rows: string[][] = [['layer', names[0], names[1]]];
  let alike = 0;
  for (const [one, other] of alignLines(a.layers, b.layers)) {
    if (one && other && lineWords(one) === lineWords(other)) {
      alike++;
      continue;
    }
    const label = one && other && one.name !== other.name ? `${one.name} / ${other.name}` : (one ?? other)!.name;
    rows.push([label, one ? lineWords(one) : '–', other ? lineWords(other) : '–']);
  }
  lines.push(...tableLines(rows, { ...LOOK, names: 1 }, style.columns).flat());
  lines.push(` ${alike} layers are alike`);
  const totals: readonly (readonly [string, number, number])[] = [
    ['params', a.params, b.params],
    ['MACs', a.macs, b.macs],
    ['layers', a.layers.length, b.layers.length],
  ];
  for (const [what, p, q] of totals) {
    const change = p === q ? 'the same' : `${q > p ? '+' : '−'}${groupDigits(Math.abs(q - p))}`;
    lines.push(` ${what}: ${groupDigits(p)} → ${groupDigits(q)} (${change})`);
  }
  return lines;
}

function lineWords({ words, outShape, params, macs }: SummaryLine): string {
  const cost = [params > 0 ? `${groupDigits(params)} params` : '', macs > 0 ? `${groupDigits(macs)} MACs` : ''];
  return [`${words} → ${shapeWords(outShape)}`, ...cost.filter(Boolean)].join(', ');
}

/** Layers in pairs, in order: as many of one kind as can be. Source: longest common subsequence */
function alignLines(
  as: readonly SummaryLine[],
  bs: readonly SummaryLine[],
): (readonly [SummaryLine | null, SummaryLine | null])[] {
  const columns = bs.length + 1;
  const best = new Float64Array((as.length + 1) * columns);
  const score = (i: number, j: number) => (as[i].kind !== bs[j].kind ? -1 : as[i].name === bs[j].name ? 3 : 2);
  for (let i = as.length - 1; i >= 0; i--) {
    for (let j = bs.length - 1; j >= 0; j--) {
      const cell = i * columns + j;
      const pair = score(i, j) < 0 ? -1 : best[cell + columns + 1] + score(i, j);
      best[cell] = Math.max(pair, best[cell + columns], best[cell + 1]);
    }
  }
  const pairs: (readonly [SummaryLine | null, SummaryLine | null])[] = [];
  let [i, j] = [0, 0];
  while (i < as.length || j < bs.length) {
    const cell = i * columns + j;
    const both = i < as.length && j < bs.length;
    if (both && score(i, j) >= 0 && best[cell] === best[cell + columns + 1] + score(i, j))
      pairs.push([as[i++], bs[j++]]);
    else if (j >= bs.length || (both && best[cell] === best[cell + columns])) pairs.push([as[i++], null]);
    else pairs.push([null, bs[j++]]);
  }
  return pairs;
}

/**
 * The document of `summary --json`. Of each layer: name, kind, words, from, outShape (N included), params, macs, flops,
 * field [{size, jump, start}] vertical and horizontal, or null. Totals: params, macs, flops, field, activationBytes,
 * paramBytes.
 */
export function summaryJson(name: string, summary: SummaryFacts): string {
  const layers = summary.layers.map((layer) => ({ ...layer, flops: 2 * layer.macs }));
  return JSON.stringify({ cnnviz: VERSION, network: name, ...summary, layers }, null, 2);
}
