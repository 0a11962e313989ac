import { totalmem } from 'node:os';
import { CnnvizError } from '../core/errors.js';
import type { Padding, Pads, Pair } from '../core/geometry.js';
import type {
  ActivationName,
  BiasSource,
  KernelSource,
  PatchMode,
  PoolJob,
  PreprocessJob,
  ScaleRule,
} from '../core/job.js';
import { nearestName, sameName } from '../core/names.js';
import { PRESETS } from '../core/preset.js';
import { isOwnPath } from '../io/descriptors.js';
import { coreCount } from '../io/process-facts.js';
import { kernelName, kernelsMeant, looksInline } from '../models/kernel-names.js';
import { findGradient } from '../models/kernels.js';

/** What users type, made into what a job holds. Every failure names the flag, what it expects and what it got. */
function refuse(flag: string, expected: string, got: string, fix?: string): never {
  throw new CnnvizError('usage', `${flag}: expected ${expected}, got "${got}"`, fix === undefined ? {} : { fix });
}

/** What typewriters and word processors make of a minus: − and –. */
function withMinus(text: string): string {
  return text.replace(/^\s*[−–](?=[\d.])/, '-');
}

/** What was meant by a number with a decimal comma, behind what was typed before it, as a fix; undefined for any other text. */
function pointMeant(typed: string, text: string): string | undefined {
  const match = /^\s*([+-]?\d*),(\d+%?)\s*$/.exec(withMinus(text));
  return match
    ? `did you mean ${typed}${match[1] === '-' || match[1] === '' ? `${match[1]}0` : match[1]}.${match[2]}?`
    : undefined;
}

/** Numbers with a comma, x or × between them: 2,2 and 2x2. */
function sidesOf(text: string): string[] {
  return text.split(/[,x×]/i);
}

/** A whole number from `min`. */
export function parseWhole(flag: string, text: string, min: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text.trim()) || value < min || !Number.isSafeInteger(value)) {
    refuse(flag, `a whole number from ${min}`, text, pointMeant(`${flag} `, text));
  }
  return value;
}

/** More jobs than this are no faster on any machine of so few cores. */
const MOST_JOBS = { least: 16, perCore: 2 };
/** What a worker may take, in bytes. */
const BYTES_PER_JOB = 256 * 2 ** 20;

/** --jobs: a whole number from 1, no more than cores and memory allow. */
export function parseJobs(text: string): number {
  const wanted = parseWhole('--jobs', text, 1);
  const byCores = Math.max(MOST_JOBS.least, MOST_JOBS.perCore * coreCount());
  return Math.min(wanted, byCores, Math.max(1, Math.floor(totalmem() / BYTES_PER_JOB)));
}

/** Any finite number. `typed`: what stands before it; `such`: one that could be meant. */
export function parseNumber(flag: string, text: string, such?: string, typed = `${flag} `): number {
  const value = Number(withMinus(text));
  if (text.trim() === '' || !Number.isFinite(value)) {
    refuse(flag, 'a number', text, pointMeant(typed, text) ?? (such && `such as ${typed}${such}`));
  }
  return value;
}

/** n, height,width or the same as 2x3 */
export function parsePair(flag: string, text: string, min = 1): Pair {
  const parts = sidesOf(text);
  if (parts.length > 2) refuse(flag, 'n or height,width', text, `such as ${flag} 2, ${flag} 2,3 or ${flag} 2x3`);
  const [vertical, horizontal = vertical] = parts.map((part) => parseWhole(flag, part, min));
  return [vertical, horizontal];
}

/** n, or height,width; 64x64 too, but 640x480 may be said either way round */
export function parseSize(flag: string, text: string): Pair {
  const [height, width] = parsePair(flag, text);
  if (height !== width && !text.includes(',')) {
    throw new CnnvizError('usage', `${flag} ${text}: is that height × width or width × height?`, {
      fix: `with a comma it is height,width: ${flag} ${height},${width} or ${flag} ${width},${height}`,
    });
  }
  return [height, width];
}

const FILE = /\.(npy|json|csv|txt)$/i;

/**
 * The kernels that one --kernel says: names and files with commas (or spaces) between them, or the numbers of one kernel,
 * whose commas are its own.
 * @throws CnnvizError 'usage' for an unknown name
 */
