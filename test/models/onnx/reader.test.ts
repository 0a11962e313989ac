import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ByteSource, memorySource } from '../../../src/core/bytes.js';
import { CnnvizError } from '../../../src/core/errors.js';
import type { Value } from '../../../src/core/values.js';
import { evaluate } from '../../../src/layers/evaluate.js';
import { inferShapes } from '../../../src/layers/infer.js';
import { LAYERS } from '../../../src/models/keras/translators/index.js';
import { importOnnx, onnxNotes } from '../../../src/models/onnx/import.js';
import { looksLikeOnnx } from '../../../src/models/onnx/looks-like-onnx.js';
import { readOnnx } from '../../../src/models/onnx/proto.js';
import { OPERATOR_GROUPS, TRANSLATORS } from '../../../src/models/onnx/translators/index.js';
import { onnxWeights } from '../../../src/models/onnx/weights.js';
import { OF_WHOLE, TRANSLATORS as TFLITE_OPERATORS } from '../../../src/models/tflite/operators/index.js';
import { OPERATORS } from '../../../src/models/torch-export/operators/index.js';
import { seeded } from '../../random.js';
import { importBytes, importWhole, MODELS, ROOT, run } from './arrays.js';
import { bytes, model, node, number, tensor, text, value, varint } from './writer.js';

const X = { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) } as const;
const relu = node('Relu', ['x'], ['y']);

function readFloats(...fields: (readonly number[])[]) {
  const onnx = readOnnx(memorySource(model({ nodes: [relu], initializers: [tensor('w', 1, [2], ...fields)] })), null);
  return [...onnx.initializers.get('w')!.load().data];
}

