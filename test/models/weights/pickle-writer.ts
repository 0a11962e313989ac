/** A tiny assembler of pickles and stored zip archives, for checkpoints that torch.save would never write. */

const text = (value: string) => [...new TextEncoder().encode(value)];
const u32 = (value: number) => [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >>> 24) & 255];

/** Opcodes as bytes, with their arguments. Source: Lib/pickle.py */
export const op = {
  proto: (version = 2) => [0x80, version],
  stop: [0x2e],
  mark: [0x28],
  none: [0x4e],
  pop: [0x30],
  emptyDict: [0x7d],
  emptyList: [0x5d],
  emptyTuple: [0x29],
  tuple: [0x74],
  tuple1: [0x85],
  setItem: [0x73],
  setItems: [0x75],
  append: [0x61],
  appends: [0x65],
  reduce: [0x52],
  newObj: [0x81],
  build: [0x62],
  persId: [0x51],
  int: (value: number) => [0x4a, ...u32(value)],
  string: (value: string) => [0x58, ...u32(text(value).length), ...text(value)],
  global: (module: string, name: string) => [0x63, ...text(`${module}\n${name}\n`)],
  stackGlobal: [0x93],
  put: (key: number) => [0x71, key],
  get: (key: number) => [0x68, key],
  long1: (bytes: number) => [0x8a, bytes, ...new Array<number>(Math.min(bytes, 300)).fill(1)],
};

/** A pickle of these opcodes, framed by PROTO and STOP. */
export function pickle(...parts: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from([...op.proto(), ...parts.flat(), ...op.stop]);
}

/** ('storage', type, key, 'cpu', count) as a persistent id. */
export function storage(key: string, count: number, type = 'FloatStorage'): number[] {
  return [
    ...op.mark,
    ...op.string('storage'),
    ...op.global('torch', type),
    ...op.string(key),
    ...op.string('cpu'),
    ...op.int(count),
    ...op.tuple,
    ...op.persId,
  ];
}

/** _rebuild_tensor_v2(storage, offset, size, stride, False, OrderedDict()) */
export function tensor(
  of: readonly number[],
  offset: number,
  size: readonly number[],
  stride: readonly number[],
): number[] {
  const numbers = (list: readonly number[]) => [...op.mark, ...list.flatMap((value) => op.int(value)), ...op.tuple];
  return [
    ...op.global('torch._utils', '_rebuild_tensor_v2'),
    ...op.mark,
    ...of,
    ...op.int(offset),
    ...numbers(size),
    ...numbers(stride),
    0x89,
    ...op.global('collections', 'OrderedDict'),
    ...op.emptyTuple,
    ...op.reduce,
    ...op.tuple,
    ...op.reduce,
  ];
}

/** {'w': value} */
export function stateDict(value: readonly number[]): Uint8Array {
  return pickle(op.emptyDict, op.string('w'), value, op.setItem);
}

export interface ZipPart {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What the directory claims, when it lies. */
  readonly claimedSize?: number;
  readonly method?: number;
  /** Of an entry whose bytes are compressed. */
  readonly unpackedSize?: number;
  readonly crc?: number;
  readonly offset?: number;
  readonly localName?: string;
}

/** A zip archive of stored entries; sizes, places and names may lie. */
export function zip(parts: readonly ZipPart[], claimedCount = parts.length): Uint8Array {
  const chunks: number[][] = [];
  const directory: number[][] = [];
  let at = 0;
  const u16 = (value: number) => [value & 255, (value >> 8) & 255];
  for (const part of parts) {
    const { name, bytes, claimedSize = bytes.length, method = 0, offset = at, localName = name } = part;
    const sizes = [...u32(part.crc ?? 0), ...u32(claimedSize), ...u32(part.unpackedSize ?? claimedSize)];
    const local = [
      0x50,
      0x4b,
      3,
      4,
      ...u16(20),
      ...u16(0),
      ...u16(method),
      ...u32(0),
      ...sizes,
      ...u16(text(localName).length),
      ...u16(0),
      ...text(localName),
      ...bytes,
    ];
    chunks.push(local);
    directory.push([
      0x50,
      0x4b,
      1,
      2,
      ...u16(20),
      ...u16(20),
      ...u16(0),
      ...u16(method),
      ...u32(0),
      ...sizes,
      ...u16(text(name).length),
      ...u16(0),
      ...u16(0),
      ...u16(0),
      ...u16(0),
      ...u32(0),
      ...u32(offset),
      ...text(name),
    ]);
    at += local.length;
  }
  const list = directory.flat();
  const end = [
    0x50,
    0x4b,
    5,
    6,
    ...u16(0),
    ...u16(0),
    ...u16(claimedCount),
    ...u16(claimedCount),
    ...u32(list.length),
    ...u32(at),
    ...u16(0),
  ];
  return Uint8Array.from([...chunks.flat(), ...list, ...end]);
}

/** A checkpoint archive with this pickle and these storages. */
export function checkpoint(data: Uint8Array, storages: Readonly<Record<string, Uint8Array>> = {}): Uint8Array {
  return zip([
    { name: 'archive/data.pkl', bytes: data },
    ...Object.entries(storages).map(([key, bytes]) => ({ name: `archive/data/${key}`, bytes })),
  ]);
}
