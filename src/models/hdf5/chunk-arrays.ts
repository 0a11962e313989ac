import type { Chunk, Grid } from './chunk-grid.js';
import { damaged, type Fields, type FileBytes } from './file-bytes.js';

/** The place of a chunk in the file, its size and its filters' bits; null: it was never written. */
type Entry = Pick<Chunk, 'address' | 'size' | 'mask'> | null;

/**
 * Chunks whose places stand in an array, by their number. In an extensible array the axis without limit counts slowest.
 * Source: HDF5 File Format Specification 3.0, VII.B … VII.D
 * @throws CnnvizError 'format'
 */
export function readChunkArray(
  file: FileBytes,
  kind: 'implicit' | 'fixed array' | 'extensible array',
  address: number,
  sizes: Grid,
): readonly Chunk[] {
  const { grid, mostGrid, chunkBytes } = sizes;
  const open = kind === 'extensible array' ? mostGrid.indexOf(null) : -1;
  const place = file.base + address;
  if (mostGrid.some((side, axis) => side === null && axis !== open)) {
    throw damaged(place, `chunks in ${kind === 'implicit' ? 'a row' : `a ${kind}`}, and axes without a limit`);
  }
  const order = open > 0 ? [open, ...grid.keys()].filter((axis, i, all) => all.indexOf(axis) === i) : [...grid.keys()];
  const count = grid.reduce((product, side) => product * side, 1);
  if (count === 0) return [];
  const placeOf = (number: number): number[] | null => {
    const found = grid.map(() => 0);
    let rest = number;
    for (const axis of [...order].reverse()) {
      const side = axis === order[0] ? Number.POSITIVE_INFINITY : (mostGrid[axis] ?? grid[axis]);
      found[axis] = side === Number.POSITIVE_INFINITY ? rest : rest % side;
      rest = side === Number.POSITIVE_INFINITY ? 0 : Math.floor(rest / side);
    }
    return found.every((one, axis) => one < grid[axis]) ? found : null;
  };
  if (kind === 'implicit') {
    const slots = mostGrid.reduce<number>((product, side) => product * (side ?? 1), 1);
    file.check(address, slots * chunkBytes, 'chunks in a row');
    return listed(slots, placeOf, (i) => ({ address: address + i * chunkBytes, size: chunkBytes, mask: 0 }));
  }
  const entries =
    kind === 'fixed array' ? readFixedArray(file, address, sizes) : readExtensibleArray(file, address, sizes);
  return listed(entries.length, placeOf, (i) => entries[i]);
}

function listed(count: number, placeOf: (i: number) => number[] | null, entryOf: (i: number) => Entry): Chunk[] {
  const chunks: Chunk[] = [];
  for (let i = 0; i < count; i++) {
    const entry = entryOf(i);
    const place = entry && placeOf(i);
    if (entry && place) chunks.push({ ...entry, place });
  }
  return chunks;
}

/** Reads `count` entries, each an address, and a size and bits of filters where chunks are packed. */
function readEntries(fields: Fields, count: number, entryBytes: number, { isPacked, chunkBytes }: Grid): Entry[] {
  return Array.from({ length: count }, () => {
    const one = fields.part(entryBytes);
    const address = one.addressOrNone();
    if (!isPacked) return address === null ? null : { address, size: chunkBytes, mask: 0 };
    const size = one.whole(one.left - 4);
    return address === null ? null : { address, size, mask: one.u32() };
  });
}

/** @throws CnnvizError 'format' unless an entry has room for what it holds */
function checkEntry(fields: Fields, client: number, entryBytes: number, { isPacked }: Grid): void {
  const { offsetBytes } = fields.file;
  const fits = isPacked ? entryBytes > offsetBytes + 4 && entryBytes <= offsetBytes + 12 : entryBytes === offsetBytes;
  if (client !== (isPacked ? 1 : 0) || !fits) {
    throw damaged(fields.place, `chunks of kind ${client}, in entries of ${entryBytes} bytes`);
  }
}

