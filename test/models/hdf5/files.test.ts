import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { memorySource } from '../../../src/core/bytes.js';
import { CnnvizError } from '../../../src/core/errors.js';
import { type Hdf5Array, type Hdf5Group, openPath, readHdf5 } from '../../../src/models/hdf5/hdf5-file.js';
import { arraysWithin, weightOf } from '../../../src/models/hdf5/weights.js';

const FOLDER = new URL('../../../fixtures/models/hdf5/', import.meta.url);

interface Expected {
  readonly read: Record<
    string,
    {
      readonly arrays: Record<string, { readonly shape: readonly number[]; readonly values: readonly number[] }>;
      readonly texts: Record<string, readonly string[]>;
    }
  >;
  readonly refused: Record<string, string>;
}

const { read, refused } = JSON.parse(readFileSync(new URL('expected.json', FOLDER), 'utf8')) as Expected;

function opened(name: string): Hdf5Group {
  return readHdf5(memorySource(new Uint8Array(readFileSync(new URL(name, FOLDER)))));
}

function numbersOf(array: Hdf5Array): number[] {
  // a float of HDF5's own says itself what it is; numpy's two bytes are told by an attribute
  return [...weightOf(array, array.path).load().data].map(Number);
}

describe('what h5py wrote is read as h5py reads it', () => {
  test.each(Object.keys(read))('%s', (name) => {
    const root = opened(name);
    const { arrays, texts } = read[name];
    const found = arraysWithin(root);
    expect(found.map(({ path }) => path).sort()).toEqual(Object.keys(arrays).sort());
    for (const one of found) {
      expect([...one.shape], one.path).toEqual(arrays[one.path].shape);
      expect(numbersOf(one), one.path).toEqual(arrays[one.path].values);
    }
    for (const [key, expected] of Object.entries(texts)) {
      const [path, attribute] = key.split('@');
      expect(openPath(root, path)?.texts(attribute), key).toEqual(expected);
    }
  });
});

test.each(Object.entries(refused))('%s is refused by name: %s', (name, why) => {
  const walk = () => arraysWithin(opened(name)).map(numbersOf);
  expect(walk).toThrow(CnnvizError);
  expect(walk).toThrow(why);
});
