import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { openPartFormat } from '../../../src/batch/parts/index.js';
import { openParquet } from '../../../src/batch/parts/parquet.js';
import type { PartRow } from '../../../src/batch/parts/part-format.js';
import { memorySource } from '../../../src/core/bytes.js';
import type { PartFormatName } from '../../../src/core/part.js';
import { tensor } from '../../../src/core/tensor.js';
import { listTar } from '../../../src/io/tar/list-tar.js';
import { readNpy, writeNpy, writeValue } from '../../../src/models/npy.js';
import { readZip } from '../../../src/models/weights/zip.js';

const HASH = 'ab'.repeat(32);

const fileOf = (ending: string, bytes: Uint8Array) => ({ ending, size: bytes.length, read: async () => bytes });

const rowOf = (key: string, ...files: PartRow['files']): PartRow => ({
  key,
  path: `in/${key}.png`,
  sha256: HASH,
  error: null,
  files,
  beside: [],
  facts: { input: { width: 2 } },
});

const failed = (key: string): PartRow => ({
  ...rowOf(key),
  sha256: null,
  error: `in/${key}.png: no such file`,
  facts: null,
});

const arrayOf = (...values: number[]) => writeNpy(tensor(Float32Array.from(values), [values.length]));

async function wholeOf(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return Uint8Array.from(Buffer.concat(all));
}

const written = async (format: PartFormatName, rows: readonly PartRow[]): Promise<Uint8Array> =>
  wholeOf((await openPartFormat(format)).write(rows));

describe('.npz', () => {
  it('holds each array under its name, bit for bit, and says no date', async () => {
    const rows = [
      rowOf('a/ü', fileOf('.x.npy', arrayOf(1, Number.NaN)), fileOf('.y.npy', arrayOf(-0))),
      failed('b'),
      rowOf('c', fileOf('.x.npy', new Uint8Array())),
    ];
    const bytes = await written('npz', rows);
    const members = readZip(memorySource(bytes));
    expect([...members.keys()]).toEqual(['a/ü.x.npy', 'a/ü.y.npy', 'c.x.npy']);
    const x = members.get('a/ü.x.npy')!.open();
    expect(Uint8Array.from(x.read(0, x.size))).toEqual(arrayOf(1, Number.NaN));
    expect(new DataView(bytes.buffer).getUint32(10, true)).toBe(0x0021_0000);
  });

  it('of nothing is an archive without members', async () => {
    expect([...readZip(memorySource(await written('npz', [failed('a')]))).keys()]).toEqual([]);
  });

  it('counts more than 65,535 arrays in 64 bits', async () => {
    const none = fileOf('.npy', new Uint8Array());
    const files = Array.from({ length: 65_536 }, (_, i) => ({ ...none, ending: `${i}` }));
    const bytes = await written('npz', [rowOf('a', ...files)]);
    const view = new DataView(bytes.buffer, bytes.length - 22 - 20 - 56);
    expect([view.getUint32(0, true), view.getBigUint64(24, true), view.getBigUint64(32, true)]).toEqual([
      ...[0x06064b50, 65_536n, 65_536n],
    ]);
    expect(view.getUint16(56 + 20 + 10, true)).toBe(0xffff);
  });

  it('refuses two arrays of one name', async () => {
    const one = fileOf('.b.c.npy', arrayOf(1));
    const rows = [rowOf('a', one), rowOf('a.b', fileOf('.c.npy', arrayOf(2)))];
    await expect(written('npz', rows)).rejects.toThrow(/^a\.b\.c\.npy: two arrays of a part would have this name/);
  });
});

