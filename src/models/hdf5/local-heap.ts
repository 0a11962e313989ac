import { damaged, type FileBytes, textOf } from './file-bytes.js';

/**
 * The names of an old group, by their place in its heap.
 * Source: HDF5 File Format Specification 3.0, III.D
 * @throws CnnvizError 'format'
 */
export function readLocalHeap(file: FileBytes, address: number): (offset: number) => string {
  const head = file.fields(address, 8 + 2 * file.lengthBytes + file.offsetBytes, 'heap of names');
  head.expect('HEAP');
  head.expectByte(0, 'heap of names of version');
  head.skip(3);
  const size = head.length();
  head.skip(file.lengthBytes);
  const start = head.requiredAddress('the names of a group');
  const { bytes } = file.fields(start, size, 'heap of names');
  return (offset) => {
    const end = offset < size ? bytes.indexOf(0, offset) : -1;
    const place = file.base + start + offset;
    if (end < 0) throw damaged(place, `a name at ${offset} in a heap of ${size} bytes`);
    return textOf(bytes.subarray(offset, end), place);
  };
}
