/** A field of a table, as a writer of test files says it. */
export type Field =
  | { readonly int8: number }
  | { readonly int32: number }
  | { readonly float32: number }
  | { readonly uint64: number }
  | { readonly text: string }
  | { readonly bytes: Uint8Array }
  | { readonly int32s: readonly number[] }
  | { readonly int64s: readonly number[] }
  | { readonly float32s: readonly number[] }
  | { readonly table: Fields }
  | { readonly tables: readonly Fields[] };

/** A table by the numbers of its fields; what is undefined is left out. */
export type Fields = Readonly<Record<number, Field | undefined>>;

/** A flatbuffer, written from the root on: what a table leads to lies behind it. Vectors begin at multiples of 16. */
export function flatbuffer(root: Fields, identifier = 'TFL3'): Uint8Array {
  let bytes = new Uint8Array(4096);
  let view = new DataView(bytes.buffer);
  let end = 8;
  const room = (length: number): void => {
    if (end + length <= bytes.length) return;
    const more = new Uint8Array(2 * (end + length));
    more.set(bytes);
    bytes = more;
    view = new DataView(bytes.buffer);
  };
  /** The next place at a multiple of `step`, `before` bytes behind it left free. */
  const take = (length: number, step: number, before = 0): number => {
    room(length + step + before);
    const at = Math.ceil((end + before) / step) * step;
    end = at + length;
    return at;
  };
  const point = (from: number, to: number): void => view.setUint32(from, to - from, true);

  const vector = (count: number, itemBytes: number, put: (at: number) => void): number => {
    const at = take(count * itemBytes, 16, 4);
    view.setUint32(at - 4, count, true);
    put(at);
    return at - 4;
  };

  const object = (field: Field): number => {
    if ('table' in field) return table(field.table);
    if ('text' in field) return text(field.text);
    if ('bytes' in field) return vector(field.bytes.length, 1, (at) => bytes.set(field.bytes, at));
    if ('int32s' in field) return numbers(field.int32s, 4, (at, value) => view.setInt32(at, value, true));
    if ('float32s' in field) return numbers(field.float32s, 4, (at, value) => view.setFloat32(at, value, true));
    if ('int64s' in field) return numbers(field.int64s, 8, (at, value) => view.setBigInt64(at, BigInt(value), true));
    if (!('tables' in field)) throw new Error('a scalar is no object');
    const { tables } = field;
    const at = vector(tables.length, 4, () => {});
    for (const [i, one] of tables.entries()) point(at + 4 + 4 * i, table(one));
    return at;
  };

  const numbers = (list: readonly number[], size: number, put: (at: number, value: number) => void): number =>
    vector(list.length, size, (at) => {
      for (const [i, value] of list.entries()) put(at + i * size, value);
    });

  const text = (value: string): number => {
    const encoded = new TextEncoder().encode(value);
    const at = take(encoded.length + 1, 4, 4);
    view.setUint32(at - 4, encoded.length, true);
    bytes.set(encoded, at);
    return at - 4;
  };

  const table = (fields: Fields): number => {
    const given = Object.entries(fields).flatMap(([number, field]) =>
      field ? [[Number(number), field] as const] : [],
    );
    const count = given.reduce((most, [number]) => Math.max(most, number + 1), 0);
    const vtable = take(4 + 2 * count, 4);
    const size = 8 + 8 * given.length;
    const at = take(size, 8);
    view.setUint16(vtable, 4 + 2 * count, true);
    view.setUint16(vtable + 2, size, true);
    view.setInt32(at, at - vtable, true);
    const later: [number, Field][] = [];
    for (const [i, [number, field]] of given.entries()) {
      const own = at + 8 + 8 * i;
      view.setUint16(vtable + 4 + 2 * number, own - at, true);
      if ('int8' in field) view.setInt8(own, field.int8);
      else if ('int32' in field) view.setInt32(own, field.int32, true);
      else if ('float32' in field) view.setFloat32(own, field.float32, true);
      else if ('uint64' in field) view.setBigUint64(own, BigInt(field.uint64), true);
      else later.push([own, field]);
    }
    for (const [own, field] of later) point(own, object(field));
    return at;
  };

  for (let i = 0; i < 4; i++) bytes[4 + i] = identifier.charCodeAt(i);
  point(0, table(root));
  return bytes.slice(0, Math.ceil(end / 16) * 16);
}