function readFixedArray(file: FileBytes, address: number, sizes: Grid): readonly Entry[] {
  const head = file.fields(address, 12 + file.lengthBytes + file.offsetBytes, 'array of chunks');
  head.expect('FAHD');
  head.expectByte(0, 'an array of chunks of version');
  const [client, entryBytes, pageBits] = [head.u8(), head.u8(), head.u8()];
  const count = head.length();
  const start = head.addressOrNone();
  head.checkSum();
  checkEntry(head, client, entryBytes, sizes);
  if (start === null) return [];
  const perPage = 2 ** pageBits;
  const pages = count > perPage ? Math.ceil(count / perPage) : 0;
  const ownBytes = pages > 0 ? Math.ceil(pages / 8) : count * entryBytes;
  const headBytes = 6 + file.offsetBytes;
  const block = file.fields(start, headBytes + ownBytes + 4, 'array of chunks');
  block.expect('FADB');
  block.expectByte(0, 'an array of chunks of version');
  block.expectByte(client, 'chunks of kind');
  if (block.requiredAddress('an array of chunks') !== address) throw damaged(block.place, 'a block of another array');
  if (pages === 0) {
    const entries = readEntries(block, count, entryBytes, sizes);
    block.checkSum();
    return entries;
  }
  const isUsed = block.part(ownBytes).bytes;
  block.checkSum();
  file.check(start + headBytes + ownBytes + 4, count * entryBytes, 'pages of an array of chunks');
  return readPages(file, start + headBytes + ownBytes + 4, { count, perPage, entryBytes, isUsed, firstBit: 0 }, sizes);
}

interface Pages {
  readonly count: number;
  readonly perPage: number;
  readonly entryBytes: number;
  /** A bit for each page, the highest of a byte first: whether it was ever written. */
  readonly isUsed: Uint8Array;
  readonly firstBit: number;
}

function readPages(file: FileBytes, from: number, pages: Pages, sizes: Grid): Entry[] {
  const { count, perPage, entryBytes, isUsed, firstBit } = pages;
  const entries: Entry[] = [];
  for (let page = 0, at = from; page * perPage < count; page++) {
    const held = Math.min(perPage, count - page * perPage);
    const bit = firstBit + page;
    if (isUsed[bit >> 3] & (0x80 >> (bit & 7))) {
      const fields = file.fields(at, held * entryBytes + 4, 'page of chunks');
      for (const entry of readEntries(fields, held, entryBytes, sizes)) entries.push(entry);
      fields.checkSum();
    } else {
      file.check(at, held * entryBytes + 4, 'page of chunks');
      for (let i = 0; i < held; i++) entries.push(null);
    }
    at += held * entryBytes + 4;
  }
  return entries;
}

/** Sizes of an extensible array. Source: HDF5's H5EA.c, H5EAhdr.c (H5EA__hdr_init) */
interface Extensible {
  readonly address: number;
  readonly client: number;
  readonly entryBytes: number;
  /** Bytes of an entry's number. */
  readonly numberBytes: number;
  readonly perPage: number;
  /** How many entries were ever set. */
  readonly set: number;
}

