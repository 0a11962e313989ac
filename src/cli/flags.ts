import { Option } from 'commander';
import { CnnvizError } from '../core/errors.js';
import { parseNumber, parseWhole } from './parse.js';

/** What commander hands over: nothing, a text, texts in the order they were given, or whether a switch was given. */
export type Raw = string | readonly string[] | readonly InOrder<string>[] | boolean | undefined;

/** One of a flag's values, with its place among those of other flags. */
export interface InOrder<T> {
  readonly at: number;
  readonly value: T;
}

/** One flag: how it is typed and told of, how its text becomes a value, and how the value is typed again. */
export interface Flag<T> {
  /** As help shows it: "-l, --layer <name>". */
  readonly spec: string;
  readonly about: string;
  /** The group that help shows it in; null: none. */
  readonly heading: string | null;
  /** What stands for it when it is not given, as it would be typed; null: nothing. */
  readonly standard: string | null;
  readonly choices: readonly string[] | null;
  /** Given more than once: refused by nobody, the last counts · every text is kept · with its place · commas part them. */
  readonly repeats: 'last' | 'all' | 'in order' | 'commas';
  readonly required: boolean;
  /** @throws CnnvizError 'usage' with the flag's name */
  readonly read: (raw: Raw, long: string) => T;
  /** The words behind a command that give this value again; none where it is what stands without the flag. */
  words(value: T, long: string): readonly string[];
}

/** Flags by the names of their values, which are those of the flags: `perImage` for --per-image. */
export type Flags = Readonly<Record<string, Flag<unknown>>>;

