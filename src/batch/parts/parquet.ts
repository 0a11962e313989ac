import type { ColumnSource, SchemaElement } from 'hyparquet-writer';
import { CnnvizError } from '../../core/errors.js';
import { groupDigits } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { optionalPackage } from '../../io/remote/optional-package.js';
import { readNpy } from '../../models/npy.js';
import { notOne, type PartFormat, type PartRow } from './part-format.js';

/** Numbers of a row group: the package keeps each several times while it writes them. */
const GROUP_NUMBERS = 1 << 21;
const MOST_NUMBERS = 1 << 24;

type Package = typeof import('hyparquet-writer');

/**
 * A row for each input, failed ones too; its numbers one behind the other.
 * @throws CnnvizError 'unsupported' when its package is not installed
 */
export async function openParquet(groupNumbers = GROUP_NUMBERS): Promise<PartFormat> {
  const found = await optionalPackage(['hyparquet-writer'], '--format parquet', () => import('hyparquet-writer'));
  return { holdsOne: true, write: (rows) => write(rows, found, groupNumbers) };
}

const text = (name: string): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  repetition_type: 'OPTIONAL',
});

const list = (name: string, type: 'INT32' | 'FLOAT'): SchemaElement[] => [
  { name, converted_type: 'LIST', repetition_type: 'OPTIONAL', num_children: 1 },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', type, repetition_type: 'REQUIRED' },
];

/** Source: apache/parquet-format, LogicalTypes.md, "Lists" */
const SCHEMA: SchemaElement[] = [
  { name: 'root', num_children: 7 },
  ...['key', 'path', 'sha256', 'status', 'error'].map(text),
  ...list('shape', 'INT32'),
  ...list('feature', 'FLOAT'),
];

/** A row as it is written. */
interface Cells {
  readonly key: string;
  readonly path: string;
  readonly sha256: string | null;
  readonly status: 'done' | 'failed';
  readonly error: string | null;
  readonly shape: number[] | null;
  readonly feature: number[] | null;
}

async function* write(
  rows: readonly PartRow[],
  { ByteWriter, ParquetWriter }: Package,
  groupNumbers: number,
): AsyncGenerator<Uint8Array> {
  const buffer = new ByteWriter();
  const drained = (): Uint8Array => {
    const bytes = buffer.getBytes().slice();
    buffer.index = 0;
    return bytes;
  };
  const writer = new ParquetWriter({
    writer: buffer,
    schema: SCHEMA,
    createdBy: ['cnnviz', 'version', VERSION].join(' '),
  });
  let group: Cells[] = [];
  let numbers = 0;
  for (const row of rows) {
    const cells = await cellsOf(row);
    const size = cells.feature?.length ?? 0;
    if (group.length > 0 && numbers + size > groupNumbers) {
      await writer.write({ columnData: columnsOf(group), rowGroupSize: group.length });
      yield drained();
      [group, numbers] = [[], 0];
    }
    group.push(cells);
    numbers += size;
  }
  if (group.length > 0) await writer.write({ columnData: columnsOf(group), rowGroupSize: group.length });
  await writer.finish();
  yield drained();
}

async function cellsOf({ key, path, sha256, error, files }: PartRow): Promise<Cells> {
  const head = { key, path, sha256, error };
  if (error !== null) return { ...head, status: 'failed', shape: null, feature: null };
  const [file] = files;
  if (files.length !== 1) throw notOne(path, files.length);
  const { dtype, shape, data } = readNpy(await file.read());
  if (!['f4', 'i1', 'u1', 'i2', 'u2', 'b1'].includes(dtype)) {
    throw refused(`${path}: numbers of the type ${dtype}: a row's feature is float32, which would round them`);
  }
  if (data.length > MOST_NUMBERS) {
    throw refused(
      `${path}: ${groupDigits(data.length)} numbers in a row: expected at most ${groupDigits(MOST_NUMBERS)}`,
    );
  }
  return { ...head, status: 'done', shape: [...shape], feature: Array.from(data, Number) };
}

function refused(what: string): CnnvizError {
  return new CnnvizError('unsupported', what, {
    fix: 'use --format npz, which keeps every array as it is',
    scope: 'command',
  });
}

function columnsOf(rows: readonly Cells[]): ColumnSource[] {
  const column = (name: keyof Cells): unknown[] => rows.map((row) => row[name]);
  return [
    ...(['key', 'path', 'sha256', 'status', 'error'] as const).map((name) => ({ name, data: column(name) })),
    { name: 'shape', data: column('shape'), statistics: false },
    // floats of which hardly two are alike: no list of those that occur
    { name: 'feature', data: column('feature'), encoding: 'PLAIN', statistics: false },
  ] as ColumnSource[];
}
