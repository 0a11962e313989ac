import { shapeOf } from '../../analysis/kept-run.js';
import { type NetworkSummary, summarizeModel, summarizeModules } from '../../analysis/network-summary.js';
import { inputWithoutImage } from '../../analysis/prepare/input-without-image.js';
import type { NetworkRequest } from '../../core/job.js';
import type { DrawingNote } from '../../core/note.js';
import { formatBytes, formatNumber, groupDigits } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { tableLines } from '../../reports/table.js';
import type { Style } from '../../reports/text.js';
import { encodeFigure, type FigureFile } from '../../run/figure.js';
import { openNetwork } from '../../run/network.js';
import { architectureFigure } from './architecture.js';

type Line = NetworkSummary['layers'][number];
type Axis = NonNullable<NetworkSummary['field']>[number];

/** A network's name with its summary. */
export interface NamedSummary {
  readonly name: string;
  readonly summary: NetworkSummary;
  readonly notes: readonly string[];
}

/**
 * What a network costs, for an input of `size` [C, H, W] or the one it is made for. `parts`: modules that an exporter took
 * apart are told layer by layer.
 * @throws CnnvizError 'usage' when neither is known
 */
export async function summarizeNetwork(
  request: NetworkRequest,
  size: readonly number[] | null,
  parts = false,
): Promise<NamedSummary> {
  const opened = await openNetwork(request, '', 'shapes');
  const input = inputWithoutImage(opened, size, null);
  const { shaped, bound } = shapeOf(opened, { info: input, x: null });
  const summary = parts ? summarizeModel(shaped) : summarizeModules(shaped);
  return { name: opened.name, summary, notes: [...opened.notes, ...bound.notes] };
}

/** The drawing of a network, with the command that makes it. */
export function drawSummary(
  { name, summary }: NamedSummary,
  alt: string,
  args: readonly string[],
  file: FigureFile,
): Promise<Uint8Array> {
  const note: DrawingNote = { cnnviz: VERSION, picture: 'architecture', alt, args };
  return encodeFigure(
    (look) => architectureFigure(name, summary, look),
    () => note,
    file,
  );
}

/** A line for each layer: output, parameters, MACs, receptive field and cumulative stride; then the totals. */
export function describeSummary({ name, summary }: NamedSummary, style: Style): string[] {
  const lines = summary.layers.map(({ name: layer, words, outShape, params, macs, field }) => [
    layer,
    words,
    shapeWords(outShape),
    params === 0 ? '' : groupDigits(params),
    macs === 0 ? '' : groupDigits(macs),
    field ? axesWords(field, ({ size }) => size) : '',
    field && field[0].jump !== null ? axesWords(field, ({ jump }) => jump) : '',
    field && field[0].jump !== null ? axesWords(field, ({ start }) => start) : '',
  ]);
  const leftOut = (at: number) =>
    summary.leftOut
      .filter((one) => one.at === at)
      .map(({ name: layer, words }) => [layer, words, '?', '', '', '', '', '']);
  const rows = [...lines.flatMap((line, at) => [...leftOut(at), line]), ...leftOut(lines.length)];
  const { field } = summary;
  const total = [
    summary.leftOut.length === 0 ? 'total' : 'total of the rest',
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
  const [title, ...table] = tableLines([head, ...rows, total], look, style.columns);
  return [
    `${style.strong(name)}  ${input}`,
    ...title.map(style.dim),
    ...table.slice(0, -1).flat(),
    ...table[table.length - 1].map(style.strong),
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
export function describeSummaryDiff(one: NamedSummary, other: NamedSummary, style: Style): string[] {
  const [a, b] = [one.summary, other.summary];
  const { pairs, alike } = differingLayers(a, b);
  const rows = pairs.map(([p, q]) => {
    const label = p && q && p.name !== q.name ? `${p.name} / ${q.name}` : (p ?? q)!.name;
    return [label, p ? lineWords(p) : '–', q ? lineWords(q) : '–'];
  });
  const totals: readonly (readonly [string, number, number])[] = [
    ['params', a.params, b.params],
    ['MACs', a.macs, b.macs],
    ['layers', a.layers.length, b.layers.length],
  ];
  return [
    `${style.strong(one.name)} and ${style.strong(other.name)}`,
    ...tableLines([['layer', one.name, other.name], ...rows], { ...LOOK, names: 1 }, style.columns).flat(),
    ` ${alike} layers are alike`,
    ...totals.map(([what, p, q]) => {
      const change = p === q ? 'the same' : `${q > p ? '+' : '−'}${groupDigits(Math.abs(q - p))}`;
      return ` ${what}: ${groupDigits(p)} → ${groupDigits(q)} (${change})`;
    }),
  ];
}

type LinePair = readonly [Line | null, Line | null];

/** Layers that are not alike, in pairs where each has a counterpart, and how many are alike. */
function differingLayers(a: NetworkSummary, b: NetworkSummary): { pairs: readonly LinePair[]; alike: number } {
  const all = alignLines(a.layers, b.layers);
  const pairs = all.filter(([one, other]) => !one || !other || lineWords(one) !== lineWords(other));
  return { pairs, alike: all.length - pairs.length };
}

function lineWords({ words, outShape, params, macs }: Line): string {
  const cost = [params > 0 ? `${groupDigits(params)} params` : '', macs > 0 ? `${groupDigits(macs)} MACs` : ''];
  return [`${words} → ${shapeWords(outShape)}`, ...cost.filter(Boolean)].join(', ');
}

/** Layers in pairs, in order: as many of one kind as can be. Source: longest common subsequence */
function alignLines(as: readonly Line[], bs: readonly Line[]): LinePair[] {
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
  const pairs: LinePair[] = [];
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
 * paramBytes; of a network of which some layers cannot be computed `leftOut`, their name, words and reason. With --diff also `other`, the same of the other network, and `difference`: how many layers are `alike`,
 * the other `layers` as {a, b, differs} (names, null where one has no counterpart, and what of them differs), and
 * `params` and `macs`, how many more the other network has.
 */
export function summaryDocument(one: NamedSummary, other: NamedSummary | null): object {
  const of = ({ name, summary: { leftOut, ...summary } }: NamedSummary) => ({
    network: name,
    ...summary,
    ...(leftOut.length > 0 && { leftOut: leftOut.map(({ at: _, ...layer }) => layer) }),
    layers: summary.layers.map(({ kernel: _, ...layer }) => ({ ...layer, flops: 2 * layer.macs })),
  });
  if (other === null) return { cnnviz: VERSION, ...of(one) };
  const [a, b] = [one.summary, other.summary];
  const { pairs, alike } = differingLayers(a, b);
  const layers = pairs.map(([p, q]) => ({
    a: p?.name ?? null,
    b: q?.name ?? null,
    differs: p && q && keysApart(p, q),
  }));
  const difference = { alike, layers, params: b.params - a.params, macs: b.macs - a.macs };
  return { cnnviz: VERSION, ...of(one), other: of(other), difference };
}

/** What of two layers is not the same, of what a line of the table says. */
function keysApart(one: Line, other: Line): string[] {
  const keys = ['words', 'outShape', 'params', 'macs'] as const;
  return keys.filter((key) => String(one[key]) !== String(other[key]));
}
