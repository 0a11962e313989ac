import { measureValues } from '../../analysis/values.js';
import { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import { nearestName } from '../../core/names.js';
import type { ValueFacts } from '../../core/result.js';
import { sizeOf } from '../../core/tensor.js';
import { formatBytes, formatNumber, groupDigits, shorten } from '../../core/text.js';
import { toFloat32 } from '../../core/values.js';
import { VERSION } from '../../core/version.js';
import { writeValue } from '../../models/npy.js';
import type { StoredType, WeightFile, WeightTensor } from '../../models/weights/weight-file.js';
import { tableLines } from '../../reports/table.js';
import type { Style } from '../../reports/text.js';
import { refusalOf } from '../../run/file-kind.js';

/** One array of a checkpoint with what is true of its numbers. */
interface WeightFacts {
  readonly name: string;
  /** As stored. */
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  readonly bytes: number;
  /** Null where integers are too large to be numbers here; the list's notes name them. */
  readonly facts: ValueFacts | null;
  /** Of a batch norm's variances, how many are below zero; 0 for all other arrays. */
  readonly negative: number;
}

export interface WeightList {
  readonly format: WeightFile['format'];
  readonly tensors: readonly WeightFacts[];
  /** Numbers in all arrays. */
  readonly parameters: number;
  readonly bytes: number;
  readonly notes: readonly string[];
}

/** What frameworks call the variances of a batch norm. */
const VARIANCES = /(?:^|[._/])(?:running_var|moving_variance|bn_var)$/i;

function negativeVariances(one: WeightTensor, facts: ValueFacts | null): number {
  if (!VARIANCES.test(one.name) || facts === null || !(facts.min < 0)) return 0;
  return toFloat32(one.load().data).reduce((count, value) => count + (value < 0 ? 1 : 0), 0);
}

/** What frameworks call that which multiplies: of these zeros let nothing pass, of a bias they are a beginning. */
const SCALES = /(?:^|[._/])(?:weight|kernel|running_var|moving_variance)$/i;

function isAllZeros({ facts }: Pick<WeightFacts, 'facts'>): boolean {
  return facts !== null && facts.count > 1 && facts.min === 0 && facts.max === 0 && facts.nan + facts.infinite === 0;
}

/** Reads every array once, one after another, and says what is true of it. */
export function listWeights(path: string, { format, tensors: weights, constants = [], notes }: WeightFile): WeightList {
  const tensors = [...weights, ...constants];
  const beyond: string[] = [];
  const factsOf = (one: WeightTensor): ValueFacts | null => {
    try {
      return measureValues(toFloat32(one.load().data));
    } catch (error) {
      if (!(error instanceof CnnvizError) || error.code !== 'unsupported') throw refusalOf(path, error);
      beyond.push(`"${one.name}": ${error.message}`);
      return null;
    }
  };
  const listed = tensors.map((one): WeightFacts => {
    const facts = factsOf(one);
    const negative = negativeVariances(one, facts);
    return { name: one.name, dtype: one.stored, shape: one.shape, bytes: one.bytes, facts, negative };
  });
  const impossible = listed
    .filter(({ negative }) => negative > 0)
    .map(({ name, negative }) => `"${name}": ${plural(negative, 'variance')} below 0: such a channel becomes NaN`);
  const empty = listed
    .filter((one) => isAllZeros(one) && SCALES.test(one.name))
    .map(({ name }) => `"${name}": all zeros: nothing passes it`);
  return {
    format,
    tensors: listed,
    parameters: tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    bytes: listed.reduce((sum, { bytes }) => sum + bytes, 0),
    notes: [...notes, ...beyond, ...impossible, ...empty],
  };
}

/** One array by its name. @throws CnnvizError 'usage' with the nearest name */
export function findTensor(path: string, { tensors: weights, constants = [] }: WeightFile, name: string): WeightTensor {
  const tensors = [...weights, ...constants];
  const found = tensors.find((one) => one.name === name);
  if (found) return found;
  const names = tensors.map((one) => one.name);
  const near = nearestName(name, names);
  const some = names.slice(0, 8).join(', ') + (names.length > 8 ? ', …' : '');
  throw new CnnvizError('usage', `${path}: no array is called "${name}"`, {
    fix: near ? `did you mean ${near}?` : `it holds ${some || 'none'}`,
  });
}

/** An array as the bytes of a .npy file: floats as float32, integers and bool as they are. */
export function tensorBytes(path: string, one: WeightTensor): Uint8Array {
  try {
    return writeValue(one.load());
  } catch (error) {
    throw refusalOf(path, error);
  }
}

const LONGEST_NAME = 200;

/** A line for each array: name, type, shape, bytes, range and mean; then the totals. */
export function describeWeights(path: string, list: WeightList, style: Style): string[] {
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
  if (isAllZeros({ facts })) odd.push('all 0');
  return [...[min, mean, max].map((value) => formatNumber(value)), odd.filter(Boolean).join(', ')];
}

/**
 * The document of `weights --json`: file, format, tensors [{name, dtype, shape, bytes, min, max, mean, nan, infinite}],
 * parameters, bytes, notes. min, max and mean are null when no number is finite, all five when they are beyond 2^53.
 */
export function weightsDocument(path: string, { format, tensors, parameters, bytes, notes }: WeightList): object {
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
  return { cnnviz: VERSION, file: path, format, tensors: listed, parameters, bytes, notes };
}