/** The error that a file is refused with. */
function refusalOf(file: Uint8Array): CnnvizError {
  try {
    importWhole(file);
  } catch (error) {
    if (error instanceof CnnvizError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const ONE_AND_A_HALF = [0, 0, 192, 63];
const MINUS_TWO = [0, 0, 0, 192];

describe('the wire reader', () => {
  it('reads numbers raw, packed, and one by one', () => {
    expect(readFloats(bytes(9, [...ONE_AND_A_HALF, ...MINUS_TWO]))).toEqual([1.5, -2]);
    expect(readFloats(bytes(4, [...ONE_AND_A_HALF, ...MINUS_TWO]))).toEqual([1.5, -2]);
    expect(readFloats([...varint(4 * 8 + 5), ...ONE_AND_A_HALF, ...varint(4 * 8 + 5), ...MINUS_TWO])).toEqual([
      1.5, -2,
    ]);
    expect(readFloats(bytes(4, ONE_AND_A_HALF), bytes(4, MINUS_TWO))).toEqual([1.5, -2]);
  });

  it('passes over fields it does not know', () => {
    const unknown = [...number(99, 7), ...bytes(98, [1, 2, 3]), ...varint(97 * 8 + 1), 1, 2, 3, 4, 5, 6, 7, 8];
    expect(() =>
      importBytes(model({ nodes: [[...relu, ...unknown]], inGraph: unknown, inModel: unknown })),
    ).not.toThrow();
  });

  it('reads the first bytes of a large tensor only when it is asked for', () => {
    const raw = new Uint8Array(40_000_000);
    const head = model({ nodes: [relu] }).length;
    const graph = [...bytes(1, relu), ...bytes(11, value('x', 1, [2, 3])), ...bytes(12, text(1, 'y'))];
    const own = tensor('w', 1, [10_000_000]);
    const prefix = [...varint(9 * 8 + 2), ...varint(raw.length)];
    const tensorLength = own.length + prefix.length + raw.length;
    const before = [...graph, ...varint(5 * 8 + 2), ...varint(tensorLength), ...own, ...prefix];
    const start = [...number(1, 8), ...varint(7 * 8 + 2), ...varint(before.length + raw.length), ...before];
    const opset = bytes(8, [...text(1, ''), ...number(2, 17)]);
    const file = new Uint8Array(start.length + raw.length + opset.length);
    file.set(start);
    file.set(opset, start.length + raw.length);
    let read = 0;
    const inner = memorySource(file);
    const source: ByteSource = {
      size: inner.size,
      read: (from, length) => {
        read += length;
        return inner.read(from, length);
      },
      readInto: (from, target) => inner.readInto(from, target),
    };
    const onnx = readOnnx(source, null);
    expect(onnx.initializers.get('w')!.shape).toEqual([10_000_000]);
    expect(read).toBeLessThan(200_000 + head);
  });

  it.each([
    ['a length beyond its message', [0x3a, 0x7f, 0x00], /of 127 bytes where 1 are left/],
    ['a number of 11 bytes', [0x08, ...new Array(10).fill(0xff), 0x01], /more than 10 bytes/],
    ['a number that is cut off', [0x08, 0xff], /cut off/],
    ['a group', [0x0b, 0x0c], /wire type 3/],
    ['a length of 2^63', [0x3a, ...varint(2n ** 63n)], /bytes where 0 are left/],
    ['field number 0', [0x00, 0x00], /field number 0/],
    ['nothing', [], /it has no graph/],
    ['two graphs', [...bytes(7, []), ...bytes(7, [])], /a second graph/],
    ['a graph that is a number', number(7, 1), /expected bytes/],
  ])('refuses %s', (_, content, reason) => {
    const read = () => readOnnx(memorySource(Uint8Array.from(content as number[])), null);
    expect(read).toThrow(CnnvizError);
    expect(read).toThrow(reason as RegExp);
  });

  it.each([
    [
      'a shape that its bytes do not fill',
      tensor('w', 1, [3], bytes(9, [0, 0, 0, 0])),
      /4 bytes for \[3\] of float32: expected 12/,
    ],
    ['a shape too large to count', tensor('w', 1, [2 ** 40, 2 ** 40], bytes(9, [])), /shape/],
    ['a negative side', [...number(1, -1n), ...number(2, 1), ...text(8, 'w')], /shape \[-1\]/],
    ['too few numbers', tensor('w', 7, [2], bytes(7, varint(1))), /1 numbers for \[2\]: expected 2/],
    [
      'integers in the field of floats',
      tensor('w', 7, [2], bytes(4, [0, 0, 0, 0, 0, 0, 0, 0])),
      /numbers of int64 in field 4/,
    ],
    ['strings', tensor('w', 8, [1], text(6, 'a')), /tensor "w": strings/],
    ['segments', tensor('w', 1, [1], bytes(3, [])), /segments/],
    ['a name that is not UTF-8', bytes(8, [0xff, 0xfe]), /not UTF-8/],
  ])('refuses a tensor with %s', (_, content, reason) => {
    const read = () => readOnnx(memorySource(model({ nodes: [relu], initializers: [content as number[]] })), null);
    expect(read).toThrow(CnnvizError);
    expect(read).toThrow(reason as RegExp);
  });
});

describe('external data', () => {
  const file = new Uint8Array(64);
  file.set([...ONE_AND_A_HALF, ...MINUS_TWO], 16);
  const entry = (key: string, content: string) => bytes(13, [...text(1, key), ...text(2, content)]);
  const read = (...entries: (readonly number[])[]) => {
    const external = tensor('w', 1, [2], ...entries, number(14, 1));
    const asked: string[] = [];
    const beside = (name: string) => {
      asked.push(name);
      return memorySource(file);
    };
    const onnx = readOnnx(memorySource(model({ nodes: [relu], initializers: [external] })), beside);
    return { numbers: [...onnx.initializers.get('w')!.load().data], asked };
  };

  it('is read from the file beside the model, at its offset', () => {
    const { numbers, asked } = read(entry('location', 'w.bin'), entry('offset', '16'), entry('length', '8'));
    expect(numbers).toEqual([1.5, -2]);
    expect(asked).toEqual(['w.bin']);
  });

  it.each(['../w.bin', '/etc/passwd', 'a/../../w', '', 'C:\\w', 'a\u0000b', './w'])(
    'refuses the place "%s"',
    (place) => {
      expect(() => read(entry('location', place))).toThrow(
        /tensor "w": external data .*expected a file beside the model/,
      );
    },
  );

  it('refuses to go beyond the end of the file', () => {
    expect(() => read(entry('location', 'w.bin'), entry('offset', '60'))).toThrow(/outside the 64 bytes/);
    expect(() => read(entry('location', 'w.bin'), entry('offset', '-4'))).toThrow(/offset "-4"/);
    expect(() => read(entry('location', 'w.bin'), entry('length', '12'))).toThrow(/12 bytes: expected 8/);
  });
});

describe('what cannot be computed', () => {
  it.each([
    [
      'another domain',
      { nodes: [node('FusedConv', ['x'], ['y'], text(7, 'com.microsoft'))] },
      /y: operator com\.microsoft\.FusedConv/,
    ],
    [
      'an unknown operator',
      { nodes: [node('Relluu', ['x'], ['y'], text(3, 'act'))] },
      /act: operator Relluu \(opset 17\)/,
    ],
    ['a subgraph', { nodes: [node('If', ['x'], ['y'])] }, /operator If/],
    ['opset 26', { nodes: [relu], opset: 26 }, /opset 26: expected 6 … 25/],
    ['opset 5', { nodes: [relu], opset: 5 }, /opset 5: expected 6 … 25/],
    ['training information', { nodes: [relu], inModel: bytes(20, []) }, /training information/],
    ['a sparse initializer', { nodes: [relu], inGraph: bytes(15, []) }, /sparse initializer/],
    [
      'a circle',
      { nodes: [node('Add', ['x', 'b'], ['a']), node('Relu', ['a'], ['b']), node('Relu', ['b'], ['y'])] },
      /circles/,
    ],
    ['a value nobody makes', { nodes: [node('Relu', ['nowhere'], ['y'])] }, /"nowhere", read by y, is made by nothing/],
    ['an output nobody makes', { nodes: [relu], outputs: ['z'] }, /"z", read by the outputs, is made by nothing/],
    ['two makers', { nodes: [relu, relu] }, /"y" is made twice/],
    ['a missing input', { nodes: [node('Add', ['x'], ['y'])] }, /y: Add: input 2 of Add is missing/],
    [
      'an attribute of a wrong type',
      { nodes: [node('Elu', ['x'], ['y'], bytes(5, [...text(1, 'alpha'), ...number(3, 1), ...number(20, 2)]))] },
      /attribute alpha: expected float, got int/,
    ],
    ['strings', { nodes: [relu], inputs: [value('x', 8, [2])] }, /input "x": strings/],
  ])('%s is refused before anything runs', (_, parts, reason) => {
    expect(() => importWhole(model(parts))).toThrow(reason);
  });

  it('an operator that is not supported is named, and none that merely sounds alike', () => {
    const refusal = refusalOf(model({ nodes: [node('StringSplit', ['x'], ['y'])] }));
    expect(refusal.message).toMatch(/^y: operator StringSplit \(opset \d+\) is not supported$/);
    expect(refusal.fix).toBe(`docs/networks.md lists the ${TRANSLATORS.size} operators of ONNX that are supported`);
  });

  it('an operator of onnxruntime alone is refused with what to export instead', () => {
    const refusal = refusalOf(model({ nodes: [node('QLinearAdd', ['x'], ['y'], text(7, 'com.microsoft'))] }));
    expect(refusal.message).toBe('y: operator com.microsoft.QLinearAdd (opset unknown) is not supported');
    expect(refusal.fix).toMatch(/^it is an operator of onnxruntime alone: .*QuantFormat\.QDQ/);
  });

  it('docs/networks.md lists what is supported: npm run operators', async () => {
    const { operatorsPage } = (await import('../../../fixtures/make/operators.mjs' as string)) as {
      operatorsPage: (page: string, lists: object) => string;
    };
    const page = readFileSync(join(ROOT, 'docs/networks.md'), 'utf8');
    const lists = { OPERATOR_GROUPS, LAYERS, TRANSLATORS: TFLITE_OPERATORS, OF_WHOLE, OPERATORS };
    expect(operatorsPage(page, lists)).toBe(page);
    expect(OPERATOR_GROUPS.flatMap(([, list]) => Object.keys(list)).sort()).toEqual([...TRANSLATORS.keys()].sort());
  });

  it.each(['LSTM', 'GRU', 'RNN'])('%s is refused as the recurrent layer that it is', (operator) => {
    const { message } = refusalOf(model({ nodes: [node(operator, ['x'], ['y'])] }));
    expect(message).toMatch(/\(a recurrent layer: only convolutional networks are shown\)$/);
  });

  it('a target shape that follows from the input is named, and what would help', () => {
    const toInt64 = bytes(5, [...text(1, 'to'), ...number(3, 7), ...number(20, 2)]);
    const nodes = [node('Cast', ['x'], ['s'], toInt64), node('Reshape', ['x', 's'], ['y'], text(3, 'head'))];
    const imported = importBytes(model({ nodes }));
    const plan = () => inferShapes(imported, new Map([['x', { ...X, value: null }]]), evaluate);
    expect(plan).toThrow(/^head: its shape \(input 2\) follows from what the model computes$/);
    // fed by hand, it is known
    const shape = { dtype: 'int64', shape: [2], data: Float64Array.of(3, 2) } as const;
    const fed = importBytes(model({ nodes: nodes.slice(1), inputs: [value('x', 1, [2, 3]), value('s', 7, [2])] }));
    const results = run(
      fed,
      new Map<string, Value>([
        ['x', X],
        ['s', shape],
      ]),
    );
    expect(results.get('y')!.shape).toEqual([3, 2]);
  });
});

describe('import', () => {
  it('gives nodes without a name that of their output, and makes equal names unique', () => {
    const nodes = [
      node('Relu', ['x'], ['a']),
      node('Relu', ['a'], ['b'], text(3, 'n')),
      node('Relu', ['b'], ['y'], text(3, 'n')),
    ];
    expect(importBytes(model({ nodes })).nodes.map(({ name }) => name)).toEqual(['a', 'n', 'n_2']);
  });

  it('leaves out nodes and weights that no output needs', () => {
    const nodes = [relu, node('Add', ['x', 'w'], ['unused'])];
    const { nodes: kept, constants } = importBytes(
      model({ nodes, initializers: [tensor('w', 1, [1], bytes(9, ONE_AND_A_HALF))] }),
    );
    expect([kept.length, constants.size]).toEqual([1, 0]);
  });

  it('an initializer that is also an input is a constant, not asked for', () => {
    const initializers = [tensor('w', 1, [1], bytes(9, ONE_AND_A_HALF))];
    const inputs = [value('x', 1, [2, 3]), value('w', 1, [1])];
    const imported = importBytes(model({ nodes: [node('Add', ['x', 'w'], ['y'])], initializers, inputs }));
    expect(imported.inputs).toEqual([{ name: 'x', dtype: 'float32', shape: [2, 3] }]);
    expect([...run(imported, new Map([['x', X]])).get('y')!.data]).toEqual([2.5, 3.5, 4.5, 5.5, 6.5, 7.5]);
  });

  it('says that half precision is computed in float32', () => {
    const half = readOnnx(memorySource(model({ nodes: [relu], inputs: [value('x', 10, [2, 3])] })), null);
    expect(importOnnx(half).inputs[0].dtype).toBe('float32');
    expect(onnxNotes(half)).toEqual(['a model in half precision: computed in float32']);
    const toHalf = bytes(5, [...text(1, 'to'), ...number(3, 10), ...number(20, 2)]);
    const parts = readOnnx(memorySource(model({ nodes: [node('Cast', ['x'], ['y'], toHalf)] })), null);
    expect(onnxNotes(parts)).toEqual(['parts in half precision: rounded where they begin, computed in float32']);
  });

  it('lists initializers as a checkpoint', () => {
    const source = memorySource(readFileSync(join(MODELS, 'lenet-9.onnx')));
    expect(looksLikeOnnx(source)).toBe(true);
    const { tensors } = onnxWeights(source, { name: 'lenet', beside: null });
    const found = tensors.map(({ name, stored, shape, bytes: size }) => [name, stored, shape, size]);
    expect(found).toContainEqual(['features.3.weight', 'float32', [8, 4, 5, 5], 3200]);
    expect(looksLikeOnnx(memorySource(Uint8Array.of(0x80, 2, 3)))).toBe(false);
    expect(looksLikeOnnx(memorySource(Uint8Array.of()))).toBe(false);
  });
});

it('dropout in training mode is refused, but where it drops none', () => {
  const constants = (ratio: readonly number[]) => [
    tensor('ratio', 1, [], bytes(9, ratio)),
    tensor('training', 9, [], bytes(9, [1])),
  ];
  const dropout = node('Dropout', ['x', 'ratio', 'training'], ['y']);
  const file = (ratio: readonly number[]) =>
    model({ nodes: [dropout], initializers: constants(ratio), inputs: [value('x', 1, [2, 3])], outputs: ['y'] });
  const none = run(importWhole(file([0, 0, 0, 0])), new Map([['x', X]]));
  expect([...none.get('y')!.data]).toEqual([...X.data]);
  expect(refusalOf(file(ONE_AND_A_HALF)).message).toMatch(/dropout in training mode/);
});

it('4,000 damaged files: nothing but a CnnvizError escapes, none takes long', () => {
  const files = readdirSync(MODELS).map((name) => readFileSync(join(MODELS, name)));
  const random = seeded(20260);
  let [refused, slowest] = [0, 0];
  for (let round = 0; round < 4_000; round++) {
    const original = files[round % files.length];
    const damaged = Uint8Array.from(original);
    const changes = 1 + Math.floor(random() * 4);
    for (let c = 0; c < changes; c++) damaged[Math.floor(random() * damaged.length)] = Math.floor(random() * 256);
    const cut = random() < 0.1 ? damaged.subarray(0, Math.floor(random() * damaged.length)) : damaged;
    const start = performance.now();
    try {
      const onnx = readOnnx(memorySource(cut), null);
      const imported = importOnnx(onnx);
      const bound = imported.inputs.map(({ name, dtype, shape }) => {
        const sides = (shape ?? [1]).map((side) => side ?? 1);
        return [name, { dtype, shape: sides, value: null }] as const;
      });
      inferShapes(imported, new Map(bound), evaluate);
      for (const tensor of onnx.initializers.values()) tensor.load();
    } catch (error) {
      if (!(error instanceof CnnvizError)) throw error;
      refused++;
    }
    slowest = Math.max(slowest, performance.now() - start);
  }
  expect(refused).toBeGreaterThan(2000);
  expect(slowest).toBeLessThan(2000);
}, 120_000);
