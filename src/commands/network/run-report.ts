import { altOfNetworkRun } from '../../cli/alt.js';
import { type RecordStatus, recordHead } from '../../cli/batch-words.js';
import type { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import { type ClassScore, type LayerResult, type NetworkRunResult, nanScoreWords } from '../../core/result.js';
import { clippedWords, formatNumber, groupDigits } from '../../core/text.js';
import { faultWords } from '../../core/values.js';
import { formatMs } from '../../reports/table.js';
import { type Style, wroteWord } from '../../reports/text.js';

/**
 * What a network made of one input: how it was prepared, classes, then layers with what was written.
 * @param madeUp the weights are: its classes mean nothing, which each line says
 */
export function describeNetworkRun(
  result: NetworkRunResult,
  { madeUp, colormap }: { readonly madeUp: boolean; readonly colormap: string },
  style: Style,
): string[] {
  const { input, preprocess, layers, top, outputs, engineMs } = result;
  const name = input.path === '-' ? 'standard input' : input.path;
  const arrow = preprocess.startsWith('an array') || preprocess.startsWith('arrays') ? '  ' : ' → ';
  const size = arrow === '  ' ? `${input.colour} ${sizeWords(input)}` : `${input.width}×${input.height}`;
  const time = style.verbose ? `   ${style.dim(`(${formatMs(engineMs)})`)}` : '';
  const lines = [`${style.strong(name)}  ${size}${arrow}${preprocess}${time}`];
  for (const [n, classes] of (top ?? []).entries()) {
    lines.push(...classLines(result, classes, madeUp, top!.length > 1 ? n : null));
  }
  const overview = outputs.find(({ kind }) => kind === 'overview');
  if (overview) {
    const shown = layers.length === 0 ? 'no maps' : `maps of ${layers.map((layer) => layer.name).join(', ')}`;
    if (overview.path !== '-') lines.push(`${wroteWord(overview)} ${style.strong(overview.path)}  ${shown}`);
    return lines;
  }
  // said again only where another word is true of the next line
  let word = '';
  for (const file of outputs.filter(({ layer, path }) => layer === null && path !== '-')) {
    word = wroteWord(file);
    lines.push(`${word} ${style.strong(file.path)}  ${plural(layers.length, 'layer')}`);
  }
  for (const layer of layers) {
    const files = outputs.filter((output) => output.layer === layer.name);
    const [first] = files;
    const place = first && first.path !== '-' ? style.strong(first.path) : null;
    const more = files.length > 1 ? ` and ${groupDigits(files.length - 1)} more` : '';
    const said = first ? wroteWord(first) : word;
    const lead = place ? `${said === word ? ' '.repeat(word.length) : said} ${place}${more}` : `  ${layer.name}`;
    if (place) word = said;
    if (!top || place || layers.length > 1)
      lines.push(
        `${lead}  ${layerWords(layer)}${lostWords(files, colormap)}${style.verbose ? algorithmWords(layer) : ''}`,
      );
  }
  return lines;
}

/** One input of many, on one line. */
export function briefNetworkRun(result: NetworkRunResult, madeUp: boolean, style: Style): string {
  const { input, top, outputs, layers } = result;
  const best = top?.[0]?.[0];
  const [nan] = result.nanScores;
  const classWords = best
    ? `   ${best.label} ${scoreWords(result, best)}${madeUp ? ' (made-up weights)' : ''}`
    : top && nan
      ? `   no classes: ${nanScoreWords(nan)}`
      : '';
  const files = outputs.filter(({ path }) => path !== '-');
  const more = files.length > 1 ? ` and ${files.length - 1} more` : '';
  const place = files.length > 0 ? ` → ${style.strong(files[0].path)}${more}` : '';
  const range = !top && layers.length > 0 ? `   ${rangeWords(layers[0])}` : '';
  return `${input.path}${place}${classWords}${range}`;
}

function sizeWords({ items, channels, width, height }: NetworkRunResult['input']): string {
  return [...(items > 1 ? [items] : []), channels, height, width].join('×');
}

function classLines(
  result: NetworkRunResult,
  classes: readonly ClassScore[],
  madeUp: boolean,
  item: number | null,
): string[] {
  const width = classes.reduce((most, { label }) => Math.max(most, label.length), 0);
  const head = item === null ? [] : [` item ${item}`];
  if (classes.length === 0) return [...head, `  no classes: ${nanScoreWords(result.nanScores[item ?? 0])}`];
  return [
    ...head,
    ...classes.map(
      (one, rank) =>
        `  ${String(rank + 1).padStart(String(classes.length).length)}  ${one.label.padEnd(width)}  ${scoreWords(result, one).padStart(7)}${madeUp ? '   (made-up weights)' : ''}`,
    ),
  ];
}

/** A share of all classes, where the network's scores are ones; else, and beside an infinite one, the score as it is. */
function scoreWords({ scoresShare }: NetworkRunResult, { score, probability }: ClassScore): string {
  return scoresShare && !Number.isNaN(probability) ? percentWords(probability) : `score ${formatNumber(score)}`;
}

function percentWords(probability: number): string {
  return `${(100 * probability).toFixed(1)} %`;
}

/** "64 maps 55×55, one scale, 3 never fire, 2 pairs nearly equal" */
function layerWords({ shape, channelsLast, facts }: LayerResult): string {
  const isVector = shape.length < 3;
  const sides = channelsLast ? shape.slice(1, 3) : shape.slice(-2);
  const what = isVector
    ? plural(facts.channels, 'value')
    : `${plural(facts.channels, 'map')} ${[...sides].reverse().join('×')}${channelsLast ? ', channels last' : ''}`;
  const words = [`${what}, ${formatNumber(facts.min)} … ${formatNumber(facts.max)}`];
  if (!isVector && facts.dead !== null && facts.dead > 0) {
    words.push(`${groupDigits(facts.dead)} never fire (${channelWords(facts.deadChannels!)})`);
  }
  if (facts.saturated !== null && facts.saturated > 0) words.push(`${percentWords(facts.saturated)} saturated`);
  const pairs = facts.duplicates?.length ?? 0;
  if (pairs > 0) words.push(`${plural(pairs, 'pair')} nearly equal up to scale`);
  if (facts.nan + facts.infinite > 0) words.push(`${facts.nan} NaN, ${facts.infinite} infinite`);
  return words.join(', ');
}

/** So many channels are told by their numbers; the others are in --json. */
const MOST_CHANNELS = 6;

/** "3, 7, 12, …" */
function channelWords(channels: readonly number[]): string {
  return channels.length > MOST_CHANNELS ? `${channels.slice(0, MOST_CHANNELS).join(', ')}, …` : channels.join(', ');
}

/** ", brightest 1 % clipped": what the scales of a layer's pictures cut off, all together. */
function lostWords(files: NetworkRunResult['outputs'], colormap: string): string {
  const clipped = files.flatMap(({ scale }) => scale?.clipped ?? []);
  const sum = (of: 'below' | 'above' | 'of') => clipped.reduce((total, one) => total + one[of], 0);
  const lost = clippedWords({ below: sum('below'), above: sum('above'), of: sum('of') }, colormap);
  return lost === '' ? '' : `, ${lost}`;
}

function algorithmWords({ algorithm, kind }: LayerResult): string {
  return algorithm ? `   (${kind}: ${algorithm})` : '';
}

function rangeWords({ facts }: LayerResult): string {
  return `${formatNumber(facts.min)} … ${formatNumber(facts.max)}`;
}

/** What happened to one input: the same keys whether it worked or not. */
interface NetworkRecord {
  readonly path: string;
  readonly result: NetworkRunResult | null;
  readonly error: CnnvizError | null;
  readonly status?: RecordStatus;
}

/**
 * One input of `run`. Of each layer: name, kind, shape, dtype, algorithm, min, max, mean, nan, infinite, channels, dead
 * (how many channels never fire; null where zero is no silence: before a ReLU, behind tanh), deadChannels (which), deadPercent, saturatedPercent (null where the layer has no limit), duplicates (pairs
 * of channels nearly the same). `top`: item, index, label, score, probability.
 */
export function networkRecord(network: string, { result, ...record }: NetworkRecord) {
  return {
    ...recordHead(record),
    input: result?.input ?? null,
    preprocess: result?.preprocess ?? null,
    layers: result?.layers.map(layerRecord) ?? null,
    top: result?.top?.flatMap((classes, item) => classes.map((one) => ({ item, ...one }))) ?? null,
    outputs: result?.outputs ?? null,
    alt: result && altOfNetworkRun(network, result),
    warnings: result && [...result.warnings, ...result.faults.map(faultWords)],
  };
}

function layerRecord({ name, kind, shape, channelsLast, dtype, algorithm, facts }: LayerResult) {
  const { count, min, max, mean, nan, infinite, firing, channels, dead, deadChannels, saturated, duplicates } = facts;
  return {
    name,
    kind,
    shape,
    ...(channelsLast && { channelsLast }),
    dtype,
    algorithm,
    count,
    min,
    max,
    mean,
    nan,
    infinite,
    firing,
    channels,
    dead,
    deadChannels,
    deadPercent: dead === null ? null : channels === 0 ? 0 : (100 * dead) / channels,
    saturatedPercent: saturated === null ? null : 100 * saturated,
    duplicates,
  };
}
