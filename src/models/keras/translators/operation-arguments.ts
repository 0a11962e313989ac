import type { Argument } from '../calls.js';
import { type Json, shown } from '../fields.js';
import type { KerasValue, LayerCall, Made, Sides, Term } from '../layer-call.js';

/** The arguments of an operation: by place or by name, or, in Keras 3, as its own fields. */
export interface Arguments {
  /** null: it is left out. */
  readonly at: (place: number, ...names: readonly string[]) => Argument | null;
  /** Names and places that nobody asked for and that say something. */
  readonly unread: () => readonly string[];
}

export function argumentsOf({ call, fields }: LayerCall): Arguments {
  const read = new Set<string | number>(['name']);
  const at: Arguments['at'] = (place, ...names) => {
    read.add(place);
    for (const name of names) read.add(name);
    const found = call.args[place] ?? names.map((name) => call.kwargs.get(name)).find((one) => one !== undefined);
    if (found) return isNothing(found) ? null : found;
    const field = names.find((name) => fields.has(name));
    return field === undefined ? null : { kind: 'plain', value: fields.raw(field) };
  };
  return {
    at,
    unread: () => [
      ...call.args.flatMap((one, i) => (read.has(i) || isNothing(one) ? [] : [`argument ${i + 1}`])),
      ...[...call.kwargs].flatMap(([name, one]) => (read.has(name) || isNothing(one) ? [] : [name])),
    ],
  };
}

const isNothing = (one: Argument): boolean => one.kind === 'plain' && (one.value === null || one.value === false);

/** An argument as what it was written as; tensors have no such value. */
export function plain(argument: Argument | null): Json | undefined {
  if (argument === null) return null;
  if (argument.kind === 'plain') return argument.value;
  if (argument.kind === 'tensor') return undefined;
  if (argument.kind === 'list') {
    const items = argument.items.map(plain);
    return items.some((item) => item === undefined) ? undefined : (items as Json[]);
  }
  const entries = [...argument.items].map(([key, item]) => [key, plain(item)] as const);
  return entries.some(([, item]) => item === undefined) ? undefined : (Object.fromEntries(entries) as Json);
}

export type Operation = (call: LayerCall, given: Arguments) => Made;

export function tensorAt(call: LayerCall, given: Arguments, place: number, ...names: readonly string[]): KerasValue {
  const argument = given.at(place, ...names);
  const value = argument && call.tensorOf(argument);
  if (!value) throw call.refuse(`${names[0] ?? 'its input'} is no tensor`);
  return value;
}

export function wholesAt(
  call: LayerCall,
  given: Arguments,
  place: number,
  ...names: readonly string[]
): number[] | null {
  const value = plain(given.at(place, ...names));
  if (value === null) return null;
  const list = typeof value === 'number' ? [value] : value;
  if (Array.isArray(list) && list.every((one) => Number.isSafeInteger(one))) return list as number[];
  throw call.refuse(`${names[0]} ${shown(value)}: expected whole numbers`);
}

/** A plain number, or one for each channel, in the order of a value that it meets. */
export function numbersTerm(
  call: LayerCall,
  suffix: string,
  told: Json | undefined,
  shape: Sides | null,
  isFirst: boolean,
): Term {
  const list = typeof told === 'number' ? [told] : told;
  const fits =
    Array.isArray(list) &&
    list.every((one) => typeof one === 'number' && Number.isFinite(one)) &&
    (list.length === 1 || list.length === (shape?.at(-1) ?? null));
  if (!fits) throw call.refuse(`${suffix} ${shown(told)}: expected a number, or one for each channel`);
  const numbers = list as number[];
  const rank = shape?.length ?? 0;
  const behind = isFirst && rank > 2 ? new Array<number>(rank - 2).fill(1) : [];
  return call.floats(suffix, numbers, numbers.length === 1 ? [] : [numbers.length, ...behind]);
}

/** @throws CnnvizError 'unsupported' for whole numbers: their operations round and overflow in their own way */
export function floats(call: LayerCall, value: KerasValue): KerasValue {
  if (value.dtype === 'float32') return value;
  throw call.refuse(`of ${value.dtype}: expected floating point`);
}
