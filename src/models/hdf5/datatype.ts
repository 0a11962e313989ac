import { STORED_TYPES } from '../weights/float-types.js';
import type { StoredType } from '../weights/weight-file.js';
import { damaged, type Fields, notRead } from './file-bytes.js';

/** What the elements of an array are. `size`: bytes of one. */
export type Datatype =
  | { readonly kind: 'number'; readonly stored: StoredType; readonly littleEndian: boolean; readonly size: number }
  /** Texts of one length each, filled with zeros or spaces. */
  | { readonly kind: 'text'; readonly isSpaced: boolean; readonly size: number }
  /** Texts that stand in a heap. */
  | { readonly kind: 'heap-text'; readonly size: number }
  /** Bytes that say nothing of themselves; numpy's types of two bytes that HDF5 does not know. */
  | { readonly kind: 'bytes'; readonly size: number }
  | { readonly kind: 'other'; readonly what: string; readonly size: number };

const OTHER_CLASSES: Readonly<Record<number, string>> = {
  2: 'times',
  4: 'fields of bits',
  6: 'records of several fields',
  7: 'references',
  8: 'an enumeration',
  9: 'lists of different lengths',
  10: 'arrays within an array',
  11: 'complex numbers',
};

/** Source: HDF5 File Format Specification 3.0, IV.A.2.d. @throws CnnvizError 'format' or 'unsupported' */
export function readDatatype(fields: Fields): Datatype {
  const place = fields.place;
  const first = fields.u8();
  const [kind, version] = [first & 15, first >> 4];
  if (version < 1 || version > 5) throw notRead(place, `a datatype of version ${version}: expected 1 … 5`);
  const bits = fields.whole(3);
  const size = fields.u32();
  if (size === 0) throw damaged(place, 'elements of 0 bytes');
  switch (kind) {
    case 0:
      return integerOf(fields, bits, size);
    case 1:
      return floatOf(fields, bits, size);
    case 3:
      return { kind: 'text', isSpaced: (bits & 15) === 2, size };
    case 5:
      return { kind: 'bytes', size };
    case 8:
      return enumOf(fields, bits, size, version);
    case 9:
      if ((bits & 15) === 1) return heapTextOf(fields, place, size);
      break;
  }
  const what = OTHER_CLASSES[kind];
  if (what === undefined) throw damaged(place, `a datatype of class ${kind}`);
  return { kind: 'other', what, size };
}

function heapTextOf({ file }: Fields, place: number, size: number): Datatype {
  if (size !== 8 + file.offsetBytes) throw damaged(place, `texts in a heap, told by ${size} bytes`);
  return { kind: 'heap-text', size };
}

const INTEGERS: Readonly<Record<number, readonly [StoredType, StoredType]>> = {
  1: ['uint8', 'int8'],
  2: ['uint16', 'int16'],
  4: ['uint32', 'int32'],
  8: ['uint64', 'int64'],
};
const IS_BIG = 1;
const IS_SIGNED = 8;

function integerOf(fields: Fields, bits: number, size: number): Datatype {
  const [offset, precision] = [fields.u16(), fields.u16()];
  const names = INTEGERS[size];
  if (!names || offset !== 0 || precision !== 8 * size) {
    return { kind: 'other', what: `integers of ${precision} bits within ${size} bytes`, size };
  }
  return { kind: 'number', stored: names[bits & IS_SIGNED ? 1 : 0], littleEndian: !(bits & IS_BIG), size };
}

/** [bytes, bits of the exponent, bits of the fraction, what is taken off the exponent] */
const FLOATS: readonly (readonly [StoredType, exponent: number, fraction: number, bias: number])[] = [
  ['float16', 5, 10, 15],
  ['bfloat16', 8, 7, 127],
  ['float32', 8, 23, 127],
  ['float64', 11, 52, 1023],
];
const HIDDEN_ONE = 2;

/** IEEE's numbers and bfloat16: sign, exponent, fraction from the top, without padding. */
function floatOf(fields: Fields, bits: number, size: number): Datatype {
  const [offset, precision] = [fields.u16(), fields.u16()];
  const [exponentAt, exponentBits, fractionAt, fractionBits] = [fields.u8(), fields.u8(), fields.u8(), fields.u8()];
  const bias = fields.u32();
  const other: Datatype = { kind: 'other', what: `numbers of ${precision} bits within ${size} bytes`, size };
  const isVax = (bits & 0x40) !== 0;
  const isWhole = offset === 0 && precision === 8 * size && fractionAt === 0 && exponentAt === fractionBits;
  if (isVax || !isWhole || bits >> 8 !== precision - 1 || ((bits >> 4) & 3) !== HIDDEN_ONE) return other;
  const found = FLOATS.find(([, e, f, b]) => e === exponentBits && f === fractionBits && b === bias);
  if (!found || STORED_TYPES[found[0]].itemBytes !== size) return other;
  return { kind: 'number', stored: found[0], littleEndian: !(bits & IS_BIG), size };
}

const MOST_MEMBERS = 2;

/** h5py's bool: FALSE = 0, TRUE = 1 in one byte. All other enumerations are not read. */
function enumOf(fields: Fields, bits: number, size: number, version: number): Datatype {
  const other: Datatype = { kind: 'other', what: OTHER_CLASSES[8], size };
  const members = bits & 0xffff;
  if (members !== MOST_MEMBERS || size !== 1) return other;
  const base = readDatatype(fields);
  if (base.kind !== 'number' || base.size !== 1) return other;
  const names = Array.from({ length: members }, () => nameOf(fields, version));
  const values = Array.from({ length: members }, () => fields.u8());
  const isBool = ['FALSE', 'TRUE'].every((name, value) => values[names.indexOf(name)] === value);
  return isBool ? { kind: 'number', stored: 'bool', littleEndian: true, size } : other;
}

/** A name with the zero that ends it; before version 3 filled to eight bytes. */
function nameOf(fields: Fields, version: number): string {
  const end = fields.bytes.indexOf(0, fields.at);
  if (end < 0) throw damaged(fields.place, 'a name without an end');
  const length = end + 1 - fields.at;
  return fields.text(version < 3 ? Math.ceil(length / 8) * 8 : length);
}
