import { type Padding, type Pads, type Pair, plural, resolvePads } from '../core/geometry.js';
import { type LayerJob, type PatchMode, type PictureJob, pairText } from '../core/job.js';
import type {
  BankResult,
  CandidateFacts,
  InputFacts,
  MapResult,
  OutputFile,
  PlannedRun,
  RunResult,
  ValueFacts,
  Window,
  ZeroLevel,
} from '../core/result.js';
import { clippedWords, formatNumber, groupDigits, inputName } from '../core/text.js';
import { formatBytes, formatMs } from './table.js';

/** How words are set off; plain functions, so that a report knows no terminal. */
export interface Style {
  readonly strong: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly warn: (text: string) => string;
  /** Colours of numbers above and below zero, where there are colours. */
  readonly plus?: (text: string) => string;
  readonly minus?: (text: string) => string;
  /** Also what the engine did: algorithms, operations, times. */
  readonly verbose?: boolean;
  /** Cells of a line; where it is not said, as many as it takes. */
  readonly columns?: number;
}

/** More maps than this get a line each instead of a paragraph each. */
const PARAGRAPHS = 3;

/** What one input became, in words: sizes first, then range, peak and what went unread. */
export function describeRun(result: RunResult, layer: LayerJob, drawing: PictureJob, style: Style): string[] {
  const lines: string[] = [];
  const { input } = result;
  const name = inputName(input.path);
  const count = result.banks.reduce((sum, { maps }) => sum + maps.length, 0);
  for (const bank of result.banks) {
    const items = input.items > 1 ? `${input.items} × ` : '';
    const source = `${items}${sourceWords(input)}`;
    const timing = result.banks.length === 1 ? `, ${formatMs(result.engineMs)}` : '';
    const effort = `   ${style.dim(`(${bank.algorithm}, ${formatCount(bank.macs)}MAC${timing})`)}`;
    const what = `${style.strong(name)}  ${source} → ${layerWords(bank, layer)} → ${mapsWords(bank)}`;
    lines.push(style.verbose ? what + effort : what);
    for (const map of bank.maps) {
      const label = mapLabel(map, input.items);
      if (count === 1) lines.push(...mapLines(map, bank, layer, drawing, style));
      else if (count <= PARAGRAPHS)
        lines.push(`  ${style.strong(label)}`, ...mapLines(map, bank, layer, drawing, style));
      else lines.push(`  ${label}  ${briefMap(map)}`);
    }
    const unread = unreadWords(bank.unread);
    if (unread) lines.push(`  ${unread}`);
  }
  for (const output of result.outputs) {
    if (output.path !== '-')
      lines.push(`${wroteWord(output)} ${style.strong(output.path)}${commonScaleWords(output, drawing)}`);
  }
  return lines;
}

/** Whether a file is new, or took the place of another. */
export function wroteWord({ replaced }: Pick<OutputFile, 'replaced'>): 'wrote' | 'replaced' {
  return replaced ? 'replaced' : 'wrote';
}

/** Of a picture of several maps: its scale, where that clips something. */
function commonScaleWords({ kind, scale }: OutputFile, { scale: rule }: PictureJob): string {
  const lost = kind === 'maps' || !scale ? '' : clippedWords(scale.clipped, scale.colormap);
  return lost === ''
    ? ''
    : `   ${scale!.colormap === 'gray' ? 'grey' : 'colours'} from ${formatNumber(scale!.lo)} to ${formatNumber(scale!.hi)}, ${lost}${hint(rule)}`;
}

/** One input of many, on one line. */
export function briefRun({ input, banks, outputs }: RunResult, style: Style): string {
  const maps = banks.flatMap((bank) => bank.maps);
  const lo = Math.min(...maps.map(({ values }) => values.min));
  const hi = Math.max(...maps.map(({ values }) => values.max));
  const first = outputs[0]?.path ?? '-';
  const more = outputs.length > 1 ? ` and ${outputs.length - 1} more` : '';
  return `${input.path} → ${style.strong(first)}${more}   ${formatNumber(lo)} … ${formatNumber(hi)}`;
}