export function parseKernels(text: string): KernelSource[] {
  if (isOwnPath(text)) return [{ kind: 'file', path: text }];
  const parts = text.split(/[,\s]+/).filter((part) => part !== '');
  const isList = parts.length > 1 && parts.every((part) => FILE.test(part) || isName(part));
  // a file's own name may have spaces and commas
  if (FILE.test(text) && !parts.every((part) => FILE.test(part) || isKnown(part)))
    return [{ kind: 'file', path: text }];
  if (isList || (parts.length === 1 && isName(parts[0]))) return parts.map(kernelSource);
  return [{ kind: 'inline', text }];
}

function kernelSource(text: string): KernelSource {
  return FILE.test(text) ? { kind: 'file', path: text } : { kind: 'builtin', name: kernelName(text) };
}

function isKnown(word: string): boolean {
  return findGradient(word) !== null || kernelsMeant(word).length > 0;
}

/** A word that begins as a name does; NaN and inf are meant as numbers. */
function isName(word: string): boolean {
  return !looksInline(word) && !/^[+-]?(nan|inf(inity)?)$/i.test(word);
}

const PADDING_RULES = ['same', 'valid', 'full'] as const;

/** same, valid, full, n, height,width or top,left,bottom,right */
export function parsePadding(text: string): Padding {
  const rule = sameName(text, PADDING_RULES);
  if (rule) return rule;
  const parts = sidesOf(text);
  const fix = 'n, or height,width, or top,left,bottom,right, or same, valid, full';
  if (![1, 2, 4].includes(parts.length) || parts.some((part) => !/^\d+$/.test(part.trim()))) {
    refuse('--padding', 'whole numbers or a rule', text, fix);
  }
  const sides = parts.map((part) => parseWhole('--padding', part, 0));
  return sides.length === 1 ? sides[0] : sides;
}

/** x,y,w,h or x,y,w,h@image */
export function parsePatch(text: string, mode: PatchMode): KernelSource {
  const at = text.indexOf('@');
  const numbers = (at < 0 ? text : text.slice(0, at)).split(',');
  if (numbers.length !== 4)
    refuse('--patch', 'x,y,width,height', text, 'x and y count from the top left: --patch 210,140,70,70');
  const [x, y] = numbers.slice(0, 2).map((part) => parseWhole('--patch', part, 0));
  const [width, height] = numbers.slice(2).map((part) => parseWhole('--patch', part, 1));
  const image = at < 0 ? null : text.slice(at + 1);
  if (image === '') refuse('--patch', 'an image after @', text);
  return { kind: 'patch', rect: { x, y, width, height }, image, mode };
}

/** A number, a .npy file, p99 or fire:1% */
export function parseBias(typed: string): BiasSource {
  const text = withMinus(typed);
  if (text.toLowerCase().endsWith('.npy') || isOwnPath(text)) return { kind: 'file', path: text };
  const percentile = /^p(\d+(?:\.\d+)?)$/.exec(text);
  const fire = /^fire:(\d+(?:\.\d+)?)%$/.exec(text);
  const percent = Number(percentile?.[1] ?? fire?.[1]);
  if ((percentile || fire) && percent > 100) refuse('--bias', 'a percentage up to 100', text);
  if (percentile) return { kind: 'percentile', percent };
  if (fire) return { kind: 'fire', percent };
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || !Number.isFinite(Math.fround(value))) {
    const fix = pointMeant('--bias ', text) ?? percentMeant(text) ?? 'p99 lets the strongest 1 % through';
    refuse('--bias', 'a finite number, a .npy file, p99 or fire:1%', text, fix);
  }
  return { kind: 'number', value };
}

/** fire:0.5% for fire:0,5%, p99.5 for p99,5 */
function percentMeant(text: string): string | undefined {
  return /^(p|fire:)\d+,\d+%?$/.test(text) ? `did you mean --bias ${text.replace(',', '.')}?` : undefined;
}

export const ACTIVATION_NAMES: readonly ActivationName[] = [
  'relu',
  'relu6',
  'leaky_relu',
  'elu',
  'gelu',
  'silu',
  'hardswish',
  'softplus',
  'sigmoid',
  'tanh',
];

