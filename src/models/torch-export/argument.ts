import { damaged, fieldsOf, listOf, nameOf, own, unionOf } from './json-fields.js';

/** A whole number, or the name of a value that is one when the model runs. */
export type Size = number | string;

/** What is handed to an operator. */
export type Argument =
  | { readonly kind: 'none' }
  | { readonly kind: 'tensor' | 'size'; readonly name: string }
  | { readonly kind: 'int' | 'float'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'ints'; readonly sizes: readonly Size[] }
  | { readonly kind: 'floats'; readonly values: readonly number[] }
  | { readonly kind: 'tensors'; readonly names: readonly string[] }
  /** A device, a layout, a program within: "as_graph". */
  | { readonly kind: 'other'; readonly what: string };

/** @throws CnnvizError 'format' with the place */
export function argumentOf(argument: unknown, place: string): Argument {
  const [tag, value] = unionOf(argument, place);
  switch (tag) {
    case 'as_none':
      return { kind: 'none' };
    case 'as_tensor':
      return { kind: 'tensor', name: nameIn(value, place) };
    case 'as_tensors':
      return { kind: 'tensors', names: listOf(value, place).map((one) => nameIn(one, place)) };
    case 'as_int':
      return { kind: 'int', value: wholeOf(value, place) };
    case 'as_float':
      return { kind: 'float', value: floatOf(value, place) };
    case 'as_bool':
      if (typeof value !== 'boolean') throw damaged(place, 'expected true or false');
      return { kind: 'bool', value };
    case 'as_string':
      if (typeof value !== 'string') throw damaged(place, 'expected a text');
      return { kind: 'text', value: value.slice(0, 200) };
    case 'as_ints':
      return { kind: 'ints', sizes: listOf(value, place).map((one) => wholeOf(one, place)) };
    case 'as_floats':
      return { kind: 'floats', values: listOf(value, place).map((one) => floatOf(one, place)) };
    case 'as_sym_int':
    case 'as_sym_bool': {
      const size = sizeOf(value, place);
      return typeof size === 'string' ? { kind: 'size', name: size } : { kind: 'int', value: size };
    }
    case 'as_sym_ints':
      return { kind: 'ints', sizes: listOf(value, place).map((one) => sizeOf(one, place)) };
    default:
      return { kind: 'other', what: tag.slice(0, 40) };
  }
}

function nameIn(value: unknown, place: string): string {
  return nameOf(own(fieldsOf(value, place), 'name'), place);
}

/** {"as_int": 3} or {"as_name": "sym_size_int"} */
function sizeOf(value: unknown, place: string): Size {
  const [tag, size] = unionOf(value, place);
  if (tag === 'as_name') return nameOf(size, place);
  if (tag === 'as_bool') return size === true ? 1 : 0;
  return wholeOf(size, place);
}

/** The largest int64, "to the end", is rounded to 2⁶³. */
function wholeOf(value: unknown, place: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 2 ** 63) return value;
  throw damaged(place, `expected a whole number, found ${JSON.stringify(value)?.slice(0, 40)}`);
}

const TEXTS: ReadonlyMap<unknown, number> = new Map([
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['NaN', Number.NaN],
]);

function floatOf(value: unknown, place: string): number {
  const number = TEXTS.get(value) ?? value;
  if (typeof number === 'number') return number;
  throw damaged(place, `expected a number, found ${JSON.stringify(value)?.slice(0, 40)}`);
}