/** "989 written, 11 failed" */
export function summaryLine(written: number, failed: number, left: number): string {
  const parts = [`${groupDigits(written)} written`, `${groupDigits(failed)} failed`];
  if (left > 0) parts.push(`${groupDigits(left)} not begun`);
  return parts.join(', ');
}

/** What a run would do, without doing it. */
export function describePlan({ input, banks, outputs }: PlannedRun, style: Style): string[] {
  const name = inputName(input.path);
  const lines = [`${style.strong(name)}  ${sourceWords(input)}`];
  for (const { weight, magnitude, labels, out, macs, algorithm, unread } of banks) {
    lines.push(
      `  ${labels.join(', ')}: weight [${weight.join(', ')}] → ${plannedMaps(weight, magnitude)} ${out[0]}×${out[1]}`,
      `    ${algorithm}, ${groupDigits(macs)} MACs = ${groupDigits(2 * macs)} FLOPs (2 per MAC)`,
    );
    const left = unreadWords(unread);
    if (left) lines.push(`    ${left}`);
  }
  for (const path of outputs) lines.push(wouldWrite(path, style));
  return lines;
}

/** "would write photo.edge3x3.png" */
export function wouldWrite(path: string, style: Style): string {
  return `would write ${style.strong(path === '-' ? 'to stdout' : path)}`;
}

/** The planner's choice for each bank: what it costs, and why each other algorithm was not taken. */
export function describeChoices(
  { input, banks }: PlannedRun,
  layer: Pick<LayerJob, 'stride' | 'padding' | 'dilation' | 'groups'>,
  style: Style,
): string[] {
  const lines = [`${style.strong(input.path)}  ${sourceWords(input)}`];
  for (const { labels, weight, magnitude, out, macs, algorithm, choice } of banks) {
    const taken = choice.candidates.find(({ name }) => name === algorithm)!;
    const others = choice.candidates.filter(({ name }) => name !== algorithm);
    const cheaper = others.filter(({ estimateMs }) => estimateMs !== null && estimateMs < taken.estimateMs!);
    const bands = choice.bands === 1 ? 'in one piece' : `in ${choice.bands} bands of ${plural(choice.bandRows, 'row')}`;
    lines.push(
      `${style.strong(labels.join(', '))}  weight [${weight.join(', ')}]${settingWords(layer, input, weight)} → ${plannedMaps(weight, magnitude)} ${out[0]}×${out[1]}`,
      `  ${style.strong(algorithm)}: ${cheaper.length === 0 ? 'the cheapest that fits' : 'as asked for'}, about ${formatNumber(taken.estimateMs!, 2)} ms on one core`,
      `    ${groupDigits(macs)} MACs = ${groupDigits(2 * macs)} FLOPs (2 per MAC), ${bands}`,
      `    memory: ${formatBytes(choice.packedBytes)} of packed weights, ${formatBytes(choice.workspaceBytes)} of workspace`,
      `    error at most ${taken.tolerance.ofTerms} of ${taken.tolerance.at === 'map' ? "the map's largest " : ''}Σ|x·w|: ${taken.tolerance.reason}`,
      `    source: ${taken.source}`,
      ...(choice.wholeNumbers === undefined
        ? []
        : [`    an image of whole numbers under whole weights takes ${choice.wholeNumbers} instead, which is exact`]),
      '  not taken:',
      ...others.map((other) => `    ${other.name.padEnd(12)} ${whyNot(other, taken.estimateMs!)}`),
    );
  }
  return lines;
}

/** ", stride 2, padding same: 0 above, 0 left, 1 below, 1 right": what is not as it is without a flag. */
function settingWords(
  { stride, padding, dilation, groups }: Pick<LayerJob, 'stride' | 'padding' | 'dilation' | 'groups'>,
  { width, height }: PlannedRun['input'],
  [, , kH, kW]: readonly number[],
): string {
  const pads = resolvePads(padding, [height, width], [kH, kW], stride, dilation);
  const [top, left, bottom, right] = pads;
  const isEven = pads.every((side) => side === top);
  const rule = typeof padding === 'string' ? `${padding}: ` : '';
  const sides = isEven ? String(top) : `${top} above, ${left} left, ${bottom} below, ${right} right`;
  return [
    pairText(stride) === '1' ? '' : `, stride ${pairText(stride)}`,
    isEven && top === 0 && rule === '' ? '' : `, padding ${rule}${sides}`,
    pairText(dilation) === '1' ? '' : `, dilation ${pairText(dilation)}`,
    groups === 1 ? '' : `, ${groups} groups`,
  ].join('');
}

