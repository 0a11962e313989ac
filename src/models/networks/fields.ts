import { CnnvizError } from '../../core/errors.js';
import type { Padding, Pair } from '../../core/layers.js';
import { nearestName } from '../../core/nearest.js';

/** A field's value as a pipe, a network file or print(model) says it. */
export type FieldValue = number | boolean | string | null | readonly FieldValue[];

/**
 * The fields of one layer, read by name. What is asked for is known; what is left over at the end was misspelt.
 * Every failure is a CnnvizError 'usage' that names the field, what it expects and what it got.
 */
export class Fields {
  readonly #values: ReadonlyMap<string, FieldValue>;
  readonly #known = new Set<string>();

  constructor(values: ReadonlyMap<string, FieldValue>) {
    this.#values = values;
  }

  has(name: string): boolean {
    this.#known.add(name);
    return this.#values.has(name);
  }

  /** The value as it is; undefined when it was not said. */
  raw(name: string): FieldValue | undefined {
    this.#known.add(name);
    return this.#values.get(name);
  }

  /** Takes note of a field that changes nothing at inference. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.#known.add(name);
  }

  number(name: string, otherwise: number): number {
    const value = this.raw(name);
    if (value === undefined) return otherwise;
    return typeof value === 'number' && Number.isFinite(value) ? value : refuse(name, 'a number', value);
  }

  whole(name: string, min: number, otherwise: number): number;
  whole(name: string, min: number, otherwise: null): number | null;
  whole(name: string, min: number, otherwise: number | null): number | null {
    const value = this.raw(name);
    if (value === undefined || (value === null && otherwise === null)) return otherwise;
    return isWhole(value, min) ? value : refuse(name, `a whole number from ${min}`, value);
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
    return words.find((word) => word === value) ?? refuse(name, words.join(', '), value);
  }

  /** n or [height, width]; undefined when it was not said. */
  pair(name: string, min = 1): Pair | undefined {
    const value = this.raw(name);
    if (value === undefined || value === null) return undefined;
    if (isWhole(value, min)) return [value, value];
    if (Array.isArray(value) && value.length === 2 && value.every((side) => isWhole(side, min))) {
      return [value[0], value[1]];
    }
    return refuse(name, `n or height,width from ${min}`, value);
  }

  /** n, [h, w], [top, left, bottom, right] or a rule. */
  padding(name: string): Padding {
    const value = this.raw(name);
    if (value === undefined) return 0;
    if (value === 'same' || value === 'valid' || value === 'full' || isWhole(value, 0)) return value as Padding;
    if (Array.isArray(value) && [2, 4].includes(value.length) && value.every((side) => isWhole(side, 0))) {
      return value as number[];
    }
    return refuse(name, 'n, h,w, t,l,b,r, same, valid or full', value);
  }

  /** @throws CnnvizError 'usage' for fields nobody asked for, with the nearest that somebody did */
  finish(word: string): void {
    for (const name of this.#values.keys()) {
      if (this.#known.has(name)) continue;
      const names = [...this.#known].sort();
      const near = nearestName(name, names);
      throw new CnnvizError('usage', `${word} has no field "${name}"`, {
        fix: `${near ? `did you mean ${near}? ` : ''}${names.length === 0 ? `${word} has no fields` : `fields: ${names.join(', ')}`}`,
      });
    }
  }
}

function isWhole(value: FieldValue | undefined, min: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= min;
}

/** @throws CnnvizError 'usage' that names the field */
export function refuse(name: string, expected: string, value: FieldValue | undefined): never {
  throw new CnnvizError('usage', `${name}: expected ${expected}, got ${JSON.stringify(value) ?? 'nothing'}`);
}
