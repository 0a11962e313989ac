import { CnnvizError } from '../../core/errors.js';
import type { Argument, Size } from './argument.js';
import type { ProgramNode } from './program.js';

/**
 * What a node is given, by the names of aten's schemas; what is left out has the default that is told. Names of values are
 * those of the graph being written.
 * @throws CnnvizError 'format' for an argument of another kind, or that is missing; 'unsupported' for a size of the input
 */
export interface Given {
  has(name: string): boolean;
  holdsTensor(name: string): boolean;
  tensor(name: string): string;
  /** null: left out, or None. */
  optionalTensor(name: string): string | null;
  tensors(name: string): readonly string[];
  int(name: string, otherwise?: number): number;
  size(name: string, otherwise?: number): Size;
  /** A whole number is one, too. */
  float(name: string, otherwise?: number): number;
  bool(name: string, otherwise: boolean): boolean;
  text(name: string, otherwise: string): string;
  /** A single number stands for a list of it. null: left out, or None. */
  ints(name: string): readonly number[] | null;
  sizesOf(name: string): readonly Size[] | null;
  floats(name: string): readonly number[] | null;
  /** Arguments that change no number: where memory is, how fast it goes. */
  ignore(...names: readonly string[]): void;
  /** Those that nobody has asked for, and that are not None. */
  unread(): readonly string[];
}

export function givenTo({ inputs }: ProgramNode, nameOfValue: (name: string) => string): Given {
  const read = new Set<string>();
  const take = (name: string): Argument | null => {
    read.add(name);
    const argument = inputs.get(name);
    return argument === undefined || argument.kind === 'none' ? null : argument;
  };
  const wrong = (name: string, expected: string): CnnvizError => {
    const found = inputs.get(name);
    const what = found === undefined ? 'nothing' : found.kind === 'other' ? found.what : found.kind;
    // a number that depends on the input, a device: well-formed, but not something that is done here
    const code = found?.kind === 'size' || found?.kind === 'other' ? 'unsupported' : 'format';
    return new CnnvizError(code, `argument ${name}: expected ${expected}, found ${what}`);
  };
  const numberOr = (name: string, expected: string, otherwise: number | undefined, found: number | null): number => {
    if (found !== null) return found;
    if (otherwise !== undefined && take(name) === null) return otherwise;
    throw wrong(name, expected);
  };
  const given: Given = {
    has: (name) => take(name) !== null,
    holdsTensor: (name) => take(name)?.kind === 'tensor',
    tensor(name) {
      const value = given.optionalTensor(name);
      if (value === null) throw wrong(name, 'a tensor');
      return value;
    },
    optionalTensor(name) {
      const argument = take(name);
      if (argument === null) return null;
      if (argument.kind === 'tensor') return nameOfValue(argument.name);
      throw wrong(name, 'a tensor');
    },
    tensors(name) {
      const argument = take(name);
      if (argument?.kind === 'tensors') return argument.names.map(nameOfValue);
      throw wrong(name, 'a list of tensors');
    },
    int(name, otherwise) {
      const argument = take(name);
      return numberOr(name, 'a whole number', otherwise, argument?.kind === 'int' ? argument.value : null);
    },
    size(name, otherwise) {
      const argument = take(name);
      return argument?.kind === 'size' ? nameOfValue(argument.name) : given.int(name, otherwise);
    },
    float(name, otherwise) {
      const argument = take(name);
      const isNumber = argument?.kind === 'float' || argument?.kind === 'int';
      return numberOr(name, 'a number', otherwise, isNumber ? argument.value : null);
    },
    bool(name, otherwise) {
      const argument = take(name);
      if (argument === null) return otherwise;
      if (argument.kind === 'bool') return argument.value;
      throw wrong(name, 'true or false');
    },
    text(name, otherwise) {
      const argument = take(name);
      if (argument === null) return otherwise;
      if (argument.kind === 'text') return argument.value;
      throw wrong(name, 'a text');
    },
    ints(name) {
      const sizes = given.sizesOf(name);
      if (sizes === null) return null;
      const numbers = sizes.filter((size) => typeof size === 'number');
      if (numbers.length === sizes.length) return numbers;
      throw new CnnvizError('unsupported', `argument ${name} depends on the size of the input`);
    },
    sizesOf(name) {
      const argument = take(name);
      if (argument === null) return null;
      if (argument.kind === 'int') return [argument.value];
      if (argument.kind !== 'ints') throw wrong(name, 'whole numbers');
      return argument.sizes.map((size) => (typeof size === 'string' ? nameOfValue(size) : size));
    },
    floats(name) {
      const argument = take(name);
      if (argument === null) return null;
      if (argument.kind === 'floats') return argument.values;
      throw wrong(name, 'numbers');
    },
    ignore(...names) {
      for (const name of names) read.add(name);
    },
    unread: () => [...inputs].flatMap(([name, { kind }]) => (kind === 'none' || read.has(name) ? [] : [name])),
  };
  return given;
}
