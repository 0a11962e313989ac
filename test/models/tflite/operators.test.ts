import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes.js';
import { newNumbers, type Value } from '../../../src/core/values.js';
import { forwardOf, LAYERS } from '../../../src/layers/index.js';
import { TFLITE_FILE } from '../../../src/models/tflite/model-file.js';
import { arrayOf, run, type StoredArray, worstOfLargest } from '../onnx/arrays.js';
import { i32 } from './case-builder.js';
import { type OperatorCase, operatorCases } from './cases.js';
import { tfliteBytes } from './writer.js';

type Expected = Readonly<Record<string, readonly StoredArray[]>>;
const read = (name: string): Expected =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/expected/tflite/${name}`, import.meta.url), 'utf8'));
/** Where the runtime is older than its reference kernels, these decide. */
const EXPECTED: Expected = { ...read('operators.json'), ...read('reference.json') };

/** What the engine makes of a case, in the file's order of axes. */
function computed({ model: written, inputs }: OperatorCase, expected: readonly StoredArray[]): Value[] {
  const { model } = TFLITE_FILE.readModel(memorySource(tfliteBytes(written)), { name: 'x', beside: null });
  const bound = new Map(
    model.inputs.map(({ name, dtype, shape }) => {
      const data = newNumbers(dtype, inputs[name].length);
      data.set(inputs[name]);
      return [name, { dtype, shape: shape as number[], data }];
    }),
  );
  // scores go out as the numbers they stand for; here whole numbers are held against whole numbers
  const names = model.outputs.map((name) => name.replace(/\/dequantized$/, ''));
  const values = run(model, bound, names);
  return names.map((name, i) => {
    const value = values.get(name)!;
    const { shape } = expected[i];
    const first = shape.length === 4 ? [shape[0], shape[3], shape[1], shape[2]] : shape;
    // a value of rows and columns goes out with its channels first
    const isFirst = shape.length === 4 && value.shape.join() === first.join() && !isLast(model, name, shape);
    return isFirst ? turned(value, shape) : value;
  });
}

/** Whether a value of four sides that are the same in both orders has its channels last. */
function isLast(
  { nodes }: { nodes: readonly { outputs: readonly string[]; name: string; inputs: readonly (string | null)[] }[] },
  name: string,
  shape: readonly number[],
): boolean {
  if (shape[1] !== shape[3] || shape[1] !== shape[2]) return false;
  const reads = nodes.find(({ outputs }) => outputs.includes(name))!.inputs[0];
  return reads === 'x0';
}

function turned(value: Value, shape: readonly number[]): Value {
  const data = newNumbers(value.dtype, value.data.length);
  forwardOf({ kind: 'transpose', perm: [0, 2, 3, 1] })!.run(
    { kind: 'transpose', perm: [0, 2, 3, 1] },
    [value],
    [{ dtype: value.dtype, shape, data }],
  );
  return { dtype: value.dtype, shape, data };
}

describe('every operator gives what TensorFlow Lite gives', () => {
  const cases = operatorCases();
  const groups = [...new Set(cases.map(({ name }) => name.split(/ (?:float32|int8|uint8)/)[0].split(',')[0]))];

  it('has an expectation for each', () => {
    expect(cases.filter(({ name }) => !EXPECTED[name]).map(({ name }) => name)).toEqual([]);
    expect(cases.length).toBeGreaterThan(600);
    expect(LAYERS).toHaveProperty('tflite_conv');
  });

  it.each(groups)('%s', (group) => {
    const own = cases.filter(({ name }) => name.split(/ (?:float32|int8|uint8)/)[0].split(',')[0] === group);
    const wrong = own.flatMap((one) => {
      const expected = EXPECTED[one.name];
      return computed(one, expected).flatMap((value, i) => {
        const wanted = arrayOf(expected[i]);
        const isSame = value.dtype === wanted.dtype && value.shape.join() === wanted.shape.join();
        const error = isSame ? worstOfLargest(value, wanted) : Number.NaN;
        // whole numbers are equal, others within 1e-5 of the largest
        return error <= (wanted.dtype === 'float32' ? 1e-5 : 0)
          ? []
          : [`${one.name}: ${value.dtype} [${value.shape}] ${error}`];
      });
    });
    expect(wrong).toEqual([]);
  });
});

it('kernels say the channels of a value whose own are open: its shape has a 1 in their place', () => {
  const written = (shape: readonly number[], signature?: readonly number[]) => ({
    tensors: [
      { name: 'x0', shape: [1, 2, 6, 2] },
      { name: 'wanted', shape: [4], type: 'int32' as const, data: [1, 4, 2, 3] },
      { name: 'open', shape, ...(signature && { signature }) },
      { name: 'w', shape: [2, 1, 1, 3], data: [1, 2, 3, -1, 0.5, 4] },
      { name: 'y', shape: [1, 4, 2, 2] },
    ],
    operators: [
      { code: 22, inputs: ['x0', 'wanted'], outputs: ['open'] },
      { code: 3, inputs: ['open', 'w', ''], outputs: ['y'], options: [1, { 1: i32(1), 2: i32(1) }] as const },
    ],
    inputs: ['x0'],
    outputs: ['y'],
  });
  const x0 = Array.from({ length: 24 }, (_, i) => (i * 7) % 5);
  const expected = [{ shape: [1, 4, 2, 2], data: '' }];
  const y = (model: ReturnType<typeof written>) => computed({ name: '', model, inputs: { x0 } }, expected)[0];
  expect(y(written([1, 4, 2, 1], [1, 4, 2, -1]))).toEqual(y(written([1, 4, 2, 3])));
  expect(() => y(written([1, 4, 2, 1]))).toThrow('CONV_2D of [1, 4, 2, 1]');
});
