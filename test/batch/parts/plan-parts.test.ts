import { describe, expect, it } from 'vitest';
import { inParts, partsOf, shardOfParts } from '../../../src/batch/parts/plan-parts.js';
import { type Input, toInput } from '../../../src/io/inputs.js';

const inArchive = (archive: string, name: string, relative = archive): Input => ({
  ...toInput(`${archive}.tar/${name}`, relative),
  archive,
});

const named = (inputs: readonly Input[]) => inputs.map(({ path, part }) => `${path} ${part}`);

describe('the parts of a list', () => {
  it('are so many of it in the order of the paths, whatever their order was', () => {
    const inputs = ['c.png', 'a.png', 'e.png', 'b.png', 'd.png'].map((path) => toInput(path, ''));
    expect(named(inParts(inputs, { format: 'npz', size: 2 }))).toEqual([
      'a.png part-00000.npz',
      'b.png part-00000.npz',
      'c.png part-00001.npz',
      'd.png part-00001.npz',
      'e.png part-00002.npz',
    ]);
  });

  it('hold what is in one archive, and stand in the folder of its name', () => {
    const inputs = [
      ...['x.png', 'cats/y.png', 'z.png'].map((name) => inArchive('in/00', name)),
      toInput('a.png', ''),
      toInput('z.png', ''),
    ];
    expect(named(inParts(inputs, { format: 'webdataset', size: 2 }))).toEqual([
      'a.png part-00000.tar',
      'z.png part-00000.tar',
      'in/00.tar/cats/y.png in/00/part-00000.tar',
      'in/00.tar/x.png in/00/part-00000.tar',
      'in/00.tar/z.png in/00/part-00001.tar',
    ]);
  });

  it('are the same in all shards, each in one of them', () => {
    const inputs = Array.from({ length: 23 }, (_, i) => toInput(`${i}.png`, ''));
    const all = inParts(inputs, { format: 'npz', size: 3 });
    const shards = [1, 2, 3].map((index) => shardOfParts(all, { index, count: 3 }));
    expect(shards.flat().sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual(all);
    const parts = shards.map((shard) => [...partsOf(shard).keys()]);
    expect(parts.map((own) => own.length)).toEqual([3, 3, 2]);
    expect(new Set(parts.flat()).size).toBe(8);
  });

  it.each([
    ['two endings', ['a.png', 'a.jpg'], 'npz'],
    ['a dot, where a key ends at the first one', ['a.b.png', 'a_b.png'], 'webdataset'],
    ['their case', ['A.png', 'a.png'], 'npz'],
  ] as const)('are refused where two results would have one name, but for %s', (_, paths, format) => {
    const inputs = paths.map((path) => toInput(path, ''));
    expect(() => inParts(inputs, { format, size: 9 })).toThrow(/two results would have this name: \S+ and \S+$/);
    expect(inParts(inputs, { format: 'parquet', size: 9 })).toHaveLength(2);
  });
});
