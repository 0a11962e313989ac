import { CnnvizError } from '../../core/errors.js';
import type { Padding, Pair } from '../../core/geometry.js';
import { nearestName, sameName } from '../../core/names.js';

/** A field's value as a pipe, a network file or print(model) says it. */
export type FieldValue = number | boolean | string | null | readonly FieldValue[];

/**
 * The fields of one layer, read by name. Every failure is a CnnvizError 'usage' that begins with the field's name and
 * says what it expects and what it got.
 */
export class Fields {
  readonly #values: ReadonlyMap<string, FieldValue>;

  /** @throws CnnvizError 'usage' for a field the layer does not have, with the nearest that it has */
  constructor(word: string, values: ReadonlyMap<string, FieldValue>, known: readonly string[]) {
    this.#values = values;
    for (const name of values.keys()) {
      if (known.includes(name)) continue;
      const near = nearestName(name, known);
      const fields = known.length === 0 ? `${word} has no fields` : `fields of ${word}: ${known.join(', ')}`;
      throw new CnnvizError('usage', `${name}: ${word} has no such field`, {
        fix: `${near ? `did you mean ${near}? ` : ''}${fields}`,
      });
    }
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The value as it is; undefined when it was not said. */
  raw(name: string): FieldValue | undefined {
    return this.#values.get(name);
  }

  number(name: string, otherwise: number): number {
    const value = this.raw(name);
    if (value === undefined) return otherwise;
    return typeof value === 'number' && Number.isFinite(value) ? value : refuse(name, 'a number', value);
  }

  /** A whole number; null for none where that is the default. */
  whole(name: string, min: number, otherwise: number): number;
  whole(name: string, min: number, otherwise: null): number | null;
  whole(name: string, min: number, otherwise: number | null): number | null {
    const value = this.raw(name);
    if (value === undefined || (isNone(value) && otherwise === null)) return otherwise;
    if (isWhole(value, min)) return value;
    return refuse(name, min === -Infinity ? 'a whole number' : `a whole number from ${min}`, value);
  }

  boolean(name: string, otherwise: boolean): boolean {
    const value = this.raw(name);
    if (value === undefined) return otherwise;
    return typeof value === 'boolean' ? value : refuse(name, 'true or false', value);
  }

  /** One of some words. */
  word<T extends string>(name: string, words: readonly T[], otherwise: T): T {
    const value = this.raw(name);
    if (value === undefined) return otherwise;
    const near = typeof value === 'string' ? nearestName(value, words) : null;
    const word = typeof value === 'string' ? sameName(value, words) : null;
    return word ?? refuse(name, `one of ${words.join(', ')}`, value, near);
  }

  /** n or [height, width]; undefined when it was not said. */
  pair(name: string, least = 1): Pair | undefined {
    const value = this.raw(name);
    if (value === undefined || isNone(value)) return undefined;
    if (isWhole(value, least)) return [value, value];
    if (isList(value) && value.length === 2 && value.every((side) => isWhole(side, least))) {
      return value as unknown as Pair;
    }
    return refuse(name, `a whole number from ${least}, or height,width`, value);
  }

  /** n, [h, w], [top, left, bottom, right] or a rule. */
  padding(name: string): Padding {
    const value = this.raw(name);
    if (value === undefined) return 0;
    if (isWhole(value, 0)) return value;
    const rule = typeof value === 'string' ? sameName(value, PADDING_RULES) : null;
    if (rule) return rule;
    if (isList(value) && [2, 4].includes(value.length) && value.every((side) => isWhole(side, 0))) {
      return value as number[];
    }
    return refuse(name, 'n, h,w, t,l,b,r, same, valid or full', value);
  }
}

const PADDING_RULES = ['same', 'valid', 'full'] as const;

/** None, as torch prints it, null, as JSON does, and none, as people write it. */
export function isNone(value: FieldValue | undefined): boolean {
  return value === null || value === 'none';
}

/** Whether a value is a list. */
export function isList(value: FieldValue | undefined): value is readonly FieldValue[] {
  return Array.isArray(value);
}

/** Whether a value is a whole number from `min`. */
export function isWhole(value: FieldValue | undefined, min: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= min;
}

/** 0.1 for 0,1, which a pipe takes for a list. */
function pointMeant(value: FieldValue | undefined): string | null {
  const text = isList(value) && value.length === 2 ? value.join() : value;
  return typeof text === 'string' && /^[+-]?\d+,\d+$/.test(text) ? text.replace(',', '.') : null;
}

/** A value as it is written; JSON has no word for numbers that are none or too large. */
function foundWords(value: FieldValue): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** @throws CnnvizError 'usage' that names the field */
export function refuse(
  name: string,
  expected: string,
  value: FieldValue | undefined,
  near: string | null = null,
): never {
  const found = value === undefined ? 'nothing' : foundWords(value).slice(0, 60);
  const meant = near ?? (expected.includes('a number') ? pointMeant(value) : null);
  throw new CnnvizError('usage', `${name}: expected ${expected}, got ${found}`, {
    fix: meant ? `did you mean ${meant}?` : `write ${name} as ${expected}`,
  });
}
