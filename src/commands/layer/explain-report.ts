import type {
  Agreement,
  ChannelTerms,
  ElementStep,
  ExplainedStep,
  Explanation,
  Taps,
  WeightedStep,
  WindowStep,
} from '../../analysis/explain/explanation.js';
import { plural } from '../../core/geometry.js';
import { areColours } from '../../core/result.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import type { ValuePlace } from '../../core/value-place.js';
import { VERSION } from '../../core/version.js';
import type { Style } from '../../reports/text.js';

/** Digits of a number in a table, and of a sum that somebody may want to check. */
const CELL_DIGITS = 3;
const SUM_DIGITS = 7;
/** Without --all: channels drawn as tables, taps a side, largest contributions, channels' sums and numbers read. */
const MOST_CHANNELS = 4;
const MOST_SIDE = 11;
const MOST_LISTED = 10;

/** How one number came about, as tables: patch × kernel = products, channel by channel; then what follows. */
export function describeExplanation(explanation: Explanation, all: boolean, style: Style): string[] {
  const { input, network, layer, place, value, steps } = explanation;
  const name = input.path === '-' ? 'standard input' : input.path;
  const layers = steps.length > 1 ? ` ${layer}` : '';
  const lines = [
    `${style.strong(name)} → ${network}${layers}${placeWords(place)} = ${style.strong(formatNumber(value, SUM_DIGITS))}`,
  ];
  for (const step of steps) lines.push('', ...describeStep(step, areColours(input), all, style));
  return lines;
}

/** One step of an explanation. `isColour`: the three channels of the network's input are red, green and blue. */
export function describeStep(step: ExplainedStep, isColour: boolean, all: boolean, style: Style): string[] {
  switch (step.step) {
    case 'weighted':
      return weightedLines(step, isColour && step.readsInput, all, style);
    case 'window':
      return windowLines(step, all, style);
    case 'element':
      return elementLines(step, all, style);
  }
}

function weightedLines(step: WeightedStep, isColour: boolean, all: boolean, style: Style): string[] {
  const { taps, channels, kind } = step;
  const isVector = kind === 'linear';
  const [kH, kW] = taps.size;
  const head = isVector ? `${groupDigits(channels.length)} inputs` : windowWords(taps);
  const lines = [`${style.strong(step.layer)}  ${step.words}${placeWords(step.place)}: ${head}`];
  const fits = channels.length <= MOST_CHANNELS && Math.max(kH, kW) <= MOST_SIDE;
  const tables = !isVector && (all || fits) ? channelTables(step, isColour, style) : null;
  if (tables !== null) {
    lines.push(...tables);
  } else {
    lines.push(...largestContributions(step, isColour, all, style));
    if (!isVector && channels.length > 1) lines.push(...channelSums(step, isColour, style));
  }
  lines.push(totalLine(step, style));
  return lines;
}

/** Columns of numbers begin here, and the first letter of a name before them. */
const MARGIN = 7;

/** The tables of all channels: side by side, on a narrow terminal below each other; null when a row would not fit even so. */
function channelTables(step: WeightedStep, isColour: boolean, style: Style): string[] | null {
  const { columns = Number.POSITIVE_INFINITY } = style;
  const width = step.taps.size[1];
  const shaped = step.channels.map((one) => {
    const texts = [one.patch, one.kernel, one.products].map((values) => cells(values));
    const widths = texts.map((some) => rowWidth(some, width));
    const sum = 3 + formatNumber(one.sum, SUM_DIGITS).length;
    return {
      one,
      texts,
      across: MARGIN + widths[0] + 3 + widths[1] + 3 + widths[2] + sum,
      widest: Math.max(...widths),
    };
  });
  const isWide = shaped.every(({ across }) => across <= columns);
  if (!isWide && shaped.some(({ widest }) => MARGIN + widest > columns)) return null;
  const table = isWide ? channelTable : channelStack;
  return shaped.flatMap(({ one, texts }) => table(step, one, texts, channelName(one.channel, isColour), style));
}

