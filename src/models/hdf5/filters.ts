import { CnnvizError } from '../../core/errors.js';
import { unzlib } from '../weights/zlib.js';
import { damaged, type Fields, notRead } from './file-bytes.js';

/** One way in which chunks are packed. */
export interface Filter {
  readonly kind: 'gzip' | 'shuffle' | 'fletcher32';
  /** Bytes of an element: shuffle's only. */
  readonly itemBytes: number;
}

const GZIP = 1;
const SHUFFLE = 2;
const FLETCHER32 = 3;
const OTHERS: Readonly<Record<number, string>> = {
  4: 'szip',
  5: 'nbit',
  6: 'scale-offset',
  32000: 'lzf',
  32001: 'blosc',
  32004: 'lz4',
  32008: 'bitshuffle',
  32015: 'zstd',
};
const NAMED_FROM = 256;
const MOST_FILTERS = 32;

/** In the order in which they were applied. Source: HDF5 specification 3.0, IV.A.2.l. @throws CnnvizError */
export function readFilters(fields: Fields): readonly Filter[] {
  const place = fields.place;
  const version = fields.u8();
  if (version !== 1 && version !== 2) throw notRead(place, `filters of version ${version}: expected 1 or 2`);
  const count = fields.u8();
  if (count > MOST_FILTERS) throw damaged(place, `${count} filters: expected at most ${MOST_FILTERS}`);
  if (version === 1) fields.skip(6);
  return Array.from({ length: count }, () => readFilter(fields, version));
}

function readFilter(fields: Fields, version: number): Filter {
  const place = fields.place;
  const id = fields.u16();
  const nameBytes = version === 1 || id >= NAMED_FROM ? fields.u16() : 0;
  fields.skip(2);
  const values = fields.u16();
  fields.skip(version === 1 ? Math.ceil(nameBytes / 8) * 8 : nameBytes);
  const facts = Array.from({ length: Math.min(values, fields.left / 4) }, () => fields.u32());
  if (version === 1 && values % 2 === 1) fields.skip(4);
  if (id === GZIP) return { kind: 'gzip', itemBytes: 1 };
  if (id === FLETCHER32) return { kind: 'fletcher32', itemBytes: 1 };
  if (id !== SHUFFLE) throw packedOtherwise(place, OTHERS[id] ?? `filter ${id}`);
  if (!facts[0]) throw damaged(place, 'shuffled elements of an unknown length');
  return { kind: 'shuffle', itemBytes: facts[0] };
}

function packedOtherwise(place: number, name: string): CnnvizError {
  return new CnnvizError('unsupported', `HDF5 file: byte ${place}: an array packed by ${name}`, {
    fix: 'save it packed by gzip or not at all: h5py: create_dataset(…, compression="gzip")',
  });
}

/**
 * A chunk as it was before it was packed. `mask`: filters that were left out of this chunk, by their bits.
 * @throws CnnvizError 'format' when it is not `size` bytes, or does not fit its checksum
 */
export function unpackChunk(
  packed: Uint8Array,
  filters: readonly Filter[],
  mask: number,
  size: number,
  place: number,
): Uint8Array {
  let bytes = packed;
  for (let i = filters.length - 1; i >= 0; i--) {
    const { kind, itemBytes } = filters[i];
    if (mask & (1 << i)) continue;
    // whatever was applied before this one and adds bytes is a checksum
    const inner = filters.slice(0, i).filter((one, k) => one.kind === 'fletcher32' && !(mask & (1 << k))).length;
    if (kind === 'fletcher32') bytes = checked(bytes, place);
    else if (kind === 'gzip') bytes = unzlib(bytes, size + 4 * inner);
    else bytes = unshuffled(bytes, itemBytes);
  }
  if (bytes.length !== size) throw damaged(place, `a chunk of ${bytes.length} bytes: expected ${size}`);
  return bytes;
}

/** First all first bytes, then all second ones, …; what is left over stands at the end as it was. */
function unshuffled(bytes: Uint8Array, itemBytes: number): Uint8Array {
  const count = Math.floor(bytes.length / itemBytes);
  const out = Uint8Array.from(bytes);
  for (let byte = 0; byte < itemBytes; byte++) {
    for (let i = 0, from = byte * count, to = byte; i < count; i++, to += itemBytes) out[to] = bytes[from + i];
  }
  return out;
}

/** So many bytes are summed before the remainder is taken: the sums stay exact. */
const BEFORE_REMAINDER = 4096;

/** Without the checksum at its end. Source: HDF5's H5checksum.c, H5_checksum_fletcher32: pairs of bytes, the first one high */
function checked(bytes: Uint8Array, place: number): Uint8Array {
  const size = bytes.length - 4;
  if (size < 0) throw damaged(place, 'a chunk that is shorter than its checksum');
  let [low, high] = [0, 0];
  for (let start = 0; start < size; start += BEFORE_REMAINDER) {
    const end = Math.min(size, start + BEFORE_REMAINDER);
    for (let i = start; i < end; i += 2) {
      // an odd last byte is the upper half of a pair
      low += (bytes[i] << 8) | (i + 1 < size ? bytes[i + 1] : 0);
      high += low;
    }
    low %= 65_535;
    high %= 65_535;
  }
  const told = bytes[size] | (bytes[size + 1] << 8) | (bytes[size + 2] << 16) | (bytes[size + 3] << 24);
  const [toldLow, toldHigh] = [(told & 0xffff) % 65_535, (told >>> 16) % 65_535];
  if (toldLow !== low || toldHigh !== high) throw damaged(place, 'a chunk that does not fit its checksum');
  return bytes.subarray(0, size);
}