export type WrittenType = 'float32' | 'float16' | 'int32' | 'uint8' | 'int64' | 'bool' | 'int16' | 'int8';
const TYPES: Readonly<Record<WrittenType, number>> = {
  ...{ float32: 0, float16: 1, int32: 2, uint8: 3, int64: 4, bool: 6, int16: 7, int8: 9 },
};

export interface WrittenTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type?: WrittenType;
  readonly signature?: readonly number[];
  /** Its numbers, of a constant; float16 as bits. */
  readonly data?: readonly number[];
  readonly scales?: readonly number[];
  readonly zeros?: readonly number[];
  readonly axis?: number;
}

export interface WrittenOperator {
  /** BuiltinOperator. */
  readonly code: number;
  readonly custom?: string;
  /** Names of tensors; '' for one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** BuiltinOptions: the kind of the table, and its fields. */
  readonly options?: readonly [kind: number, fields: Fields];
  readonly version?: number;
}

export interface WrittenModel {
  readonly tensors: readonly WrittenTensor[];
  readonly operators: readonly WrittenOperator[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly metadata?: Readonly<Record<string, Uint8Array>>;
  readonly version?: number;
}

/** A file of TensorFlow Lite. */
export function tfliteBytes(model: WrittenModel): Uint8Array {
  return flatbuffer(tfliteTables(model));
}

/** Its tables, for tests that break one. */
export function tfliteTables({
  tensors,
  operators,
  inputs,
  outputs,
  metadata = {},
  version = 3,
}: WrittenModel): Fields {
  const indexOf = (name: string): number => (name === '' ? -1 : tensors.findIndex((tensor) => tensor.name === name));
  const stored = tensors.filter(({ data }) => data !== undefined);
  const extra = Object.entries(metadata);
  const graph: Fields = {
    0: {
      tables: tensors.map((tensor) => ({
        0: { int32s: tensor.shape },
        1: { int8: TYPES[tensor.type ?? 'float32'] },
        2: { int32: stored.indexOf(tensor) + 1 },
        3: { text: tensor.name },
        4: tensor.scales && { table: quantization(tensor) },
        7: tensor.signature && { int32s: tensor.signature },
      })),
    },
    1: { int32s: inputs.map(indexOf) },
    2: { int32s: outputs.map(indexOf) },
    3: {
      tables: operators.map((operator, index) => ({
        0: { int32: index },
        1: { int32s: operator.inputs.map(indexOf) },
        2: { int32s: operator.outputs.map(indexOf) },
        3: operator.options && { int8: operator.options[0] },
        4: operator.options && { table: operator.options[1] },
      })),
    },
  };
  return {
    0: { int32: version },
    1: {
      tables: operators.map(({ code, custom, version: own }) => ({
        0: { int8: Math.min(code, 127) },
        1: custom === undefined ? undefined : { text: custom },
        2: { int32: own ?? 1 },
        3: { int32: code },
      })),
    },
    2: { tables: [graph] },
    4: {
      tables: [
        {},
        ...stored.map((tensor) => ({ 0: { bytes: bytesOf(tensor) } })),
        ...extra.map(([, bytes]) => ({ 0: { bytes } })),
      ],
    },
    6: { tables: extra.map(([name], i) => ({ 0: { text: name }, 1: { int32: 1 + stored.length + i } })) },
  };
}

function quantization({ scales = [], zeros = scales.map(() => 0), axis = 0 }: WrittenTensor): Fields {
  return { 2: { float32s: scales }, 3: { int64s: zeros }, 6: { int32: axis } };
}

function bytesOf({ type = 'float32', data = [] }: WrittenTensor): Uint8Array {
  const carriers = {
    ...{ float32: Float32Array, float16: Uint16Array, int32: Int32Array, uint8: Uint8Array, int8: Int8Array },
    ...{ bool: Uint8Array, int16: Int16Array },
  };
  const typed = type === 'int64' ? BigInt64Array.from(data, BigInt) : carriers[type].from(data);
  return new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
}