/** Patch, kernel and products of one channel below each other. */
function channelStack(
  { taps }: WeightedStep,
  one: ChannelTerms,
  texts: readonly string[][],
  name: string,
  style: Style,
): string[] {
  const [kH, kW] = taps.size;
  const isPadding = (t: number) => taps.padding[t] === 1;
  const blocks = [
    { title: 'patch', values: one.patch, isFaint: isPadding },
    { title: '× kernel', values: one.kernel, isFaint: () => false },
    { title: '= products', values: one.products, isFaint: isPadding },
  ];
  const lines = blocks.flatMap(({ title, values, isFaint }, b) => [
    style.dim(`${(b === 0 ? ` ${name}` : '').padEnd(MARGIN)}${title}`),
    ...Array.from(
      { length: kH },
      (_, u) => ' '.repeat(MARGIN) + row(texts[b], values, [u * kW, (u + 1) * kW], style, isFaint),
    ),
  ]);
  return [...lines, `${' '.repeat(MARGIN)}sum ${style.strong(formatNumber(one.sum, SUM_DIGITS))}`];
}

/** Patch, kernel and products of one channel side by side. */
function channelTable(
  { taps }: WeightedStep,
  one: ChannelTerms,
  [patch, kernel, products]: readonly string[][],
  name: string,
  style: Style,
): string[] {
  const width = taps.size[1];
  const isPadding = (t: number) => taps.padding[t] === 1;
  const rows = taps.rows.map((_, u) => {
    const range = [u * width, (u + 1) * width] as const;
    const middle = u === Math.floor((taps.rows.length - 1) / 2);
    const last = u === taps.rows.length - 1;
    const parts = [
      row(patch, one.patch, range, style, isPadding),
      middle ? ' × ' : '   ',
      row(kernel, one.kernel, range, style),
      middle ? ' = ' : '   ',
      row(products, one.products, range, style, isPadding),
    ];
    return `${' '.repeat(MARGIN)}${parts.join('')}${last ? `   ${style.strong(formatNumber(one.sum, SUM_DIGITS))}` : ''}`;
  });
  const widths = [patch, kernel].map((texts) => rowWidth(texts, width));
  const title = ` ${name.padEnd(6)}${'patch'.padEnd(widths[0] + 3)}${'kernel'.padEnd(widths[1] + 3)}products`;
  return [style.dim(title), ...rows];
}

/** Texts of equal width. */
function cells(values: Float32Array): string[] {
  const texts = Array.from(values, (value) => formatNumber(value, CELL_DIGITS));
  const width = Math.max(...texts.map(({ length }) => length));
  return texts.map((text) => text.padStart(width));
}

function rowWidth(texts: readonly string[], count: number): number {
  return count * (texts[0].length + 1) - 1;
}

function row(
  texts: readonly string[],
  values: ArrayLike<number>,
  [from, end]: readonly [number, number],
  style: Style,
  isFaint: (t: number) => boolean = () => false,
): string {
  const parts: string[] = [];
  for (let t = from; t < end; t++) parts.push(isFaint(t) ? style.dim(texts[t]) : signed(texts[t], values[t], style));
  return parts.join(' ');
}

function signed(text: string, value: number, { plus, minus }: Style): string {
  if (value > 0 && plus) return plus(text);
  return value < 0 && minus ? minus(text) : text;
}

/** The products of largest size, largest first. */
function largestContributions(step: WeightedStep, isColour: boolean, all: boolean, style: Style): string[] {
  const { taps, channels, kind } = step;
  const width = taps.size[1];
  const terms = channels.flatMap(({ channel, patch, kernel, products }) =>
    Array.from(products, (product, t) => ({ channel, t, value: patch[t], weight: kernel[t], product })),
  );
  terms.sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
  const shown = all ? terms : terms.slice(0, MOST_LISTED);
  const total = terms.length;
  const share = shown.reduce((sum, { product }) => sum + product, 0);
  const table = shown.map(({ channel, t, value, weight, product }) => {
    const at = kind === 'linear' ? '' : `(${taps.columns[t % width]}, ${taps.rows[Math.floor(t / width)]}) `;
    return [
      `${at}${kind === 'linear' ? `input ${channel}` : channelName(channel, isColour)}`,
      value,
      weight,
      product,
    ] as const;
  });
  const place = Math.max(...table.map(([text]) => text.length));
  const columns = [1, 2, 3].map((c) => cells(Float32Array.from(table, (line) => line[c] as number)));
  const lines = table.map(
    ([text, , , product], i) =>
      `   ${text.padEnd(place)}   ${columns[0][i]} × ${columns[1][i]} = ${signed(columns[2][i], product, style)}`,
  );
  const title = ` ${all ? 'all' : 'largest'} of ${groupDigits(total)} products`;
  const rest = total - shown.length;
  if (rest > 0) {
    lines.push(
      style.dim(
        `   these ${shown.length} sum to ${formatNumber(share, 4)}; the other ${groupDigits(rest)} to ${formatNumber(step.sum - share, 4)} (--all lists them)`,
      ),
    );
  }
  return [style.dim(title), ...lines];
}