/** What was typed behind a command's name: its words, and what commander collected for its flags. */
export interface TypedLine {
  readonly words: readonly unknown[];
  readonly flags: Flags;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** The values of flags. */
export type ValuesOf<F> = { readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never };

/** How a text becomes a value; `long` is the flag's name, for messages. */
type Parse<T> = (long: string, text: string) => T;

const PLAIN = { heading: null, standard: null, choices: null, repeats: 'last', required: false } as const;

/** The words of a value that stands behind its flag: a text as it is, others by `say`. */
function behind<T>(standard: string | null, say: (value: T) => string): Flag<T | null>['words'] {
  return (value, long) => {
    const text = value === null ? null : say(value);
    return text === null || text === standard ? [] : [long, text];
  };
}

/** A value made of a text; null without the flag, or what `standard` stands for. */
function of<T>(spec: string, about: string, parse: Parse<T>, say: (value: T) => string, standard: string): Flag<T>;
function of<T>(spec: string, about: string, parse: Parse<T>, say?: (value: T) => string): Flag<T | null>;
function of<T>(
  spec: string,
  about: string,
  parse: Parse<T>,
  say: (value: T) => string = String,
  standard: string | null = null,
): Flag<T | null> {
  return {
    ...PLAIN,
    spec,
    about,
    standard,
    read: (raw, long) => {
      const typed = typeof raw === 'string' ? raw : standard;
      return typed === null ? null : parse(long, typed);
    },
    words: behind(standard, say),
  };
}

const asTyped = (_long: string, text: string): string => text;

/** A text as it was typed. */
function text(spec: string, about: string): Flag<string | null>;
function text(spec: string, about: string, standard: string): Flag<string>;
function text(spec: string, about: string, standard?: string): Flag<string | null> {
  return standard === undefined ? of(spec, about, asTyped) : of(spec, about, asTyped, String, standard);
}

/** A text that must be given. */
function needed(spec: string, about: string): Flag<string> {
  return { ...of(spec, about, asTyped, String, ''), standard: null, required: true };
}

/** One of some words. */
function choice<const C extends string>(spec: string, about: string, choices: readonly C[]): Flag<C | null>;
function choice<const C extends string>(spec: string, about: string, choices: readonly C[], standard: C): Flag<C>;
function choice<C extends string>(spec: string, about: string, choices: readonly C[], standard?: C): Flag<C | null> {
  const one = standard === undefined ? of(spec, about, asTyped) : of(spec, about, asTyped, String, standard);
  return { ...(one as Flag<C | null>), choices };
}

/** A whole number from `least`. */
function whole(spec: string, about: string, least: number): Flag<number | null>;
function whole(spec: string, about: string, least: number, standard: string): Flag<number>;
function whole(spec: string, about: string, least: number, standard?: string): Flag<number | null> {
  const parse: Parse<number> = (long, typed) => parseWhole(long, typed, least);
  return standard === undefined ? of(spec, about, parse) : of(spec, about, parse, String, standard);
}

/** Any finite number. */
function number(spec: string, about: string): Flag<number | null>;
function number(spec: string, about: string, standard: string): Flag<number>;
function number(spec: string, about: string, standard?: string): Flag<number | null> {
  const parse: Parse<number> = (long, typed) => parseNumber(long, typed);
  return standard === undefined ? of(spec, about, parse) : of(spec, about, parse, String, standard);
}

/** A switch, off unless given. */
function on(spec: string, about: string): Flag<boolean> {
  return { ...PLAIN, spec, about, read: (raw) => raw === true, words: (value, long) => (value ? [long] : []) };
}

/** A switch that takes something away: "--no-cache" gives `cache`, true unless given. */
function off(spec: string, about: string): Flag<boolean> {
  return { ...PLAIN, spec, about, read: (raw) => raw !== false, words: (value, long) => (value ? [] : [long]) };
}

/** Texts: the flag may be repeated. */
function texts(spec: string, about: string): Flag<readonly string[]> {
  return {
    ...PLAIN,
    spec,
    about,
    repeats: 'all',
    read: textsOf,
    words: (values, long) => values.flatMap((value) => [long, value]),
  };
}

/** A value for each text; the flag may be repeated. */
function each<T>(spec: string, about: string, parse: Parse<T>, say: (value: T) => string): Flag<readonly T[]> {
  return {
    ...PLAIN,
    spec,
    about,
    repeats: 'all',
    read: (raw, long) => textsOf(raw).map((typed) => parse(long, typed)),
    words: (values, long) => values.flatMap((value) => [long, say(value)]),
  };
}

/** A value for each text, with its place among those of other flags of this kind. */
function inOrder<T>(
  spec: string,
  about: string,
  parse: Parse<T>,
  say: (value: T) => string,
): Flag<readonly InOrder<T>[]> {
  return {
    ...PLAIN,
    spec,
    about,
    repeats: 'in order',
    read: (raw, long) =>
      typeof raw === 'object'
        ? (raw as readonly InOrder<string>[]).map(({ at, value }) => ({ at, value: parse(long, value) }))
        : [],
    words: (values, long) => values.flatMap(({ value }) => [long, say(value)]),
  };
}

/** Texts with commas between them; the flag may be repeated. */
function list(spec: string, about: string): Flag<readonly string[]> {
  return {
    ...PLAIN,
    spec,
    about,
    repeats: 'commas',
    read: textsOf,
    words: (values, long) => (values.length === 0 ? [] : [long, values.join(',')]),
  };
}

function textsOf(raw: Raw): readonly string[] {
  return typeof raw === 'object' ? (raw as readonly string[]) : [];
}

/** Every kind of flag. */
export const flag = { of, text, needed, choice, whole, number, on, off, texts, each, inOrder, list } as const;

/** The same flags in a group of help. */
export function under<F extends Flags>(heading: string, flags: F): F {
  return Object.fromEntries(Object.entries(flags).map(([key, one]) => [key, { ...one, heading }])) as F;
}

/** How many texts were given to flags whose order counts. */
let given = 0;

/** commander's option of a flag: what it checks is its choices, and that it is there. */
export function optionOf({ spec, about, heading, standard, choices, repeats, required }: Flag<unknown>): Option {
  const option = new Option(spec, about);
  if (heading !== null) option.helpGroup(heading);
  if (required) option.makeOptionMandatory();
  if (choices !== null) option.choices([...choices]);
  if (repeats === 'last') {
    if (standard !== null) option.default(standard);
  } else if (repeats === 'in order') {
    option.argParser<InOrder<string>[]>((typed, before) => [...(before ?? []), { at: given++, value: typed }]);
  } else {
    const split = (typed: string) => (repeats === 'all' ? [typed] : typed.split(',').filter((part) => part !== ''));
    option.argParser<string[]>((typed, before) => [...(before ?? []), ...split(typed)]);
  }
  return option;
}

/** The values of flags that commander collected. @throws CnnvizError 'usage' */
export function readFlags<F extends Flags>(flags: F, raw: Readonly<Record<string, unknown>>): ValuesOf<F> {
  const values = Object.entries(flags).map(([key, one]) => [key, one.read(raw[key] as Raw, longOf(one))]);
  return Object.fromEntries(values) as ValuesOf<F>;
}

/** The words that give these values again, in the order of the flags. */
export function wordsOf<F extends Flags>(flags: F, values: Partial<ValuesOf<F>>): string[] {
  return Object.entries(flags).flatMap(([key, one]) =>
    key in values ? one.words(values[key as keyof F], longOf(one)) : [],
  );
}

/** "--layer" of "-l, --layer <name>" */
export function longOf({ spec }: Pick<Flag<unknown>, 'spec'>): string {
  const long = /--[\w-]+/.exec(spec)?.[0];
  if (long === undefined) throw new Error(`a flag without a long name: ${spec}`);
  return long;
}

/** @throws CnnvizError 'usage' when both were given */
export function refuseBoth(one: string, other: string, fix: string, given: boolean): void {
  if (given) throw new CnnvizError('usage', `${one} and ${other} exclude each other`, { fix });
}