/** "64 maps", or the one map that two derivatives make. */
function plannedMaps([M]: readonly number[], magnitude: true | undefined): string {
  return magnitude ? '1 map √(x² + y²)' : plural(M, 'map');
}

function whyNot({ rejected, estimateMs }: CandidateFacts, takenMs: number): string {
  if (rejected !== null) return rejected;
  const times = estimateMs! / takenMs;
  return `about ${formatNumber(estimateMs!, 2)} ms, ${formatNumber(times, 2)} times ${times < 1 ? '(not asked for)' : 'as long'}`;
}

/** "640×427 RGB", "640×427 → 320×213 RGB" */
function sourceWords({ original, width, height, colour, channels }: InputFacts): string {
  const before = original ? `${original.width}×${original.height} → ` : '';
  return `${before}${width}×${height} ${colourWords(colour, channels)}`;
}

function colourWords(colour: string, channels: number): string {
  if (channels === 1 && colour !== 'gray' && !/^[fiub]\d/.test(colour)) return `${colour} as gray`;
  return colour;
}

function mapLabel({ name, item }: MapResult, items: number): string {
  return items > 1 ? `${name} of item ${item}` : name;
}

function layerWords(bank: BankResult, layer: LayerJob): string {
  const [, C, kH, kW] = bank.weight;
  const { maps } = bank;
  const kernels = [...new Set(maps.map(({ kernel }) => kernel.name))];
  const what = kernels.length === 1 ? kernels[0] : plural(kernels.length, 'kernel');
  const patch = layer.kernels.length === 1 && layer.kernels[0].kind === 'patch' ? layer.kernels[0] : null;
  const magnitude = bank.magnitude ? `: √(${what}-x² + ${what}-y²)` : '';
  const words = [`${what} ${kW}×${kH}×${C}${magnitude}${patch ? ` (${patchWords(patch.mode)})` : ''}`];
  words.push(`stride ${pairWords(layer.stride)}`);
  const padding = paddingWords(layer.padding, bank.pads);
  if (padding) words.push(`padding ${padding}${layer.paddingMode === 'zeros' ? '' : ` ${layer.paddingMode}`}`);
  if (layer.dilation.some((d) => d !== 1)) words.push(`dilation ${pairWords(layer.dilation)}`);
  if (layer.groups !== 1) words.push(`groups ${layer.groups}`);
  if (layer.flip) words.push('flipped');
  if (layer.bias && maps.length === 1) words.push(`bias ${formatNumber(maps[0].bias)}`);
  else if (layer.bias) words.push('biases');
  if (layer.activation) words.push(layer.activation.name);
  if (layer.pool)
    words.push(`${layer.pool.kind} pool ${pairWords(layer.pool.kernelSize)} stride ${pairWords(layer.pool.stride)}`);
  return words.join(', ');
}

function patchWords(mode: PatchMode): string {
  return mode === 'zero-mean' ? 'zero mean' : mode === 'ncc' ? 'normalised correlation' : 'raw';
}

function mapsWords({ maps }: BankResult): string {
  const { width, height } = maps[0];
  return maps.length === 1 ? `${width}×${height}` : `${maps.length} maps ${width}×${height}`;
}

function paddingWords(padding: Padding, pads: Pads): string | null {
  if (pads.every((side) => side === 0)) return null;
  const equal = pads.every((side) => side === pads[0]);
  const sides = equal ? String(pads[0]) : pads.join(',');
  return typeof padding === 'string' ? `${padding} (${sides})` : sides;
}

function pairWords([a, b]: readonly [number, number]): string {
  return a === b ? String(a) : `${a},${b}`;
}