function readExtensibleArray(file: FileBytes, address: number, sizes: Grid): readonly Entry[] {
  const { offsetBytes: O, lengthBytes: L } = file;
  const head = file.fields(address, 16 + 6 * L + O, 'array of chunks');
  head.expect('EAHD');
  head.expectByte(0, 'an array of chunks of version');
  const place = head.place;
  const [client, entryBytes, bits, inIndex, least, leastBlocks, pageBits] = Array.from({ length: 7 }, () => head.u8());
  head.skip(4 * L);
  const set = head.length();
  head.skip(L);
  const start = head.addressOrNone();
  head.checkSum();
  checkEntry(head, client, entryBytes, sizes);
  const isPower = (value: number) => value > 0 && Number.isInteger(Math.log2(value));
  if (!isPower(least) || !isPower(leastBlocks) || bits > 52 || pageBits > 31 || 2 ** bits < least) {
    throw damaged(place, `an array of ${bits} bits, blocks of ${least}, ${leastBlocks} in the first`);
  }
  if (start === null) return [];
  const array: Extensible = {
    address,
    client,
    entryBytes,
    numberBytes: Math.ceil(bits / 8),
    perPage: 2 ** pageBits,
    set,
  };
  // groups of data blocks: 1, 1, 2, 2, 4, 4 … blocks, each pair with twice as long ones
  const groups = Array.from({ length: 1 + bits - Math.log2(least) }, (_, i) => ({
    blocks: 2 ** Math.floor(i / 2),
    held: least * 2 ** Math.floor((i + 1) / 2),
  }));
  const inIndexGroups = Math.min(groups.length, 2 * Math.log2(leastBlocks));
  const direct = groups.slice(0, inIndexGroups).flatMap(({ blocks, held }) => new Array<number>(blocks).fill(held));
  const outer = groups.slice(inIndexGroups);
  const indexBytes = 6 + O + inIndex * entryBytes + (direct.length + outer.length) * O + 4;
  const index = file.fields(start, indexBytes, 'array of chunks');
  startBlock(index, 'EAIB', array);
  const entries = readEntries(index, inIndex, entryBytes, sizes);
  const blockAddresses = direct.map(() => index.addressOrNone());
  const groupAddresses = outer.map(() => index.addressOrNone());
  index.checkSum();
  for (const [i, held] of direct.entries()) addBlock(file, array, blockAddresses[i], held, entries, sizes, null);
  for (const [i, group] of outer.entries()) addGroup(file, array, groupAddresses[i], group, entries, sizes);
  return entries;
}

function startBlock(fields: Fields, signature: string, array: Extensible): void {
  fields.expect(signature);
  fields.expectByte(0, 'an array of chunks of version');
  fields.expectByte(array.client, 'chunks of kind');
  const place = fields.place;
  if (fields.requiredAddress('an array of chunks') !== array.address) throw damaged(place, 'a block of another array');
}

/** Entries that were never set are not listed: their number is bounded by what was. */
function addNone(array: Extensible, held: number, entries: Entry[]): void {
  const count = Math.min(held, array.set - entries.length);
  for (let i = 0; i < count; i++) entries.push(null);
}

/** `pages`: which pages of a block in pages were written. */
function addBlock(
  file: FileBytes,
  array: Extensible,
  address: number | null,
  held: number,
  entries: Entry[],
  sizes: Grid,
  pages: { readonly isUsed: Uint8Array; readonly firstBit: number } | null,
): void {
  if (address === null) {
    addNone(array, held, entries);
    return;
  }
  const headBytes = 6 + file.offsetBytes + array.numberBytes;
  const isPaged = held > array.perPage;
  const block = file.fields(address, headBytes + (isPaged ? 0 : held * array.entryBytes) + 4, 'block of chunks');
  startBlock(block, 'EADB', array);
  block.skip(array.numberBytes);
  const own = isPaged ? [] : readEntries(block, held, array.entryBytes, sizes);
  block.checkSum();
  if (isPaged) {
    if (!pages) throw damaged(file.base + address, 'a block in pages that nothing tells of');
    file.check(address + headBytes + 4, held * array.entryBytes, 'pages of chunks');
    const { perPage, entryBytes } = array;
    own.push(...readPages(file, address + headBytes + 4, { count: held, perPage, entryBytes, ...pages }, sizes));
  }
  for (const entry of own) entries.push(entry);
}

function addGroup(
  file: FileBytes,
  array: Extensible,
  address: number | null,
  { blocks, held }: { readonly blocks: number; readonly held: number },
  entries: Entry[],
  sizes: Grid,
): void {
  if (address === null) {
    addNone(array, blocks * held, entries);
    return;
  }
  const pagesEach = held > array.perPage ? held / array.perPage : 0;
  const bitBytes = Math.ceil(pagesEach / 8);
  const size = 6 + file.offsetBytes + array.numberBytes + blocks * (bitBytes + file.offsetBytes) + 4;
  const group = file.fields(address, size, 'group of blocks of chunks');
  startBlock(group, 'EASB', array);
  group.skip(array.numberBytes);
  const isUsed = group.part(blocks * bitBytes).bytes;
  const addresses = Array.from({ length: blocks }, () => group.addressOrNone());
  group.checkSum();
  for (const [i, block] of addresses.entries()) {
    addBlock(file, array, block, held, entries, sizes, { isUsed, firstBit: i * pagesEach });
  }
}
