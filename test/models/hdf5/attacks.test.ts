import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes.js';
import { CnnvizError } from '../../../src/core/errors.js';
import { readHdf5 } from '../../../src/models/hdf5/hdf5-file.js';
import { arraysWithin, weightOf } from '../../../src/models/hdf5/weights.js';

const FOLDER = new URL('../../../fixtures/models/hdf5/', import.meta.url);
const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(name, FOLDER)));

function readAll(bytes: Uint8Array): number {
  const root = readHdf5(memorySource(bytes));
  for (const { name, datatype } of root.attributes.values()) if (datatype.kind === 'heap-text') root.texts(name);
  const arrays = arraysWithin(root);
  for (const array of arrays) weightOf(array, array.path).load();
  return arrays.length;
}

const u64 = (value: bigint): number[] => Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
const ascii = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0));

/** Where some bytes stand for the first time from a place on. */
function placeOf(bytes: Uint8Array, wanted: readonly number[], from = 0): number {
  for (let at = from; at <= bytes.length - wanted.length; at++) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  throw new Error(`no ${wanted.join(' ')}`);
}

type Change = (bytes: Uint8Array) => void;

/** Sets bytes at a place behind the first occurrence of others. */
const behind =
  (wanted: readonly number[], by: number, ...written: readonly (readonly number[])[]): Change =>
  (bytes) =>
    bytes.set(written.flat(), placeOf(bytes, wanted) + by);

it.each<readonly [what: string, file: string, change: Change, message: RegExp]>([
  [
    'a side of 2^63',
    'types-earliest.h5',
    behind([...u64(2n), ...u64(3n)], 0, u64(2n ** 63n)),
    /byte \d+: the number 9223372036854776000: expected at most 2\^53/,
  ],
  [
    'sides whose product overflows',
    'compact-earliest.h5',
    behind([...u64(2n), ...u64(2n)], 0, u64(2n ** 40n), u64(2n ** 40n), u64(2n ** 40n), u64(2n ** 40n)),
    /more elements than can be counted/,
  ],
  [
    'more than there is',
    'user-block-earliest.h5',
    behind([...u64(3n), ...u64(3n)], 0, u64(2n ** 30n), u64(2n ** 30n)),
    /byte \d+: 12 bytes for an array of 4294967296/,
  ],
  [
    'much more than a file unpacks to',
    'filled-earliest.h5',
    behind([...u64(2n), ...u64(3n)], 0, u64(2n ** 20n), u64(2n ** 20n), u64(2n ** 20n), u64(2n ** 20n)),
    /an array of 4398046511104 bytes in a file of 7544/,
  ],
  [
    'a tree that loops',
    'many-earliest.h5',
    (bytes) => {
      const tree = placeOf(bytes, ascii('TREE'));
      bytes[tree + 5] = 1;
      bytes.set(u64(BigInt(tree)), tree + 32);
    },
    /a tree that holds a node twice/,
  ],
  [
    'an address outside',
    'many-earliest.h5',
    behind(ascii('SNOD'), 16, u64(2n ** 40n)),
    /byte \d+: the address 1099511627776, in a file of 18880 bytes/,
  ],
  ['a name outside its heap', 'many-earliest.h5', behind(ascii('SNOD'), 8, u64(70_000n)), /a name at 70000 in a heap/],
  [
    'a heap outside',
    'many-earliest.h5',
    behind(ascii('HEAP'), 24, u64(18_870n)),
    /heap of names of \d+ bytes, where 10 are left/,
  ],
  [
    'a header that continues in itself',
    'texts-earliest.h5',
    (bytes) => bytes.set(u64(96n), placeOf(bytes, [16, 0, 16, 0, 0, 0, 0, 0], 96) + 8),
    /continues in itself/,
  ],
  [
    'chunks that are longer than the file',
    'chunked-earliest.h5',
    behind([...ascii('TREE'), 1], 24, [255, 255, 255, 127]),
    /chunk/,
  ],
  [
    'an index that is not that of chunks',
    'chunked-earliest.h5',
    behind([...ascii('TREE'), 1], 4, [0]),
    /a tree of kind 0/,
  ],
  [
    'a collection of texts of no length',
    'texts-earliest.h5',
    behind(ascii('GCOL'), 8, u64(2n ** 62n)),
    /expected at most 2\^53/,
  ],
])('%s is refused with its place', (_what, file, change, message) => {
  const bytes = bytesOf(file);
  change(bytes);
  expect(() => readAll(bytes)).toThrow(CnnvizError);
  expect(() => readAll(bytes)).toThrow(message);
});

it('a file that is cut off anywhere is refused', () => {
  for (const name of ['compact-earliest.h5', 'compact-latest.h5', 'user-block-latest.h5']) {
    const bytes = bytesOf(name);
    for (let size = 0; size < bytes.length; size += 7) {
      expect(() => readAll(bytes.subarray(0, size))).toThrow(CnnvizError);
    }
  }
});

it('any other byte of a newer structure is found by its checksum', () => {
  const bytes = bytesOf('compact-latest.h5');
  const start = placeOf(bytes, ascii('OHDR'));
  for (let at = start + 4; at < start + 120; at++) {
    const other = Uint8Array.from(bytes);
    other[at] ^= 16;
    expect(() => readAll(other)).toThrow(/byte \d+/);
  }
});

it('chunks are checked: what gzip and fletcher32 say of them', () => {
  const bytes = bytesOf('chunked-latest.h5');
  const arrays = arraysWithin(readHdf5(memorySource(bytes)));
  for (const [name, message] of [
    ['gzip', /does not fit its checksum/],
    ['fletcher32', /a chunk that does not fit its checksum/],
  ] as const) {
    const array = arrays.find(({ path }) => path === `/${name}`)!;
    const [from, length] = array.spans[0];
    const other = Uint8Array.from(bytes);
    other[from + length - 1] ^= 1;
    expect(() => readAll(other)).toThrow(message);
  }
});

it('arrays that lie over each other are refused', () => {
  const bytes = bytesOf('types-earliest.h5');
  const arrays = arraysWithin(readHdf5(memorySource(bytes)));
  const [a, b] = arrays.filter(({ span }) => span !== null);
  const own = placeOf(bytes, [...u64(BigInt(b.span!.from)), ...u64(BigInt(b.span!.length))]);
  bytes.set(u64(BigInt(a.span!.from)), own);
  expect(() => readAll(bytes)).toThrow(/overlap/);
});
