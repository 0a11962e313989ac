import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CnnvizError } from '../../../src/core/errors.js';
import type { Value } from '../../../src/core/values.js';
import { arrayOf, EXPECTED, importBytes, importWhole, readJson, run, type StoredArray, worstError } from './arrays.js';
import { type Bytes, bytes, model, node, number, tensor, text, value, varint } from './writer.js';

interface Case {
  readonly name: string;
  readonly model: string;
  readonly inputs: readonly (StoredArray & { readonly name: string })[];
  readonly outputs: readonly (StoredArray & { readonly name: string })[];
  readonly nodes: readonly string[];
}

const { cases } = readJson(join(EXPECTED, 'functions.json')) as { cases: readonly Case[] };

describe('functions and branches of a file stand in the place of their calls', () => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_, { model: bytes, inputs, outputs, nodes }) => {
    const imported = importWhole(Buffer.from(bytes, 'base64'));
    const named = imported.nodes.filter(({ layer }) => !['shape', 'gather', 'compare'].includes(layer.kind));
    expect(named.map(({ name }) => name)).toEqual(nodes);
    const results = run(imported, new Map(inputs.map((array) => [array.name, arrayOf(array)])));
    for (const output of outputs) {
      const [got, expected] = [results.get(output.name)!, arrayOf(output)];
      expect([got.dtype, got.shape]).toEqual([expected.dtype, expected.shape]);
      expect(worstError(got, expected, { rtol: 1e-6 })).toBeLessThanOrEqual(1);
    }
  });
});

const X: Value = { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };

/** FunctionProto of domain "own". */
function functionOf(
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  nodes: readonly Bytes[],
  more: Bytes = [],
): Bytes {
  return bytes(25, [
    ...text(1, name),
    ...inputs.flatMap((one) => text(4, one)),
    ...outputs.flatMap((one) => text(5, one)),
    ...nodes.flatMap((one) => bytes(7, one)),
    ...bytes(9, [...text(1, ''), ...number(2, 17)]),
    ...text(10, 'own'),
    ...more,
  ]);
}

const own = text(7, 'own');

/** An attribute that is a graph of these nodes. */
function graph(name: string, nodes: readonly Bytes[], output: string): Bytes {
  const inner = [...nodes.flatMap((one) => bytes(1, one)), ...bytes(12, text(1, output))];
  return bytes(5, [...text(1, name), ...bytes(6, inner), ...number(20, 5)]);
}

const branches = [
  ...graph('then_branch', [node('Neg', ['x'], ['t'])], 't'),
  ...graph('else_branch', [node('Exp', ['x'], ['e'])], 'e'),
];

it('an attribute that a call leaves out is as the function says', () => {
  const half = [...new Uint8Array(Float32Array.of(0.5).buffer)];
  const byDefault = [...text(1, 'slope'), ...varint(2 * 8 + 5), ...half, ...number(20, 1)];
  const alpha = bytes(5, [...text(1, 'alpha'), ...number(20, 1), ...bytes(21, [...new TextEncoder().encode('slope')])]);
  const nodes = [node('Neg', ['a'], ['n']), node('LeakyRelu', ['n'], ['b'], alpha)];
  const scaled = functionOf('Scaled', ['a'], ['b'], nodes, bytes(11, byDefault));
  const results = run(
    importWhole(model({ nodes: [node('Scaled', ['x'], ['y'], own)], inModel: scaled })),
    new Map([['x', X]]),
  );
  expect([...results.get('y')!.data]).toEqual([-0.5, -1, -1.5, -2, -2.5, -3]);
});

it('a function may hand an input on as an output, and leave out an output that nobody asks for', () => {
  const pass = functionOf('Pass', ['a', 'b'], ['a', 'n', 'm'], [node('Neg', ['b'], ['n']), node('Exp', ['b'], ['m'])]);
  const call = node('Pass', ['x', 'x'], ['y', 'z', ''], own);
  const results = run(importWhole(model({ nodes: [call], outputs: ['y', 'z'], inModel: pass })), new Map([['x', X]]));
  expect([...results.get('y')!.data]).toEqual([1, 2, 3, 4, 5, 6]);
  expect([...results.get('z')!.data]).toEqual([-1, -2, -3, -4, -5, -6]);
});