/** relu, or leaky_relu:0.01 */
export function parseActivation(text: string): { name: ActivationName; parameter: number | null } {
  const [word, parameter, ...rest] = text.split(':');
  const name = sameName(word, ACTIVATION_NAMES);
  if (!name || rest.length > 0) {
    const near = name ? null : nearestName(word, ACTIVATION_NAMES);
    const meant = near ? `did you mean ${near}? ` : '';
    refuse('--activation', 'an activation', text, `${meant}one of ${ACTIVATION_NAMES.join(', ')}`);
  }
  return {
    name,
    parameter:
      parameter === undefined ? null : parseNumber('--activation', parameter, undefined, `--activation ${name}:`),
  };
}

const POOL_KINDS = ['max', 'avg', 'gauss'] as const;
const POOL_WORDS = ['max_pool', 'avg_pool', 'gauss_pool', 'maxpool2d', 'avgpool2d'] as const;

/** max, avg or gauss, also as max_pool and MaxPool2d; null for another word. */
export function poolKind(word: string): PoolJob['kind'] | null {
  const long = sameName(word, POOL_WORDS)?.replace(/_?pool(2d)?$/, '');
  return sameName(long ?? word, POOL_KINDS);
}

/** The size of a pool that does not say one. */
export const USUAL_POOL = '2';

/** max|avg|gauss[:SIZE[:STRIDE]], and for gauss [:SIGMA] */
export function parsePool(text: string): PoolJob {
  const fix = 'such as max:2, avg:3:2, gauss:5:2 (kind:size:stride); the stride is the size unless given';
  const [word, size = USUAL_POOL, stride, sigma, ...rest] = text.split(':');
  const kind = poolKind(word);
  if (!kind || rest.length > 0) {
    const meant = poolMeant(text);
    refuse('--pool', 'max|avg|gauss:SIZE[:STRIDE]', text, meant === null ? fix : `did you mean --pool ${meant}?`);
  }
  if (sigma !== undefined && kind !== 'gauss') refuse('--pool', 'no sigma but for gauss', text, fix);
  const kernelSize = parsePair('--pool', size);
  const pads: Pads = [0, 0, 0, 0];
  return {
    kind,
    kernelSize,
    stride: stride === undefined ? kernelSize : parsePair('--pool', stride),
    pads,
    sigma: sigma === undefined ? null : parseSigma(sigma),
  };
}

/** 2, 2x2, max2, mean:2: the pool that was probably meant; null for another text. */
function poolMeant(text: string): string | null {
  const [, word, size = USUAL_POOL] = /^([a-z]*)[:\s-]?(\d+(?:[x,]\d+)?)?$/i.exec(text.trim()) ?? [];
  if (word === undefined || text.trim() === '') return null;
  const kind = word === '' ? 'max' : /^(mean|average)$/i.test(word) ? 'avg' : poolKind(word);
  return kind && `${kind}:${size}`;
}

function parseSigma(text: string): Pair {
  const [vertical, horizontal = vertical, ...more] = sidesOf(text).map((part) => parseNumber('--pool sigma', part));
  if (!(vertical > 0 && horizontal > 0 && more.length === 0)) {
    refuse('--pool sigma', 'a number above 0', text, 'with a decimal point: gauss:3:3:0.5');
  }
  return [vertical, horizontal];
}

const SCALE_RULES = ['auto', 'minmax', 'symmetric'] as const;

/** auto, minmax, symmetric, LO,HI or p1,p99 */
export function parseScale(text: string): ScaleRule {
  const named = sameName(text, SCALE_RULES);
  if (named) return { kind: named };
  const fix = 'auto, minmax, symmetric, two numbers such as -1,1, or two percentiles such as p1,p99';
  const parts = text.split(',');
  if (parts.length !== 2) refuse('--scale', 'a rule or two limits', text, fix);
  const percentiles = parts.every((part) => /^p\d/.test(part));
  const [lo, hi] = parts.map((part) => {
    const number = percentiles ? part.slice(1) : withMinus(part);
    if (number.trim() === '' || !Number.isFinite(Number(number))) refuse('--scale', 'a rule or two limits', text, fix);
    return Number(number);
  });
  if (!(lo < hi)) refuse('--scale', 'a lower limit below the upper one', text, fix);
  if (percentiles && hi > 100) refuse('--scale', 'percentiles up to 100', text, fix);
  return percentiles ? { kind: 'percentiles', lo, hi } : { kind: 'fixed', lo, hi };
}

