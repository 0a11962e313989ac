import { CnnvizError } from '../../core/errors.js';

/** JSON as it was written: objects keep the order of their keys, none of which comes twice. */
export type Json = null | boolean | number | string | readonly Json[] | ReadonlyMap<string, Json>;

const MAX_DEPTH = 16;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** A text up to its next escape or its end: a run at a time, for an engine of regular expressions stacks up repeated choices. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what JSON forbids
const RUN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const SPACE = /[ \t\n\r]*/y;

/**
 * Strict JSON, which JSON.parse is not: a key that comes twice is refused, and depth is bounded.
 * @throws CnnvizError 'format' with the place
 */
export function scanJson(text: string): Json {
  let at = 0;
  const refuse = (what: string): never => {
    throw new CnnvizError('format', `header, character ${at}: ${what}`, { fix: 'the file is damaged: save it again' });
  };
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) return null;
    at = pattern.lastIndex;
    return found[0];
  };
  const expect = (sign: string): void => {
    match(SPACE);
    if (text[at] !== sign) refuse(`expected ${sign}, found ${at < text.length ? JSON.stringify(text[at]) : 'the end'}`);
    at++;
  };
  const isNext = (sign: string): boolean => {
    match(SPACE);
    return text[at] === sign;
  };
  const string = (): string => {
    match(SPACE);
    const start = at;
    if (text[at] !== '"') refuse('expected a text');
    at++;
    match(RUN);
    while (match(ESCAPE) !== null) match(RUN);
    if (text[at] !== '"') refuse('a text without an end');
    at++;
    return JSON.parse(text.slice(start, at)) as string;
  };
  const object = (depth: number): ReadonlyMap<string, Json> => {
    const entries = new Map<string, Json>();
    expect('{');
    if (isNext('}')) {
      at++;
      return entries;
    }
    for (;;) {
      const key = string();
      if (entries.has(key)) refuse(`the key ${JSON.stringify(key)} comes twice`);
      expect(':');
      entries.set(key, value(depth + 1));
      if (!isNext(',')) break;
      at++;
    }
    expect('}');
    return entries;
  };
  const array = (depth: number): Json[] => {
    const items: Json[] = [];
    expect('[');
    if (isNext(']')) {
      at++;
      return items;
    }
    for (;;) {
      items.push(value(depth + 1));
      if (!isNext(',')) break;
      at++;
    }
    expect(']');
    return items;
  };
  const value = (depth: number): Json => {
    if (depth > MAX_DEPTH) refuse(`nested deeper than ${MAX_DEPTH}`);
    if (isNext('{')) return object(depth);
    if (isNext('[')) return array(depth);
    if (isNext('"')) return string();
    for (const [word, meaning] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (!text.startsWith(word, at)) continue;
      at += word.length;
      return meaning;
    }
    const number = match(NUMBER);
    return number === null ? refuse('expected a value') : Number(number);
  };
  const result = value(0);
  match(SPACE);
  if (at !== text.length) refuse('more behind the end');
  return result;
}
