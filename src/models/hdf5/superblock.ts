import type { ByteSource } from '../../core/bytes.js';
import { damaged, FileBytes, notRead } from './file-bytes.js';

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
/** Enough of a superblock to tell its version and sizes. */
const LEAST_BYTES = 16;

/** Where the superblock stands: at 0, or behind a user block of 512, 1024, 2048 … bytes; null: this is no HDF5 file. */
export function superblockAt(source: ByteSource): number | null {
  for (let at = 0; at + LEAST_BYTES <= source.size; at = at === 0 ? 512 : at * 2) {
    const start = source.read(at, SIGNATURE.length);
    if (SIGNATURE.every((byte, i) => start[i] === byte)) return at;
  }
  return null;
}

/** A file's bytes, and where the header of its root group lies. */
export interface Superblock {
  readonly file: FileBytes;
  readonly root: number;
}

/**
 * Superblocks of versions 0 and 1 (symbol tables) and of 2 and 3 (checked).
 * Source: HDF5 File Format Specification 3.0, II.A
 * @throws CnnvizError 'format' or 'unsupported'
 */
export function readSuperblock(source: ByteSource): Superblock {
  const base = superblockAt(source);
  if (base === null) throw damaged(0, 'no signature of HDF5');
  const version = source.read(base + 8, 1)[0];
  if (version > 3) throw notRead(base + 8, `a superblock of version ${version}: expected 0 … 3`);
  const sizesAt = base + (version < 2 ? 13 : 9);
  const [offsetBytes, lengthBytes] = source.read(sizesAt, 2);
  for (const size of [offsetBytes, lengthBytes]) {
    if (size !== 4 && size !== 8)
      throw notRead(sizesAt, `addresses of ${offsetBytes}, lengths of ${lengthBytes} bytes`);
  }
  const file = new FileBytes(source, base, offsetBytes, lengthBytes);
  return version < 2 ? readOld(file, version) : readNew(file);
}

function readOld(file: FileBytes, version: number): Superblock {
  const { offsetBytes } = file;
  const start = version === 0 ? 24 : 28;
  const fields = file.fields(0, start + 6 * offsetBytes + 24, 'superblock');
  fields.skip(start);
  const told = fields.whole(offsetBytes);
  fields.skip(offsetBytes);
  checkEnd(file, fields.place, fields.whole(offsetBytes) - told);
  if (fields.addressOrNone() !== null) throw notRead(fields.place, 'a file in parts (a driver of its own)');
  fields.skip(offsetBytes);
  return { file, root: fields.requiredAddress('the root group') };
}

function readNew(file: FileBytes): Superblock {
  const { offsetBytes } = file;
  const fields = file.fields(0, 12 + 4 * offsetBytes + 4, 'superblock');
  fields.skip(12);
  const told = fields.whole(offsetBytes);
  fields.skip(offsetBytes);
  checkEnd(file, fields.place, fields.whole(offsetBytes) - told);
  const root = fields.requiredAddress('the root group');
  fields.checkSum();
  return { file, root };
}

/** `length`: from the superblock to the end, as the file tells it. What is missing there was cut off. */
function checkEnd(file: FileBytes, place: number, length: number): void {
  const { size } = file.source;
  if (length > size) throw damaged(place, `${length} bytes from the superblock on, of which ${size} are there`);
}
