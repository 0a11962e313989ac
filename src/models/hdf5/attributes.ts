import { CnnvizError } from '../../core/errors.js';
import { type Dataspace, elementsOf, readDataspace } from './dataspace.js';
import { type Datatype, readDatatype } from './datatype.js';
import { damaged, type Fields, type FileBytes, notRead, textOf } from './file-bytes.js';
import { readFractalHeap } from './fractal-heap.js';
import type { GlobalHeap } from './global-heap.js';
import { MESSAGE, type Message } from './object-header.js';
import { readNewTree } from './tree-v2.js';

/** What an object says of itself under a name. */
export interface Attribute {
  readonly name: string;
  readonly datatype: Datatype;
  readonly dataspace: Dataspace;
  readonly data: Fields;
}

const ATTRIBUTE_NAMES = 8;
const HAS_ORDER = 1;

/** An object's attributes by their names, those of its heap too. @throws CnnvizError 'format' or 'unsupported' */
export function readAttributes(file: FileBytes, messages: readonly Message[]): ReadonlyMap<string, Attribute> {
  const attributes = new Map<string, Attribute>();
  const add = (fields: Fields): void => {
    const place = fields.place;
    const attribute = readAttribute(fields);
    if (attributes.has(attribute.name)) throw damaged(place, `two attributes "${attribute.name}"`);
    attributes.set(attribute.name, attribute);
  };
  for (const { type, fields, isShared } of messages) {
    if (type === MESSAGE.attribute) {
      if (isShared) throw notRead(fields.place, 'an attribute that several objects share');
      add(fields);
    } else if (type === MESSAGE.attributeInfo) {
      for (const one of denseAttributes(file, fields)) add(one);
    }
  }
  return attributes;
}

function denseAttributes(file: FileBytes, fields: Fields): readonly Fields[] {
  fields.expectByte(0, 'facts of attributes of version');
  if (fields.u8() & HAS_ORDER) fields.skip(2);
  const heapAt = fields.addressOrNone();
  if (heapAt === null) return [];
  const treeAt = fields.requiredAddress('the names of attributes');
  const heap = readFractalHeap(file, heapAt);
  return readNewTree(file, treeAt, ATTRIBUTE_NAMES).map((record) => heap(record.part(8)));
}

const SHARES = 3;

/** Source: HDF5 File Format Specification 3.0, IV.A.2.m */
function readAttribute(fields: Fields): Attribute {
  const place = fields.place;
  const version = fields.u8();
  if (version < 1 || version > 3) throw notRead(place, `an attribute of version ${version}: expected 1 … 3`);
  const flags = fields.u8();
  if (version > 1 && flags & SHARES) throw notRead(place, 'an attribute whose type has a name of its own');
  const [nameBytes, typeBytes, spaceBytes] = [fields.u16(), fields.u16(), fields.u16()];
  if (version === 3) fields.skip(1);
  const part = (bytes: number) => fields.part(version === 1 ? Math.ceil(bytes / 8) * 8 : bytes);
  const name = part(nameBytes);
  const datatype = readDatatype(part(typeBytes));
  const dataspace = readDataspace(part(spaceBytes));
  const needed = elementsOf(dataspace) * datatype.size;
  if (needed > fields.left)
    throw damaged(fields.place, `an attribute of ${needed} bytes, where ${fields.left} are left`);
  return { name: textOf(name.bytes, name.place), datatype, dataspace, data: fields.part(needed) };
}

/** An attribute's texts, one or many. @throws CnnvizError 'format' when it holds none */
export function textsOf(attribute: Attribute, heap: GlobalHeap): readonly string[] {
  const { name, datatype, dataspace, data } = attribute;
  const { kind, size } = datatype;
  if (kind !== 'text' && kind !== 'heap-text') {
    // an empty array of names, as numpy writes it: numbers
    if (elementsOf(dataspace) === 0) return [];
    throw new CnnvizError('format', `attribute "${name}": expected texts (byte ${data.place})`);
  }
  data.at = 0;
  return Array.from({ length: elementsOf(dataspace) }, () => {
    const one = data.part(size);
    if (kind === 'heap-text') return heapText(one, heap);
    const text = textOf(one.bytes, one.place);
    return datatype.isSpaced ? text.replace(/ +$/, '') : text;
  });
}

function heapText(reference: Fields, heap: GlobalHeap): string {
  const place = reference.place;
  const length = reference.u32();
  const object = heap(reference);
  if (length === 0 || object === null) return '';
  if (length > object.bytes.length) throw damaged(place, `a text of ${length} bytes in ${object.bytes.length}`);
  return textOf(object.bytes.subarray(0, length), object.place);
}