function mapLines(map: MapResult, bank: BankResult, layer: LayerJob, drawing: PictureJob, style: Style): string[] {
  const lines = [`  ${rangeWords(map, drawing)}`];
  if (map.peak) lines.push(`  ${peakWords(map, bank, layer)}`);
  const firing = firingWords(map, layer);
  if (firing) lines.push(`  ${firing}`);
  const { nan, infinite } = map.values;
  if (nan + infinite > 0) lines.push(`  ${style.warn('note:')} ${nan} NaN and ${infinite} infinite values in the map`);
  return bank.maps.length === 1 || !layer.bias ? lines : [...lines, `  bias ${formatNumber(map.bias)}`];
}

function rangeWords({ values, picture }: MapResult, drawing: PictureJob): string {
  if (picture) return greysWords(values, picture, drawing);
  return `values ${formatNumber(values.min)} … ${formatNumber(values.max)}   mean ${formatNumber(values.mean)}`;
}

/** "values −2 … 3   grey 0 = −2, zero = 102, 255 = 3   nothing clipped" */
export function greysWords(
  values: Pick<ValueFacts, 'min' | 'max' | 'nan' | 'infinite' | 'count'>,
  { scale, clipped, zero }: NonNullable<MapResult['picture']>,
  { depth, colormap, scale: rule }: Pick<PictureJob, 'depth' | 'colormap' | 'scale'>,
): string {
  const range = `values ${formatNumber(values.min)} … ${formatNumber(values.max)}`;
  const white = depth === 8 ? 255 : 65535;
  if (values.nan + values.infinite === values.count) return 'no finite value';
  if (scale.lo === scale.hi) {
    if (values.min === values.max) return `${range}   constant: drawn mid-grey`;
    return `${range}   the scale is one value, ${formatNumber(scale.lo)}: drawn mid-grey, smaller black, larger white`;
  }
  if (values.min === values.max && values.min === scale.lo) return `${range}   constant: drawn black`;
  const greys = `grey 0 = ${formatNumber(scale.lo)}, ${zeroWords(zero)}${white} = ${formatNumber(scale.hi)}`;
  const lost = clippedWords({ ...clipped, of: values.count }, colormap);
  return `${range}   ${greys}   ${lost === '' ? 'nothing clipped' : lost + hint(rule)}`;
}

/** How to see what nobody asked to be clipped. */
function hint({ kind }: PictureJob['scale']): string {
  return kind === 'auto' ? ' (--scale minmax shows all)' : '';
}

function zeroWords(zero: ZeroLevel): string {
  if (zero === 'below') return 'zero darker than black, ';
  if (zero === 'above') return 'zero brighter than white, ';
  return `zero = ${zero.level}, `;
}

function peakWords({ peak, kernel, patch, values }: MapResult, bank: BankResult, layer: LayerJob): string {
  const { value, x, y, window } = peak!;
  const where = `strongest ${formatNumber(value)} at (${x}, ${y})`;
  const from = `input window x ${spanWords(window.x0, window.x1)}, y ${spanWords(window.y0, window.y1)}`;
  if (values.min === values.max) {
    return values.nan + values.infinite > 0 ? `${where} and at every finite value` : `${where} and everywhere else`;
  }
  const [, , kH, kW] = bank.weight;
  const size = { kernel: [kH, kW], stride: layer.stride, pool: layer.pool?.kernelSize ?? null } as const;
  const border = seesPadding(window, size, layer) ? `${AT_THE_BORDER}, ` : '';
  if (patch) return `${where}: ${border}${patchVerdict(patch, value, layer)}, ${from}`;
  if (border !== '') return `${where}: ${border}${from}`;
  const meaning = kernel.positive && value > 0 && !layer.flip ? `${kernel.positive}, ` : '';
  return `${where}: ${meaning}${from}`;
}

/** 84–86, or 84 alone */
function spanWords(first: number, last: number): string {
  return first === last ? String(first) : `${first}–${last}`;
}

