import { CnnvizError } from '../../core/errors.js';
import { damaged, type Flatbuffer, type ScalarType, type Table, type Vector } from './flatbuffer.js';
import { CUSTOM, OPERATOR_NAMES } from './operator-names.js';

/** Number types of tensors, by number. Source: schema.fbs, TensorType */
const TENSOR_TYPES = [
  ...(['float32', 'float16', 'int32', 'uint8', 'int64', 'string', 'bool', 'int16', 'complex64', 'int8'] as const),
  ...(['float64', 'complex128', 'uint64', 'resource', 'variant', 'uint32', 'uint16', 'int4'] as const),
] as const;

export type TensorType = (typeof TENSOR_TYPES)[number];

/** What the whole numbers q of a tensor stand for: scale · (q − zero). One scale for all, or one for each place of `axis`. */
export interface Quantization {
  readonly scales: readonly number[];
  readonly zeros: readonly number[];
  readonly axis: number;
}

export interface TfliteTensor {
  readonly index: number;
  readonly name: string;
  readonly type: TensorType;
  readonly shape: readonly number[];
  /** The shape with −1 for sides that are open; null: there are none. */
  readonly signature: readonly number[] | null;
  /** Its numbers in the file; null: they are computed. */
  readonly bytes: Vector | null;
  readonly quantization: Quantization | null;
  readonly isVariable: boolean;
  readonly isSparse: boolean;
  /** Where its table lies. */
  readonly at: number;
}

/** The settings of an operator, by field as the schema numbers them; without a table all have their defaults. */
export interface Settings {
  readonly number: (field: number, type: ScalarType, otherwise: number) => number;
  readonly numbers: (field: number) => readonly number[];
}

export interface TfliteOperator {
  /** "CONV_2D"; of a custom one what it is called itself. */
  readonly name: string;
  readonly isCustom: boolean;
  /** Tensors; −1: left out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: Settings;
  readonly at: number;
}

export interface TfliteGraph {
  readonly tensors: readonly TfliteTensor[];
  readonly operators: readonly TfliteOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

export interface TfliteModel {
  readonly description: string;
  /** The first of its graphs: the network. */
  readonly graph: TfliteGraph;
  /** How many graphs it has: more than one where control flow calls the others. */
  readonly graphs: number;
  /** Bytes that tools have put in, by their name. */
  readonly metadata: ReadonlyMap<string, Vector>;
}

const VERSION = 3;
/** numpy's own limit of axes. */
const MAX_AXES = 64;

/** The model of a file, but for the numbers of its tensors. @throws CnnvizError 'format' or 'unsupported' */
export function readTflite(file: Flatbuffer): TfliteModel {
  const root = file.root();
  const version = file.scalar(root, 0, 'uint32', 0);
  if (version !== VERSION) {
    throw new CnnvizError('unsupported', `version ${version} of TensorFlow Lite's format: expected ${VERSION}`, {
      fix: 'convert it again with a converter of TensorFlow 1.8 or newer',
    });
  }
  const buffers = file.tables(root, 4).map((table) => readBuffer(file, table));
  const codes = file.tables(root, 1).map((table) => readCode(file, table));
  const graphs = file.tables(root, 2);
  if (graphs.length === 0) throw damaged(root.at, 'a model without a graph');
  const metadata = new Map<string, Vector>();
  for (const table of file.tables(root, 6)) {
    const bytes = buffers[file.scalar(table, 1, 'uint32', 0)];
    if (bytes === undefined) throw damaged(table.at, 'metadata in a buffer that does not exist');
    if (bytes) metadata.set(file.text(table, 0) ?? '', bytes);
  }
  return {
    description: file.text(root, 3) ?? '',
    graph: readGraph(file, graphs[0], codes, buffers),
    graphs: graphs.length,
    metadata,
  };
}

/** The bytes of a buffer, in a vector or, of files beyond 2 GB, behind all tables; null: it has none. */
function readBuffer(file: Flatbuffer, table: Table): Vector | null {
  const offset = file.scalar(table, 1, 'uint64', 0);
  if (offset > 1) {
    const size = file.scalar(table, 2, 'uint64', 0);
    if (offset + size > file.source.size) {
      throw damaged(table.at, `a buffer of ${size} bytes at byte ${offset} of ${file.source.size}`);
    }
    return { from: offset, count: size };
  }
  const bytes = file.vector(table, 0, 1);
  return bytes && bytes.count > 0 ? bytes : null;
}

