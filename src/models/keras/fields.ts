import { CnnvizError } from '../../core/errors.js';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonRecord = { readonly [key: string]: Json };

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Lists within lists beyond this no configuration has. */
const DEEPEST = 128;
/** Values beyond this no configuration has: that of a network of thousands of layers has some hundred thousand. */
const MOST_VALUES = 5_000_000;
/** No list of axes or sides is longer. */
const MOST_AXES = 16;

/** A configuration with its tuples as lists. @throws CnnvizError 'format' for what no Keras writes, so that it can be walked through */
export function checkedConfig(value: unknown): Json {
  let left = MOST_VALUES;
  const checked = (one: unknown, depth: number): Json => {
    if (depth > DEEPEST || --left < 0)
      throw new CnnvizError('format', 'a configuration too deep or too large to be one');
    if (Array.isArray(one)) return one.map((item) => checked(item, depth + 1));
    if (typeof one === 'number' || typeof one === 'string' || typeof one === 'boolean') return one;
    if (!isRecord(one)) return null;
    if (one.class_name === '__tuple__' && Array.isArray(one.items)) return checked(one.items, depth + 1);
    return Object.fromEntries(Object.keys(one).map((key) => [key, checked(one[key], depth + 1)]));
  };
  return checked(value, 0);
}

/** What a layer's configuration says that has no bearing on what it computes. */
const WITHOUT_MEANING = new Set([
  ...[
    'name',
    'trainable',
    'dtype',
    'batch_input_shape',
    'batch_shape',
    'batch_size',
    'input_dtype',
    'sparse',
    'ragged',
  ],
  ...[
    'build_config',
    'module',
    'registered_name',
    'autocast',
    'optional',
    'seed',
    'implementation',
    'lora_rank',
    'lora_alpha',
  ],
  ...['kernel_initializer', 'bias_initializer', 'depthwise_initializer', 'pointwise_initializer', 'gamma_initializer'],
  ...['beta_initializer', 'moving_mean_initializer', 'moving_variance_initializer', 'alpha_initializer'],
  ...['embeddings_initializer', 'scale_initializer', 'input_shape', 'stateful', 'input_spec', 'inbound_nodes'],
]);

const withoutMeaning = (key: string): boolean => WITHOUT_MEANING.has(key) || /_(?:regularizer|constraint)$/.test(key);

/** The fields of one layer's configuration, with errors that say which layer and which field. */
export interface Fields {
  readonly has: (key: string) => boolean;
  /** The field as it stands; null where it is missing. */
  readonly raw: (key: string) => Json;
  readonly flag: (key: string, otherwise: boolean) => boolean;
  readonly text: (key: string, otherwise: string) => string;
  readonly number: (key: string, otherwise: number) => number;
  /** null where it is missing or null. */
  readonly maybeNumber: (key: string) => number | null;
  readonly whole: (key: string, otherwise?: number) => number;
  /** `count` whole numbers of at least `least`, or one that stands for all. */
  readonly wholes: (key: string, count: number, otherwise: number, least?: number) => readonly number[];
  /** A list of whole numbers of any length, or one; null where it is missing or null. */
  readonly list: (key: string) => readonly number[] | null;
  /** Fields that nobody asked for, and that are neither empty nor without meaning: what a layer is not computed without. */
  readonly unread: () => readonly string[];
  readonly wrong: (key: string, expected: string) => CnnvizError;
}

/** @param place the layer, for messages */
export function fieldsOf(config: JsonRecord): Fields {
  const read = new Set<string>();
  const raw = (key: string): Json => {
    read.add(key);
    // not of the prototype: names come from files
    return Object.hasOwn(config, key) ? config[key] : null;
  };
  const wrong = (key: string, expected: string): CnnvizError =>
    new CnnvizError('format', `${key}: expected ${expected}, found ${shown(config[key])}`);
  const isWhole = (value: Json): value is number => typeof value === 'number' && Number.isSafeInteger(value);
  return {
    has: (key) => Object.hasOwn(config, key) && config[key] !== null,
    raw,
    flag(key, otherwise) {
      const value = raw(key);
      if (value === null) return otherwise;
      if (typeof value === 'boolean') return value;
      throw wrong(key, 'true or false');
    },
    text(key, otherwise) {
      const value = raw(key);
      if (value === null) return otherwise;
      if (typeof value === 'string') return value;
      throw wrong(key, 'a text');
    },
    number(key, otherwise) {
      const value = raw(key);
      if (value === null) return otherwise;
      if (typeof value === 'number' && Number.isFinite(value)) return value;
      throw wrong(key, 'a number');
    },
    maybeNumber(key) {
      const value = raw(key);
      if (value === null || (typeof value === 'number' && Number.isFinite(value))) return value;
      throw wrong(key, 'a number');
    },
    whole(key, otherwise) {
      const value = raw(key) ?? otherwise ?? null;
      if (isWhole(value)) return value;
      throw wrong(key, 'a whole number');
    },
    wholes(key, count, otherwise, least = 1) {
      const value = raw(key) ?? otherwise;
      const list = isWhole(value) ? new Array<number>(count).fill(value) : value;
      const fits = Array.isArray(list) && list.length === count && list.every((one) => isWhole(one) && one >= least);
      if (fits) return list as number[];
      throw wrong(key, `${count === 1 ? 'a whole number' : `${count} whole numbers`} from ${least}`);
    },
    list(key) {
      const value = raw(key);
      if (value === null) return null;
      if (isWhole(value)) return [value];
      if (Array.isArray(value) && value.length <= MOST_AXES && value.every(isWhole)) return value as number[];
      throw wrong(key, 'whole numbers');
    },
    unread: () => Object.keys(config).filter((key) => !read.has(key) && !withoutMeaning(key) && !isEmpty(config[key])),
    wrong,
  };
}

/** What a writer of configurations leaves where nothing was said. */
function isEmpty(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === null || value === false || (isRecord(value) && Object.keys(value).length === 0);
}

/** A value of a file in a message: the beginning of a long one. */
export function shown(value: unknown): string {
  const text = JSON.stringify(beginning(value, 0)) ?? 'nothing';
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

/** Enough of a value for a message, however large it is. */
function beginning(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.slice(0, 60);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 3) return '...';
  if (Array.isArray(value)) return value.slice(0, 16).map((item) => beginning(item, depth + 1));
  const entries = Object.entries(value).slice(0, 8);
  return Object.fromEntries(entries.map(([key, item]) => [key.slice(0, 60), beginning(item, depth + 1)]));
}
