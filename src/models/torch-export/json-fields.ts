import { CnnvizError } from '../../core/errors.js';

/** An object of parsed JSON. */
export type Fields = Readonly<Record<string, unknown>>;

export function damaged(place: string, what: string): CnnvizError {
  return new CnnvizError('format', `${place}: ${what}`, { fix: 'the program is damaged: export it again' });
}

export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object';
  return `a ${typeof value}`;
}

/** @throws CnnvizError 'format' for anything else */
export function fieldsOf(value: unknown, place: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw damaged(place, `expected an object, found ${kindOf(value)}`);
}

/** A field of its own, not one that objects come with. */
export function own(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** @throws CnnvizError 'format' for anything else */
export function listOf(value: unknown, place: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw damaged(place, `expected a list, found ${kindOf(value)}`);
}

/** A name. @throws CnnvizError 'format' for anything else, and for one that is empty or of thousands of letters */
export function nameOf(value: unknown, place: string): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= 1000) return value;
  throw damaged(
    place,
    `expected a name, found ${typeof value === 'string' ? `one of ${value.length} letters` : kindOf(value)}`,
  );
}

/** The one field of a union as torch writes it, {"as_int": 3}. @throws CnnvizError 'format' for none or several */
export function unionOf(value: unknown, place: string): readonly [tag: string, value: unknown] {
  const entries = Object.entries(fieldsOf(value, place));
  if (entries.length === 1) return entries[0];
  throw damaged(place, `expected one of several kinds, found ${entries.length}`);
}