describe('functions that make no sense are refused', () => {
  it.each<[string, readonly Bytes[], RegExp]>([
    [
      'one that calls itself',
      [functionOf('F', ['a'], ['b'], [node('F', ['a'], ['b'], own)])],
      /^function F calls itself$/,
    ],
    [
      'two that call each other',
      [
        functionOf('F', ['a'], ['b'], [node('G', ['a'], ['b'], own)]),
        functionOf('G', ['a'], ['b'], [node('F', ['a'], ['b'], own)]),
      ],
      /^function F calls itself$/,
    ],
    [
      'one that reads what it is not given',
      [functionOf('F', ['a'], ['b'], [node('Add', ['a', 'x'], ['b'])])],
      /its function reads "x", which is made by nothing/,
    ],
    [
      'a few that stand for millions of layers',
      Array.from({ length: 24 }, (_, i) => {
        const called = i === 0 ? ['Neg', []] : [`F${i - 1}`, own];
        const [operator, domain] = called as [string, Bytes];
        const nodes = [node(operator, ['a'], ['m'], domain), node(operator, ['m'], ['b'], domain)];
        return functionOf(i === 23 ? 'F' : `F${i}`, ['a'], ['b'], nodes);
      }),
      /its functions stand for more than 200000 layers/,
    ],
  ])('%s', (_, functions, said) => {
    const file = model({ nodes: [node('F', ['x'], ['y'], own)], inModel: functions.flat() });
    expect(() => importBytes(file)).toThrow(said);
    expect(() => importBytes(file)).toThrow(CnnvizError);
  });

  it('graphs within graphs, as deep as no network has them', () => {
    let inner: Bytes = node('Neg', ['x'], ['v']);
    for (let i = 0; i < 40; i++) inner = node('If', ['c'], ['v'], graph('then_branch', [inner], 'v'));
    expect(() => importBytes(model({ nodes: [inner], outputs: ['v'] }))).toThrow(
      /graphs within graphs, more than 16 deep/,
    );
  });
});

describe('an If', () => {
  it('whose condition is fed or computed keeps its place, and refuses what depends on it alone', () => {
    const nodes = [node('Relu', ['x'], ['r']), node('If', ['c'], ['s'], branches), node('Add', ['r', 's'], ['y'])];
    const imported = importBytes(model({ nodes, inputs: [value('x', 1, [2, 3]), value('c', 9, [])] }));
    expect(imported.nodes.map(({ layer }) => layer.kind)).toEqual(['activation', 'unsupported', 'add']);
    const inputs = new Map<string, Value>([
      ['x', X],
      ['c', { dtype: 'bool', shape: [], data: Uint8Array.of(1) }],
    ]);
    expect(() => run(imported, inputs)).toThrow(/^s: operator If .* is not supported/);
    expect([...run(imported, inputs, ['r']).get('r')!.data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('that is chosen by a declared shape refuses any other shape, of which N may be left open', () => {
    const nodes = [
      node('Shape', ['x'], ['s']),
      node('Gather', ['s', 'one'], ['w']),
      node('Equal', ['w', 'three'], ['c']),
      node('If', ['c'], ['y'], branches),
    ];
    const int64 = (name: string, number: number) => tensor(name, 7, [], bytes(7, [number]));
    const initializers = [int64('one', 1), int64('three', 3)];
    const file = (sides: readonly number[]) =>
      importBytes(model({ nodes, initializers, inputs: [value('x', 1, sides)] }));
    expect([...run(file([2, 3]), new Map([['x', X]])).get('y')!.data]).toEqual([-1, -2, -3, -4, -5, -6]);
    const one = { ...X, shape: [1, 3], data: X.data.slice(0, 3) };
    expect([...run(file([0, 3]), new Map([['x', one]])).get('y')!.data]).toEqual([-1, -2, -3]);
    expect(() => run(file([0, 3]), new Map([['x', X]]))).toThrow(
      /input "x": expected \[1, 3\], which the branches of the network are chosen for, got \[2, 3\]/,
    );
    // a width that is left open decides nothing
    expect(file([2, 0]).nodes.map(({ layer }) => layer.kind)).toContain('unsupported');
  });
});
