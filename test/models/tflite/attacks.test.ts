import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes.js';
import { CnnvizError } from '../../../src/core/errors.js';
import { TFLITE_FILE } from '../../../src/models/tflite/model-file.js';
import { tfliteBytes, type WrittenModel } from './writer.js';

const RELU: WrittenModel = {
  tensors: [
    { name: 'x', shape: [1, 4] },
    { name: 'y', shape: [1, 4] },
  ],
  operators: [{ code: 19, inputs: ['x'], outputs: ['y'] }],
  inputs: ['x'],
  outputs: ['y'],
};

function refusal(bytes: Uint8Array): string {
  try {
    TFLITE_FILE.readModel(memorySource(bytes), { name: 'x', beside: null });
  } catch (error) {
    if (error instanceof CnnvizError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'read';
}

const changed = (change: (view: DataView) => void): Uint8Array => {
  const bytes = tfliteBytes(RELU);
  change(new DataView(bytes.buffer));
  return bytes;
};

describe('a damaged file of TensorFlow Lite is refused with its place', () => {
  it('and one that is sound is read', () => {
    expect(refusal(tfliteBytes(RELU))).toBe('read');
  });

  it.each([
    ['a root outside', changed((view) => view.setUint32(0, 2 ** 31, true)), /^format: .*byte 2147483648: .*outside/],
    ['a root on itself', changed((view) => view.setUint32(0, 0, true)), /^format: .*byte 0: the root: an offset of 0/],
    [
      'a vtable outside',
      changed((view) => view.setInt32(view.getUint32(0, true), -(2 ** 30), true)),
      /^format: .*vtable.*outside/,
    ],
    ['a file cut off', tfliteBytes(RELU).slice(0, 120), /^format: .*outside the 120 bytes/],
    ['another version', tfliteBytes({ ...RELU, version: 4 }), /^unsupported: version 4/],
    [
      'a tensor made twice',
      tfliteBytes({ ...RELU, operators: [...RELU.operators, ...RELU.operators] }),
      /^format: .*made twice/,
    ],
    [
      'an operator that reads what comes after it',
      tfliteBytes({ ...RELU, operators: [{ code: 19, inputs: ['y'], outputs: ['y'] }] }),
      /^format: .*before it is made/,
    ],
    [
      'a negative side',
      tfliteBytes({ ...RELU, tensors: [{ name: 'x', shape: [1, -4] }, RELU.tensors[1]] }),
      /^format: .*shape \[1, -4\]/,
    ],
    [
      'fewer numbers than a shape says',
      tfliteBytes({
        ...RELU,
        tensors: [{ name: 'x', shape: [1, 9], data: [1] }, RELU.tensors[1]],
        inputs: [],
        operators: [{ code: 0, inputs: ['x', 'x'], outputs: ['y'] }],
      }),
      /^format: .*has 4 bytes/,
    ],
  ] as const)('%s', (_, bytes, said) => {
    expect(refusal(bytes)).toMatch(said);
  });

  it('a custom operator keeps its place by name', () => {
    const bytes = tfliteBytes({
      ...RELU,
      operators: [{ ...RELU.operators[0], code: 32, custom: 'TFLite_Detection_PostProcess' }],
    });
    const { model } = TFLITE_FILE.readModel(memorySource(bytes), { name: 'x', beside: null });
    expect(model.nodes[0].layer).toMatchObject({ kind: 'unsupported', operator: 'TFLite_Detection_PostProcess' });
  });
});