function channelSums({ channels }: WeightedStep, isColour: boolean, style: Style): string[] {
  const sorted = [...channels].sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
  const shown = sorted.slice(0, MOST_LISTED);
  const words = shown.map(
    ({ channel, sum }) => `${channelName(channel, isColour)} ${signed(formatNumber(sum, 4), sum, style)}`,
  );
  const rest = channels.length - shown.length;
  return [`${style.dim(' by channel:')} ${words.join('  ')}${rest > 0 ? style.dim(`  and ${rest} more`) : ''}`];
}

function totalLine({ sum, bias, windowNorm, agreement }: WeightedStep, style: Style): string {
  const parts = [` sum ${formatNumber(sum, SUM_DIGITS)}`];
  if (windowNorm !== null) {
    parts.push(
      windowNorm === 0
        ? 'a flat window matches nothing'
        : `÷ length of the window ${formatNumber(windowNorm, SUM_DIGITS)}`,
    );
  }
  parts.push(`bias ${formatNumber(bias, SUM_DIGITS)}`);
  return `${parts.join('   ')}   = ${agreementWords(agreement, style)}`;
}

/** "8.43   stored 8.43: the same value", in full with " (same bits, direct)" */
function agreementWords(
  { explained, stored, same, difference, bound, algorithm, reason }: Agreement,
  style: Style,
): string {
  const [one, other] = [explained, stored].map((value) => style.strong(formatNumber(value, SUM_DIGITS)));
  const engine = (words: readonly (string | null)[]) =>
    style.verbose ? ` (${words.filter((word) => word !== null).join(', ')})` : '';
  if (same) return `${one}   stored ${other}: the same value${engine(['same bits', algorithm])}`;
  const apart = `differs by ${formatNumber(difference, 2)}`;
  if (difference <= bound) {
    return `${one}   stored ${other}: ${apart}, rounding may take up to ${formatNumber(bound, 2)}${engine([algorithm, reason])}`;
  }
  const beyond = `: ${apart}, more than rounding may take (${formatNumber(bound, 2)})`;
  return `${one}   stored ${style.warn(formatNumber(stored, SUM_DIGITS))}${style.warn(beyond)}${engine([algorithm])}`;
}

function windowLines(step: WindowStep, all: boolean, style: Style): string[] {
  const { taps, values, weights, chosen, agreement } = step;
  const [kH, kW] = taps.size;
  const lines = [`${style.strong(step.layer)}  ${step.words}${placeWords(step.place)}: ${windowWords(taps)}`];
  const isPadding = (t: number) => taps.padding[t] === 1;
  const place = `(${taps.columns[chosen % kW]}, ${taps.rows[Math.floor(chosen / kW)]})`;
  const texts = cells(values);
  const shares = weights && cells(Float32Array.from(weights));
  const width = MARGIN + rowWidth(texts, kW) + (shares ? 3 + rowWidth(shares, kW) : 0);
  if (all || (Math.max(kH, kW) <= MOST_SIDE && width <= (style.columns ?? Number.POSITIVE_INFINITY))) {
    for (let u = 0; u < kH; u++) {
      const range = [u * kW, (u + 1) * kW] as const;
      const weighted = shares
        ? `${u === Math.floor((kH - 1) / 2) ? ' × ' : '   '}${row(shares, weights!, range, style)}`
        : '';
      lines.push(`${' '.repeat(MARGIN)}${row(texts, values, range, style, isPadding)}${weighted}`);
    }
  }
  const what = weights === null ? `largest, at ${place}` : `weighted sum, most of it from ${place}`;
  lines.push(` ${what}: ${agreementWords(agreement, style)}`);
  return lines;
}

