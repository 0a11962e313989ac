import { formatNumber, groupDigits } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import type { Style } from '../../reports/text.js';
import type { NetworkComparison } from './compare-networks.js';

type Layer = NetworkComparison['layers'][number];

/** Runs of layers that agree on a line each, the first that does not with its worst value, then what follows from it. */
export function describeComparison(comparison: NetworkComparison, style: Style): string[] {
  const { a, b, input, preprocess, layers, first, top, tolerance } = comparison;
  const lines = [
    `${style.strong(a)} and ${style.strong(b)} on ${input.path}  ${input.width}×${input.height} → ${preprocess}`,
  ];
  lines.push(...inputLines(comparison.inputs, comparison.isDumped === true));
  const width = Math.max(0, ...runs(layers).map((run) => nameOfRun(run).length));
  for (const run of runs(layers)) {
    const name = nameOfRun(run).padEnd(width);
    if (run[0].same) lines.push(` ${name}   ${sameWords(run)}`);
    else if (run[0] === first) lines.push(` ${name}   ${differs(run[0])}   ${style.warn('← first')}`);
    else lines.push(` ${name}   ${consequence(run)}`);
  }
  if (layers.length === 0) lines.push(' no layer of one has a counterpart of the same size in the other');
  lines.push(...unpaired(a, comparison.onlyA), ...unpaired(b, comparison.onlyB));
  lines.push(...folded(a, comparison.foldedInA), ...folded(b, comparison.foldedInB));
  if (top) lines.push(` top-1 ${topWords(top)}`);
  const limit = `${formatNumber(tolerance, 2)} of the layer's largest value`;
  lines.push(
    first
      ? style.dim(` a layer differs when a value is off by more than ${limit}; --tolerance sets another limit`)
      : ` ${layers.length} layers are the same within ${limit}`,
  );
  return lines;
}

/** Whether both read the same, and where not, why, with the flags that feed both alike. */
function inputLines({ same, preprocess, cause }: NetworkComparison['inputs'], isDumped: boolean): string[] {
  if (same !== false) return [];
  const lines = [` the inputs differ: a ${preprocess[0]}; b ${preprocess[1]}`];
  if (cause === null) return [...lines, '  why cannot be told: none of the usual ways makes b of a'];
  const flags = cause.steps.flatMap(({ likeA, likeB }) => (isDumped ? likeB : sided(likeA, 'b')));
  return [
    ...lines,
    ...cause.steps.map(({ what }) => `  ${what}`),
    ...(cause.steps.length === 0 ? ['  by rounding alone'] : []),
    ...(flags.length === 0 ? [] : [`  ${flags.join(' ')} feeds ${isDumped ? 'a as b' : 'b as a'}`]),
  ];
}

/** --channels as --b-channels. */
function sided(words: readonly string[], side: 'a' | 'b'): string[] {
  return words.map((word) => (word.startsWith('--') ? `--${side}-${word.slice(2)}` : word));
}

function topWords([a, b]: readonly [number | null, number | null]): string {
  const name = (one: number | null) => (one === null ? 'none, NaN among its scores' : `class ${one}`);
  if (a === b) return `the same: ${name(a)}`;
  return `differs: ${name(a)} and ${a === null || b === null ? name(b) : b}`;
}

/** Neighbours that agree; the first that does not, alone; neighbours after it. */
function runs(layers: readonly Layer[]): Layer[][] {
  const found: Layer[][] = [];
  let parted = false;
  for (const layer of layers) {
    const last = found.at(-1);
    const isFirst = !layer.same && !parted;
    const fits =
      last &&
      !isFirst &&
      last[0].same === layer.same &&
      !(parted && last.length === 1 && !last[0].same && isFirstOf(last[0], layers));
    if (fits) last.push(layer);
    else found.push([layer]);
    if (isFirst) parted = true;
  }
  return found;
}

function isFirstOf(layer: Layer, layers: readonly Layer[]): boolean {
  return layers.find(({ same }) => !same) === layer;
}

function nameOfRun(run: readonly Layer[]): string {
  const [first] = run;
  const last = run[run.length - 1];
  if (first === last) return first.a === first.b ? first.a : `${first.a} / ${first.b}`;
  return `${first.a} … ${last.a}`;
}

/** "same bits", or within which share of the largest value. */
function sameWords(run: readonly Layer[]): string {
  return worst(run) === 0 ? 'the same bits' : `same within ${formatNumber(worst(run), 2)} of the largest value`;
}

function worst(run: readonly Layer[]): number {
  return Math.max(...run.map(({ relative }) => relative));
}

function differs({ largest, at, values, beyond, relative }: Layer): string {
  const item = at.item > 0 ? ` of item ${at.item}` : '';
  const place = at.x === null ? `unit ${at.channel}${item}` : `channel ${at.channel}${item}, (${at.x}, ${at.y})`;
  const what = at.x === null ? 'unit' : 'channel';
  const where = beyond.channels === 1 ? `all in one ${what}` : `in ${groupDigits(beyond.channels)} ${what}s`;
  return `differs: largest ${formatNumber(largest)} at ${place}: ${formatNumber(values[0], 4)} → ${formatNumber(values[1], 4)} (${formatNumber(relative, 2)} of its largest; ${groupDigits(beyond.values)} ${beyond.values === 1 ? 'value' : 'values'} beyond the limit, ${where})`;
}

function consequence(run: readonly Layer[]): string {
  if (run[0].same) return sameWords(run);
  const verb = run.length === 1 ? 'differs' : 'differ';
  return `${verb} as a consequence, by up to ${formatNumber(worst(run), 2)} of the largest`;
}

function unpaired(network: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const some = names.slice(0, 6).join(', ') + (names.length > 6 ? `, … (${names.length})` : '');
  return [` only in ${network}: ${some}`];
}

function folded(network: string, count: number): string[] {
  if (count === 0) return [];
  return [` ${network} has ${count} ${count === 1 ? 'batch norm' : 'batch norms'} folded into the convolution before`];
}

/** The document of `compare --json`. */
export function comparisonDocument(comparison: NetworkComparison): object {
  return { cnnviz: VERSION, command: 'compare', same: comparison.first === null, ...comparison };
}