describe('a WebDataset', () => {
  const long = `${'folder/'.repeat(20)}image`;
  const longer = 'n'.repeat(180);

  it('holds samples, files of one key, with what is known of them; what failed has none', async () => {
    const png = new Uint8Array(513).fill(7);
    const bytes = await written('webdataset', [
      rowOf('a', fileOf('.maps.png', png)),
      failed('b'),
      {
        ...rowOf('ü/c', fileOf('.maps.png', png)),
        beside: [
          { ending: '.cls', bytes: new TextEncoder().encode('7') },
          { ending: '.json', bytes: new TextEncoder().encode('{"who":"me"}') },
        ],
      },
      rowOf(long, fileOf('.png', png)),
      rowOf(longer, fileOf('.png', png)),
    ]);
    expect(bytes.length % 512).toBe(0);
    const { members, damage } = listTar(memorySource(bytes));
    expect(damage).toBeNull();
    const names = ['a.maps', 'ü/c.maps', long, longer].flatMap((name) => {
      const key = name.replace('.maps', '');
      return [`${name}.png`, ...(key === 'ü/c' ? [`${key}.cls`] : []), `${key}.json`];
    });
    expect([...members.keys()]).toEqual(names);
    const read = ({ from, size }: { from: number; size: number }) => bytes.subarray(from, from + size);
    for (const [name, member] of members) {
      expect(member.refused).toBeNull();
      if (name.endsWith('.png')) expect(read(member)).toEqual(png);
    }
    const record = JSON.parse(Buffer.from(read(members.get('ü/c.json')!)).toString());
    expect(record).toEqual({
      key: 'ü/c',
      path: 'in/ü/c.png',
      sha256: HASH,
      input: { width: 2 },
      source: { who: 'me' },
    });
  });
});

describe('a Parquet file', () => {
  const rowsOf = async (bytes: Uint8Array) => parquetReadObjects({ file: bytes.buffer as ArrayBuffer });

  it('has a row for each input, failed ones too, in their order', async () => {
    const map = writeNpy(tensor(Float32Array.of(1, -0.5, Number.NaN, 0), [2, 2]));
    const bytes = await written('parquet', [rowOf('ü/a', fileOf('.x.npy', map)), failed('b')]);
    const none = { shape: null, feature: null };
    expect(await rowsOf(bytes)).toEqual([
      {
        ...{ key: 'ü/a', path: 'in/ü/a.png', sha256: HASH, status: 'done', error: null },
        ...{ shape: [2, 2], feature: [1, -0.5, Number.NaN, 0] },
      },
      { key: 'b', path: 'in/b.png', sha256: null, status: 'failed', error: 'in/b.png: no such file', ...none },
    ]);
  });

  it('declares lists as every reader knows them, and says no date', async () => {
    const bytes = await written('parquet', [failed('b')]);
    const metadata = parquetMetadata(bytes.buffer as ArrayBuffer);
    expect(metadata.created_by).toMatch(/^cnnviz version \d/);
    const { children } = parquetSchema(metadata);
    expect(children.map(({ element }) => element.name)).toEqual([
      ...['key', 'path', 'sha256', 'status', 'error', 'shape', 'feature'],
    ]);
    const feature = children.at(-1)!;
    expect(feature.element).toMatchObject({ converted_type: 'LIST', repetition_type: 'OPTIONAL' });
    expect(feature.children[0].children[0].element).toMatchObject({ type: 'FLOAT', repetition_type: 'REQUIRED' });
    expect(await written('parquet', [failed('b')])).toEqual(bytes);
  });

  it('of many numbers is written in several groups of rows', async () => {
    const { write } = await openParquet(4);
    const rows = [3, 1, 1, 7, 1].map((length, i) => {
      return rowOf(`${i}`, fileOf('.x.npy', arrayOf(...new Array(length).fill(i))));
    });
    const bytes = await wholeOf(write(rows));
    const { row_groups } = parquetMetadata(bytes.buffer as ArrayBuffer);
    expect(row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([2, 1, 1, 1]);
    expect((await rowsOf(bytes)).map(({ feature }) => feature)).toEqual([
      [0, 0, 0],
      [1],
      [2],
      new Array(7).fill(3),
      [4],
    ]);
  });

  it('takes whole numbers that float32 holds, refuses others, and several arrays for one row', async () => {
    const small = writeValue({ dtype: 'uint8', shape: [2], data: Uint8Array.of(3, 255) });
    expect((await rowsOf(await written('parquet', [rowOf('a', fileOf('.npy', small))])))[0].feature).toEqual([3, 255]);
    const double = writeValue({ dtype: 'float64', shape: [1], data: Float64Array.of(0.1) });
    await expect(written('parquet', [rowOf('a', fileOf('.npy', double))])).rejects.toThrow(/type f8.*would round/);
    const two = [fileOf('.x.npy', small), fileOf('.y.npy', small)];
    await expect(written('parquet', [rowOf('a', ...two)])).rejects.toThrow(/^in\/a\.png: 2 arrays are made of it/);
    expect(readNpy(small).dtype).toBe('u1');
  });
});