function elementLines(step: ElementStep, all: boolean, style: Style): string[] {
  const { reads, numbers, formula, agreement } = step;
  const lines = [`${style.strong(step.layer)}  ${step.words}${placeWords(step.place)}: ${formula}`];
  const shown = all ? reads : reads.slice(0, MOST_LISTED);
  const values = shown.map(
    ({ from, place, value }) => `${from}${placeWords(place)} ${formatNumber(value, SUM_DIGITS)}`,
  );
  const rest = reads.length - shown.length;
  const more = rest > 0 ? style.dim(`, ${groupDigits(rest)} more`) : '';
  const named = Object.entries(numbers).map(([name, value]) => `${name} ${formatNumber(value, SUM_DIGITS)}`);
  lines.push(` ${[...values, ...named].join('   ')}${more}   = ${agreementWords(agreement, style)}`);
  return lines;
}

/** " channel 3 at (4, 5)"; channel 0 of an only item is not worth saying. */
function placeWords({ item, channel, x, y }: ValuePlace): string {
  const words = [];
  if (item > 0) words.push(`item ${item}`);
  if (channel > 0 || x === null) words.push(x === null ? `unit ${channel}` : `channel ${channel}`);
  if (x !== null) words.push(`at (${x}, ${y})`);
  return ` ${words.join(' ')}`;
}

/** "input window x 376–378, y 84–86, 2 of 9 taps in the padding" */
function windowWords({ window, padding, size }: Taps): string {
  const span = (first: number, last: number) =>
    first === last ? formatNumber(first) : `${formatNumber(first)}–${formatNumber(last)}`;
  const padded = padding.reduce((sum, flag) => sum + flag, 0);
  const border = padded > 0 ? `, ${padded} of ${plural(size[0] * size[1], 'tap')} in the padding` : '';
  return `input window x ${span(window.x0, window.x1)}, y ${span(window.y0, window.y1)}${border}`;
}

const COLOURS = ['red', 'green', 'blue'];

/** Channels of an RGB image have names. */
function channelName(channel: number, isColour: boolean): string {
  return isColour ? COLOURS[channel] : `ch ${channel}`;
}

/** The one document of --json: every number, nothing left out. */
export function explanationDocument(explanation: Explanation, outputs: readonly string[]): object {
  const { input, network, layer, shape, place, value, steps, same, notes } = explanation;
  const last = steps.at(-1)?.agreement;
  return {
    cnnviz: VERSION,
    command: 'explain',
    input,
    network,
    layer,
    shape,
    ...place,
    value,
    explained: last?.explained ?? null,
    stored: last?.stored ?? null,
    same,
    difference: last?.difference ?? null,
    bound: last?.bound ?? null,
    algorithm: steps.find(({ step }) => step === 'weighted')?.agreement.algorithm ?? null,
    steps: steps.map(stepJson),
    outputs,
    notes,
    warnings: notes,
  };
}

/** A step with every number, taps in rows. */
export function stepJson(step: ExplainedStep): object {
  const { agreement, ...fields } = step;
  if (fields.step === 'element') return { ...fields, ...agreement };
  const { taps, ...rest } = fields;
  const [, kW] = taps.size;
  const shared = { window: taps.window, rows: taps.rows, columns: taps.columns, padding: inRows(taps.padding, kW) };
  if (rest.step === 'window') {
    const { values, weights, ...others } = rest;
    return { ...others, ...shared, values: inRows(values, kW), weights: weights && inRows(weights, kW), ...agreement };
  }
  const { channels, ...others } = rest;
  return {
    ...others,
    ...shared,
    channels: channels.map(({ channel, patch, kernel, products, sum }) => ({
      channel,
      patch: inRows(patch, kW),
      kernel: inRows(kernel, kW),
      products: inRows(products, kW),
      sum,
    })),
    ...agreement,
  };
}

function inRows(values: ArrayLike<number>, width: number): number[][] {
  const all = Array.from(values);
  return Array.from({ length: all.length / width }, (_, u) => all.slice(u * width, (u + 1) * width));
}