interface Code {
  readonly name: string;
  readonly isCustom: boolean;
}

/** Codes beyond 127 stand in a field of their own; older files have only the first. */
function readCode(file: Flatbuffer, table: Table): Code {
  const code = Math.max(file.scalar(table, 0, 'int8', 0), file.scalar(table, 3, 'int32', 0));
  if (code === CUSTOM) return { name: file.text(table, 1) ?? 'without a name', isCustom: true };
  return { name: OPERATOR_NAMES[code] ?? `number ${code}`, isCustom: false };
}

function readGraph(
  file: Flatbuffer,
  table: Table,
  codes: readonly Code[],
  buffers: readonly (Vector | null)[],
): TfliteGraph {
  const tensors = file.tables(table, 0).map((one, index) => readTensor(file, one, index, buffers));
  const checked = (list: readonly number[], at: number, least: number): readonly number[] => {
    const wrong = list.find((index) => index < least || index >= tensors.length);
    if (wrong !== undefined) throw damaged(at, `tensor ${wrong} of ${tensors.length}`);
    return list;
  };
  return {
    tensors,
    inputs: checked(file.numbers(table, 1, 'int32'), table.at, 0),
    outputs: checked(file.numbers(table, 2, 'int32'), table.at, 0),
    operators: file.tables(table, 3).map((one): TfliteOperator => {
      const index = file.scalar(one, 0, 'uint32', 0);
      const code = codes[index];
      if (!code) throw damaged(one.at, `operator code ${index} of ${codes.length}`);
      return {
        ...code,
        inputs: checked(file.numbers(one, 1, 'int32'), one.at, -1),
        outputs: checked(file.numbers(one, 2, 'int32'), one.at, 0),
        options: settingsOf(file, file.table(one, 4)),
        at: one.at,
      };
    }),
  };
}

function settingsOf(file: Flatbuffer, table: Table | null): Settings {
  return {
    number: (field, type, otherwise) => (table ? file.scalar(table, field, type, otherwise) : otherwise),
    numbers: (field) => (table ? file.numbers(table, field, 'int32') : []),
  };
}

function readTensor(file: Flatbuffer, table: Table, index: number, buffers: readonly (Vector | null)[]): TfliteTensor {
  const { at } = table;
  const shape = file.numbers(table, 0, 'int32');
  const number = file.scalar(table, 1, 'int8', 0);
  const type = TENSOR_TYPES[number];
  const buffer = file.scalar(table, 2, 'uint32', 0);
  const signature = file.numbers(table, 7, 'int32');
  if (type === undefined) throw new CnnvizError('unsupported', `byte ${at}: tensor type ${number} of a newer format`);
  if (shape.length > MAX_AXES || shape.some((side) => side < 0)) throw damaged(at, `shape [${shape.join(', ')}]`);
  if (signature.length > 0 && signature.length !== shape.length) {
    throw damaged(at, `shape [${shape.join(', ')}] with the signature [${signature.join(', ')}]`);
  }
  const bytes = buffers[buffer];
  if (bytes === undefined) throw damaged(at, `buffer ${buffer} of ${buffers.length}`);
  return {
    index,
    at,
    name: file.text(table, 3) ?? '',
    type,
    shape,
    signature: signature.some((side) => side < 0) ? signature : null,
    bytes,
    quantization: readQuantization(file, file.table(table, 4)),
    isVariable: file.scalar(table, 5, 'bool', 0) === 1,
    isSparse: file.table(table, 6) !== null,
  };
}

/** null: none, or only the range that was seen while the network was trained. */
function readQuantization(file: Flatbuffer, table: Table | null): Quantization | null {
  if (!table) return null;
  if (file.scalar(table, 4, 'uint8', 0) !== 0) {
    throw new CnnvizError('unsupported', `byte ${table.at}: a custom quantisation`, { fix: 'convert it with scales' });
  }
  const scales = file.numbers(table, 2, 'float32');
  if (scales.length === 0) return null;
  const zeros = file.numbers(table, 3, 'int64');
  const isSound = scales.every((scale) => Number.isFinite(scale) && scale >= 0);
  if (!isSound || (zeros.length !== 0 && zeros.length !== 1 && zeros.length !== scales.length)) {
    throw damaged(table.at, `${scales.length} scales, ${zeros.length} zero points`);
  }
  return {
    scales,
    zeros: scales.map((_, i) => zeros[zeros.length === 1 ? 0 : i] ?? 0),
    axis: file.scalar(table, 6, 'int32', 0),
  };
}
