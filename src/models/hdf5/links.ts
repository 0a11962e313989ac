import { damaged, type Fields, type FileBytes, notRead } from './file-bytes.js';
import { readFractalHeap } from './fractal-heap.js';
import { readLocalHeap } from './local-heap.js';
import { MESSAGE, type Message } from './object-header.js';
import { readOldTree } from './tree-v1.js';
import { readNewTree } from './tree-v2.js';

/** Where the objects of a group have their headers, by name; null: a link that is no object's place (soft, external). */
export type Links = ReadonlyMap<string, number | null>;

/** The links of a group, however they are kept; null: the object is no group. @throws CnnvizError 'format' or 'unsupported' */
export function readLinks(file: FileBytes, messages: readonly Message[]): Links | null {
  const links = new Map<string, number | null>();
  let isGroup = false;
  const add = (place: number, name: string, address: number | null): void => {
    if (name === '' || name === '.' || name.includes('/')) throw damaged(place, `an object called "${name}"`);
    if (links.has(name)) throw damaged(place, `two objects called "${name}"`);
    links.set(name, address);
  };
  for (const { type, fields } of messages) {
    if (type === MESSAGE.symbolTable) {
      isGroup = true;
      readSymbols(file, fields, add);
    } else if (type === MESSAGE.linkInfo) {
      isGroup = true;
      for (const one of denseLinks(file, fields)) readLink(one, add);
    } else if (type === MESSAGE.link) {
      isGroup = true;
      readLink(fields, add);
    }
  }
  return isGroup ? links : null;
}

type Add = (place: number, name: string, address: number | null) => void;

const SOFT = 2;

/** An old group: a tree of tables of symbols, whose names stand in a heap. Source: HDF5 specification 3.0, III.B, III.C */
function readSymbols(file: FileBytes, fields: Fields, add: Add): void {
  const treeAt = fields.requiredAddress('the tree of a group');
  const nameAt = readLocalHeap(file, fields.requiredAddress('the names of a group'));
  const tree = { kind: 0, keyBytes: file.lengthBytes, readKey: () => null } as const;
  const tables = readOldTree(file, treeAt, tree).map(({ address }) => address);
  const entryBytes = 2 * file.offsetBytes + 24;
  for (const [i, address] of tables.entries()) {
    if (tables.indexOf(address) !== i) throw damaged(file.base + address, 'a group that holds a table twice');
    const head = file.fields(address, 8, 'table of a group');
    head.expect('SNOD');
    head.expectByte(1, 'table of a group of version');
    head.skip(1);
    const count = head.u16();
    const table = file.fields(address + 8, count * entryBytes, 'table of a group');
    for (let entry = 0; entry < count; entry++) {
      const place = table.place;
      const name = nameAt(table.whole(file.offsetBytes));
      const object = table.addressOrNone();
      const isSoft = table.u32() === SOFT;
      table.skip(20);
      if (object === null && !isSoft) throw damaged(place, `no address of "${name}"`);
      add(place, name, isSoft ? null : object);
    }
  }
}

const LINK_NAMES = 5;
const TRACKS_ORDER = 1;

function denseLinks(file: FileBytes, fields: Fields): readonly Fields[] {
  fields.expectByte(0, 'facts of links of version');
  if (fields.u8() & TRACKS_ORDER) fields.skip(8);
  const heapAt = fields.addressOrNone();
  if (heapAt === null) return [];
  const treeAt = fields.requiredAddress('the names of a group');
  const heap = readFractalHeap(file, heapAt);
  return readNewTree(file, treeAt, LINK_NAMES).map((record) => {
    // the hash of the name
    record.skip(4);
    return heap(record.part(7));
  });
}

const HAS_ORDER = 4;
const HAS_TYPE = 8;
const HAS_CHARSET = 16;
const EXTERNAL = 64;

/** Source: HDF5 File Format Specification 3.0, IV.A.2.g */
function readLink(fields: Fields, add: Add): void {
  fields.expectByte(1, 'a link of version');
  const flags = fields.u8();
  const place = fields.place;
  const type = flags & HAS_TYPE ? fields.u8() : 0;
  if (flags & HAS_ORDER) fields.skip(8);
  if (flags & HAS_CHARSET) fields.skip(1);
  const name = fields.text(fields.whole(1 << (flags & 3)));
  if (type !== 0 && type !== 1 && type !== EXTERNAL) throw notRead(place, `a link of kind ${type}`);
  add(place, name, type === 0 ? fields.requiredAddress(`"${name}"`) : null);
}
