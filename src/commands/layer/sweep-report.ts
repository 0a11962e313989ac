import { type Pair, plural } from '../../core/geometry.js';
import type { ColormapName, LayerJob } from '../../core/job.js';
import type { SweepCell, SweepMap, SweepResult } from '../../core/sweep.js';
import { clippedWords, formatNumber, groupDigits } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { tableLines } from '../../reports/table.js';
import { AT_THE_BORDER, type Style, seesPadding } from '../../reports/text.js';

/** What all cells of a sweep share. */
type SweptLayer = Pick<LayerJob, 'padding' | 'paddingMode' | 'dilation'>;

const BAR = 20;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** The table of a sweep: parameters, what came out, how much of it fires as a bar; then what went unexpectedly. */
export function describeSweep(
  { input, axes, cells, scale, clipped, notes }: SweepResult,
  { layer }: { readonly layer: SweptLayer },
  colormap: ColormapName,
  style: Style,
): string[] {
  const name = input.path === '-' ? 'standard input' : input.path;
  const maps = cells.filter(({ map }) => map !== null).length;
  const lost = clippedWords(clipped, colormap);
  const lines = [
    `${style.strong(name)}  ${input.width}×${input.height} → ${plural(maps, 'map')}${sharedWords(cells, axes, style)}, one scale ${formatNumber(scale.lo)} … ${formatNumber(scale.hi)}${lost === '' ? '' : `, ${lost}`}`,
  ];
  const columns = columnsOf(cells, axes, style);
  const head = [...columns.map(({ title }) => title), '', ''];
  const rows = cells.map((cell) => [
    ...columns.map(({ text }) => text(cell)),
    ...(cell.map ? [bar(share(cell.map)).padEnd(BAR), peakWords(cell.map, cell, layer)] : ['', '']),
  ]);
  const look = { indent: 1, gap: 3, isLeft: (column: number) => column >= columns.length, names: 0 };
  const [title, ...table] = tableLines([head, ...rows], look, style.columns);
  lines.push(...title.map(style.dim));
  for (const [c, { map, refusal }] of cells.entries()) {
    if (map === null) lines.push(`${table[c].join('')}   ${style.warn('does not fit:')} ${refusal}`);
    else lines.push(...table[c]);
  }
  for (const note of notes) lines.push(`  ${style.warn('note:')} ${note}`);
  return lines;
}

interface Column {
  readonly title: string;
  readonly text: (cell: SweepCell) => string;
}

/** The parameters that vary, and those facts that differ between cells. */
function columnsOf(cells: readonly SweepCell[], axes: SweepResult['axes'], { verbose }: Style): Column[] {
  const ofMap = (text: (map: SweepMap) => string) => (cell: SweepCell) => (cell.map ? text(cell.map) : '');
  const first = cells.find(({ map }) => map !== null)!.map!;
  const parameters = (axes.length === 0 ? [{ name: 'kernel' as const }] : axes).map(({ name }) => ({
    title: name,
    text: ({ parameters: all }: SweepCell) => all[name],
  }));
  const bias: Column = { title: 'as a number', text: ofMap((map) => formatNumber(map.bias)) };
  const facts: Column[] = [
    { title: 'output', text: ofMap(({ width, height }) => `${width}×${height}`) },
    ...(verbose ? [{ title: 'MACs', text: ofMap(({ macs }) => groupDigits(macs)) }] : []),
    {
      title: 'cost',
      text: ofMap(({ macs }) =>
        macs <= first.macs ? `1/${(first.macs / macs).toFixed(2)}` : `${(macs / first.macs).toFixed(2)}×`,
      ),
    },
    {
      title: 'overlap',
      text: ofMap(({ overlap: [rows, columns] }) =>
        rows === columns ? formatNumber(rows) : `${formatNumber(rows)}x${formatNumber(columns)}`,
      ),
    },
  ];
  const found = axes.some(({ name, values }) => name === 'bias' && values.some((value) => /^(p|fire)/.test(value)));
  const varying = facts.filter(({ text }) => new Set(cells.filter(({ map }) => map).map(text)).size > 1);
  const fires: Column = { title: 'fires', text: ofMap((map) => percentWords(map)) };
  return [...parameters, ...(found ? [bias] : []), ...varying, fires];
}

/** ", each 731×531", in full ", each 731×531 for 5,706,073,500 MACs", where all cells share it. */
function sharedWords(cells: readonly SweepCell[], axes: SweepResult['axes'], { verbose }: Style): string {
  const maps = cells.flatMap(({ map }) => map ?? []);
  const sizes = new Set(maps.map(({ width, height }) => `${width}×${height}`));
  const macs = new Set(maps.map((map) => map.macs));
  const [{ parameters }] = cells;
  const kernel = axes.some(({ name }) => name === 'kernel') ? '' : ` of ${parameters.kernel}`;
  const size = sizes.size === 1 ? `, each ${[...sizes][0]}` : '';
  const cost = verbose && macs.size === 1 ? ` for ${groupDigits([...macs][0])} MACs` : '';
  return `${kernel}${size}${size === '' && cost !== '' ? ',' : ''}${cost}`;
}

function peakWords({ peak, patch, values, kernel }: SweepMap, { parameters }: SweepCell, layer: SweptLayer): string {
  if (peak === null) return 'no finite value';
  if (values.min === values.max) return `${formatNumber(peak.value)} everywhere`;
  const own = patch?.own;
  const verdict = own ? (own.found ? ', its own place' : `, NOT its own place (${own.x}, ${own.y})`) : '';
  const [, kH, kW] = kernel.shape;
  const pool = parameters['pool size'] === '' ? null : pairOf(parameters['pool size']);
  const size = { kernel: [kH, kW] as const, stride: pairOf(parameters.stride), pool };
  const border = seesPadding(peak.window, size, layer) ? `, ${AT_THE_BORDER}` : '';
  return `peak ${formatNumber(peak.value)} at (${peak.x}, ${peak.y})${verdict}${border}`;
}

/** "2" or "2x3" as [height, width] */
function pairOf(text: string): Pair {
  const [height, width = height] = text.split(/[x,]/).map(Number);
  return [height, width];
}

function share({ values: { firing, count } }: SweepMap): number {
  return firing / count;
}

/** One digit after the point, as columns of shares are compared with each other; more where that would say nothing. */
function percentWords(map: SweepMap): string {
  const percent = 100 * share(map);
  return `${percent > 0 && percent < 0.05 ? formatNumber(percent, 2) : percent.toFixed(1)} %`;
}

/** A bar of eighths of a letter; whatever fires at all has at least one. */
function bar(part: number): string {
  const eighths = part > 0 ? Math.max(1, Math.round(part * BAR * 8)) : 0;
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}

/**
 * The one document of --json. Of each cell: label, parameters, refusal (null when its sizes fit), then width, height, macs,
 * algorithm, kernel, bias, overlap, unread, values, firingPercent, peak, patch; these are left out when they do not.
 */
export function sweepDocument(
  { cells, ...result }: SweepResult,
  alt: string,
  outputs: readonly { path: string; bytes: number }[],
): object {
  const records = cells.map(({ label, parameters, refusal, map }) => ({
    label,
    parameters,
    refusal,
    ...map,
    ...(map && { firingPercent: 100 * share(map) }),
  }));
  return { cnnviz: VERSION, command: 'sweep', ...result, cells: records, alt, outputs };
}