/** imagenet, or MEAN/STD with commas between channels */
export function parseNormalize(text: string): NonNullable<PreprocessJob['normalize']> {
  if (text.toLowerCase() === 'imagenet') return PRESETS.imagenet.preprocess.normalize!;
  const halves = text.split('/');
  if (halves.length !== 2)
    refuse('--normalize', 'imagenet or MEAN/STD', text, 'such as 0.5/0.5 or 0.5,0.4,0.3/0.2,0.2,0.2');
  const [mean, std] = halves.map((half) => half.split(',').map((part) => parseNumber('--normalize', part)));
  if (std.some((value) => value === 0)) {
    const hasCommas = /\b0,\d/.test(text)
      ? 'a comma stands between channels, a decimal point is a point: 0.5/0.5'
      : undefined;
    refuse('--normalize', 'a std other than 0', text, hasCommas);
  }
  return { mean, std };
}

const COLOUR_NAMES: Readonly<Record<string, string>> = { black: '#000000', white: '#ffffff', gray: '#808080' };

/** #rgb, #rrggbb, black, white or gray, of another flag also a grey from 0 to 255 → #rrggbb */
export function parseColour(text: string, flag = '--background'): string {
  const named = COLOUR_NAMES[text.toLowerCase()];
  if (named) return named;
  // three digits are a colour of their own behind --background
  if (flag !== '--background' && /^\d{1,3}$/.test(text) && Number(text) <= 255) {
    return `#${Number(text).toString(16).padStart(2, '0').repeat(3)}`;
  }
  const match = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text);
  if (!match) refuse(flag, 'a colour', text, 'such as white, black or #ffcc00');
  const hex = match[1].toLowerCase();
  return `#${hex.length === 3 ? [...hex].map((digit) => digit + digit).join('') : hex}`;
}

/** 100000000, 100e6, 100M or 100MP */
export function parsePixelCount(text: string): number {
  const match = /^(\d+(?:\.\d+)?(?:e\d+)?)\s*(?:(M)P?)?$/i.exec(text);
  const count = match ? Number(match[1]) * (match[2] ? 1e6 : 1) : Number.NaN;
  if (!Number.isSafeInteger(count) || count < 1) {
    refuse('--max-pixels', 'a number of pixels', text, 'such as 200M, or 1.5M with a decimal point');
  }
  return count;
}

/** 2000000000, 2e9, 2G, 500MB */
export function parseByteCount(flag: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?(?:e\d+)?)\s*([kMG]?)B?$/i.exec(text);
  const unit = { '': 1, k: 1e3, m: 1e6, g: 1e9 }[match?.[2].toLowerCase() ?? ''] ?? 1;
  const count = match ? Math.round(Number(match[1]) * unit) : Number.NaN;
  if (!Number.isSafeInteger(count) || count < 1) refuse(flag, 'a number of bytes', text, 'such as 500M or 4G');
  return count;
}

/** Whole numbers from 1 with commas, one for each axis. */
export function parseShape(flag: string, text: string, axes: readonly string[]): number[] {
  const sides = sidesOf(text).map(Number);
  if (sides.length !== axes.length || sides.some((side) => !Number.isInteger(side) || side < 1)) {
    throw new CnnvizError('usage', `${flag} ${text}: expected ${axes.join(',')}, whole numbers from 1`, {
      fix: `${flag} ${axes.length === 3 ? '3,480,640' : '64,3,11,11'}`,
    });
  }
  return sides;
}

/** x,y, also as 188x42 and (188, 42) */
export function parsePosition(flag: string, text: string): { x: number; y: number } {
  const parts = sidesOf(text.replace(/^\((.*)\)$/, '$1'));
  if (parts.length !== 2 || parts.some((part) => !/^\s*\d+\s*$/.test(part))) {
    throw new CnnvizError('usage', `${flag}: expected x,y, got "${text}"`, {
      fix: `whole numbers from 0, counted from the top left: ${flag} 188,42`,
    });
  }
  const [x, y] = parts.map((part) => parseWhole(flag, part.trim(), 0));
  return { x, y };
}
