import { damaged, Fields, type FileBytes } from './file-bytes.js';

/** Gives what a reference points to: its collection's address, its index there. */
export type GlobalHeap = (reference: Fields) => Fields | null;

/**
 * The heap of texts of different lengths: collections that are read once each.
 * Source: HDF5 File Format Specification 3.0, III.E
 */
export function openGlobalHeap(file: FileBytes): GlobalHeap {
  const collections = new Map<number, ReadonlyMap<number, Fields>>();
  return (reference) => {
    const place = reference.place;
    const address = reference.addressOrNone();
    const index = reference.u32();
    // an empty text points nowhere
    if (address === null || (address === 0 && index === 0)) return null;
    let collection = collections.get(address);
    if (!collection) {
      collection = readCollection(file, address);
      collections.set(address, collection);
    }
    const found = collection.get(index);
    if (!found) throw damaged(place, `object ${index} of the heap at ${address}: there is none`);
    return new Fields(file, found.bytes, found.address);
  };
}

function readCollection(file: FileBytes, address: number): ReadonlyMap<number, Fields> {
  const headBytes = 8 + file.lengthBytes;
  const head = file.fields(address, headBytes, 'heap of texts');
  head.expect('GCOL');
  head.expectByte(1, 'heap of texts of version');
  head.skip(3);
  const size = head.length();
  if (size < headBytes) throw damaged(head.place, `a heap of ${size} bytes`);
  const fields = file.fields(address, size, 'heap of texts');
  fields.skip(headBytes);
  const objects = new Map<number, Fields>();
  while (fields.left >= 8 + file.lengthBytes) {
    const place = fields.place;
    const index = fields.u16();
    // the rest is free
    if (index === 0) break;
    fields.skip(6);
    const length = fields.length();
    if (objects.has(index)) throw damaged(place, `object ${index} of a heap is there twice`);
    objects.set(index, fields.part(length));
    fields.skip(Math.min(fields.left, Math.ceil(length / 8) * 8 - length));
  }
  return objects;
}