/** A share of the peak, where there is one to speak of: not of a peak at or below zero. */
function runnerUpWords({ runnerUp }: NonNullable<MapResult['patch']>, peak: number): string {
  if (!runnerUp) return '';
  const place = `at (${runnerUp.x}, ${runnerUp.y})`;
  if (runnerUp.value === peak) return `; equally strong ${place}`;
  if (peak <= 0) return `; runner-up ${formatNumber(runnerUp.value)} ${place}`;
  // a share below 1 is not rounded to "1 of it"
  const digits = [2, 3, 4, 5, 6].find((count) => Number(runnerUp.share.toPrecision(count)) < 1);
  return digits
    ? `; runner-up ${formatNumber(runnerUp.share, digits)} of it ${place}`
    : `; runner-up nearly as strong ${place}`;
}

function patchVerdict(patch: NonNullable<MapResult['patch']>, peak: number, { kernels }: LayerJob): string {
  const { own } = patch;
  const second = runnerUpWords(patch, peak);
  // without a mean of zero, bright places answer to any patch
  const isRaw = kernels.some((kernel) => kernel.kind === 'patch' && kernel.mode === 'raw');
  if (!own) return `the ${isRaw ? 'strongest response to' : 'best match of'} the patch${second}`;
  return own.found ? `the patch found itself${second}` : `NOT the patch's own place (${own.x}, ${own.y})${second}`;
}

/** Said where a threshold was set: a bias or an activation. */
function firingWords({ values }: MapResult, layer: LayerJob): string | null {
  if (!layer.bias && !layer.activation) return null;
  // tanh, leaky_relu and others pass on what is below zero: there, nothing fires or is silent
  if (layer.activation && !/^relu6?$/.test(layer.activation.name)) return null;
  if (values.nan + values.infinite === values.count) return null;
  if (values.firing === 0) return 'never fires: no value above zero';
  return `fires (above zero) at ${percent(values.firing, values.count)} of ${groupDigits(values.count)} positions`;
}

function briefMap({ values, peak, picture }: MapResult): string {
  const zero = picture && typeof picture.zero === 'object' ? `   zero = ${picture.zero.level}` : '';
  const best = peak ? `   strongest at (${peak.x}, ${peak.y})` : '';
  const lost = picture && picture.clipped.below + picture.clipped.above > 0 ? '   clipped' : '';
  return `${formatNumber(values.min)} … ${formatNumber(values.max)}${zero}${best}${lost}`;
}

/** "1 row and 1 column of the input never read", or null when all of it is. */
function unreadWords({ rows, columns }: { rows: number; columns: number }): string | null {
  const parts = [rows > 0 ? plural(rows, 'row') : '', columns > 0 ? plural(columns, 'column') : ''].filter(Boolean);
  return parts.length === 0 ? null : `${parts.join(' and ')} of the input never read`;
}

function percent(part: number, whole: number): string {
  return `${formatNumber((100 * part) / whole)} %`;
}

/** 2,058,507 → "2.1 M", 812 → "812 " */
function formatCount(count: number): string {
  for (const [unit, size] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    if (count >= size) return `${formatNumber(count / size, 2)} ${unit}`;
  }
  return `${count} `;
}

/** What decides how large the window of a value is, all [height, width]. */
interface WindowSize {
  readonly kernel: Pair;
  readonly stride: Pair;
  /** Of the pool behind the convolution; null: there is none. */
  readonly pool: Pair | null;
}

export const AT_THE_BORDER = "at the border: partly the padding's zeros";

/**
 * Whether a value is made of padding zeros as well: its window is then cut off at the input's edge. Zeros invent an edge
 * there; of the other padding modes the border is made of the image itself.
 */
export function seesPadding(
  window: Window,
  { kernel, stride, pool }: WindowSize,
  { padding, paddingMode, dilation }: Pick<LayerJob, 'padding' | 'paddingMode' | 'dilation'>,
): boolean {
  const none = padding === 'valid' || padding === 0 || (Array.isArray(padding) && padding.every((side) => side === 0));
  if (paddingMode !== 'zeros' || none) return false;
  const isCut = (axis: 0 | 1, first: number, last: number) => {
    const own = (kernel[axis] - 1) * dilation[axis] + 1;
    const pooled = pool === null ? 0 : (pool[axis] - 1) * stride[axis];
    return last - first + 1 < own + pooled;
  };
  return isCut(0, window.y0, window.y1) || isCut(1, window.x0, window.x1);
}
