import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes.js';
import { CnnvizError } from '../../../src/core/errors.js';
import { readCheckpoint } from '../../../src/models/weights/index.js';
import { safetensorsReader } from '../../../src/models/weights/safetensors.js';
import { seeded } from '../../random.js';

/** A file with this header text and these bytes of data. */
function file(header: string, data = new Uint8Array(0), length?: bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

const context = { name: 'x', beside: null };
const read = (bytes: Uint8Array) => safetensorsReader.read(memorySource(bytes), context);
const entry = (dtype: string, shape: number[], begin: number, end: number) =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

function refusal(bytes: Uint8Array): string {
  try {
    read(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(CnnvizError);
    return (error as Error).message;
  }
  throw new Error('the file was read');
}

describe('files by the rules', () => {
  it('types, order, empty and scalar tensors, metadata, padding', () => {
    const data = new Uint8Array(24);
    const view = new DataView(data.buffer);
    view.setFloat32(0, 1.5, true);
    view.setFloat32(4, -2, true);
    view.setUint16(8, 0x3f80, true);
    view.setUint16(10, 0x3c00, true);
    view.setBigInt64(16, -7n, true);
    const header = `{"__metadata__":{"format":"pt"},"a":${entry('F32', [2], 0, 8)},"b":${entry('BF16', [], 8, 10)},"h":${entry('F16', [1], 10, 12)},"flags":${entry('BOOL', [4], 12, 16)},"n":${entry('I64', [1], 16, 24)},"none":${entry('F32', [0, 3], 24, 24)},"__proto__":${entry('F64', [0], 24, 24)}}   `;
    const { tensors, format } = readCheckpoint(memorySource(file(header, data)), context);
    expect(format).toBe('safetensors');
    expect(tensors.map(({ name, stored, shape }) => [name, stored, shape])).toEqual([
      ['a', 'float32', [2]],
      ['b', 'bfloat16', []],
      ['h', 'float16', [1]],
      ['flags', 'bool', [4]],
      ['n', 'int64', [1]],
      ['none', 'float32', [0, 3]],
      ['__proto__', 'float64', [0]],
    ]);
    expect(tensors.map((one) => [...one.load().data])).toEqual([[1.5, -2], [1], [1], [0, 0, 0, 0], [-7], [], []]);
    const into = new Float32Array(new SharedArrayBuffer(8));
    tensors[0].loadInto(into);
    expect([...into]).toEqual([1.5, -2]);
  });
});

describe('each rule, broken', () => {
  const eight = new Uint8Array(8);
  it.each([
    ['a header longer than the file', file('{}', eight, 1000n), 'a header of 1000 bytes in a file of 18'],
    ['a header longer than allowed', file('{}', eight, 100_000_001n), 'expected at most 100000000'],
    ['a header length of 2^63', file('{}', eight, 2n ** 63n), 'expected at most 100000000'],
    ['text that is not UTF-8', file(`{"\ud800":1}`).map((byte, i) => (i === 10 ? 0xff : byte)), 'not UTF-8'],
    ['text that is not JSON', file('{"a":}'), 'header, character 5: expected a value'],
    ['more behind the end', file('{} x'), 'more behind the end'],
    ['a key twice', file(`{"a":${entry('F32', [1], 0, 4)},"a":${entry('F32', [1], 4, 8)}}`, eight), 'comes twice'],
    ['a text of ten million letters', file(`{"${'a'.repeat(1e7)}"}`), 'expected :, found "}"'],
    ['a text without an end', file('{"abc'), 'header, character 5: a text without an end'],
    ['an escape that JSON has not', file('{"a\\x41":1}'), 'header, character 3: a text without an end'],
    ['nesting without end', file(`{"a":${'['.repeat(100)}`), 'nested deeper than 16'],
    ['metadata that are no texts', file('{"__metadata__":{"a":1}}'), '__metadata__: expected an object of texts'],
    ['an unknown type', file(`{"a":${entry('F8_E5M2', [8], 0, 8)}}`, eight), 'dtype "F8_E5M2" is not read'],
    ['a type called constructor', file(`{"a":${entry('constructor', [8], 0, 8)}}`, eight), 'is not read'],
    ['a negative side', file(`{"a":${entry('F32', [-1, -2], 0, 8)}}`, eight), 'shape: expected whole numbers from 0'],
    [
      'a side that is no whole number',
      file(`{"a":${entry('F32', [1.5], 0, 8)}}`, eight),
      'shape: expected whole numbers',
    ],
    ['a shape whose product overflows', file(`{"a":${entry('F32', [2 ** 50, 2 ** 50], 0, 8)}}`, eight), 'needs'],
    ['a size that does not fit its bytes', file(`{"a":${entry('F32', [3], 0, 8)}}`, eight), 'needs 12 bytes, has 8'],
    ['bytes beyond the end', file(`{"a":${entry('F32', [3], 0, 12)}}`, eight), 'do not lie in the 8 bytes'],
    ['bytes that end before they begin', file(`{"a":${entry('F32', [0], 8, 4)}}`, eight), 'do not lie in'],
    ['a hole', file(`{"a":${entry('F32', [1], 4, 8)}}`, eight), 'begins at 4, expected 0'],
    [
      'an overlap',
      file(`{"a":${entry('F32', [2], 0, 8)},"b":${entry('F32', [1], 4, 8)}}`, eight),
      'begins at 4, expected 8',
    ],
    ['data that nobody claims', file(`{"a":${entry('F32', [1], 0, 4)}}`, eight), 'end at byte 4, the data at 8'],
    [
      'an unknown key',
      file('{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4],"x":1}}', new Uint8Array(4)),
      'unknown key "x"',
    ],
    ['offsets that are not two', file('{"a":{"dtype":"F32","shape":[],"data_offsets":[0]}}'), 'expected two numbers'],
  ])('%s is refused', (_rule, bytes, words) => {
    expect(refusal(bytes)).toContain(words);
  });

  it('a million copies of one range, as a bomb, are an overlap', () => {
    const many = Array.from({ length: 2000 }, (_, i) => `"t${i}":${entry('F32', [2], 0, 8)}`).join();
    expect(refusal(file(`{${many}}`, eight))).toContain('must not overlap');
  });
});

it('random files come back as they were', () => {
  const next = seeded(5);
  for (let round = 0; round < 50; round++) {
    const count = Math.floor(next() * 6);
    const parts: string[] = [];
    const values: number[][] = [];
    let at = 0;
    for (let i = 0; i < count; i++) {
      const size = Math.floor(next() * 5);
      values.push(Array.from({ length: size }, () => Math.fround(next() - 0.5)));
      parts.push(`"t${i}":${entry('F32', [size], at, at + 4 * size)}`);
      at += 4 * size;
    }
    const data = new Uint8Array(Float32Array.from(values.flat()).buffer);
    const { tensors } = read(file(`{${parts.join()}}`, data));
    expect(tensors.map((one) => [...one.load().data])).toEqual(values);
  }
});
