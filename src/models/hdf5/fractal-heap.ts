import { damaged, Fields, type FileBytes, notRead } from './file-bytes.js';

const CHECKS_BLOCKS = 2;
const MANAGED = 0;
const HUGE = 1;
const TINY = 2;

/** Gives what lies in a heap under an id. */
export type HeapObjects = (id: Fields) => Fields;

/** A block of a heap's numbers: from `start` on in the heap, its bytes. */
interface Direct {
  readonly start: number;
  readonly fields: Fields;
}

/** A heap holds no more blocks than this. */
const MOST_BLOCKS = 100_000;

/**
 * A heap of links or attributes that are too many for their object's header. Its blocks are read together, checked.
 * Source: HDF5 File Format Specification 3.0, III.G
 * @throws CnnvizError 'format' or 'unsupported'
 */
export function readFractalHeap(file: FileBytes, address: number): HeapObjects {
  const heap = readHead(file, address);
  const blocks: Direct[] = [];
  if (heap.root !== null) {
    if (heap.rootRows === 0) blocks.push(readDirect(file, heap, heap.root, 0, heap.startBytes));
    else readIndirect(file, heap, heap.root, 0, heap.rootRows, blocks);
  }
  return (id) => {
    const place = id.place;
    const first = id.u8();
    const kind = (first >> 4) & 3;
    if (first >> 6 !== 0) throw damaged(place, `an id of version ${first >> 6}`);
    if (kind === TINY) return id.part((first & 15) + 1);
    if (kind === HUGE) throw notRead(place, 'an attribute or a link that is larger than a block of its heap');
    if (kind !== MANAGED) throw damaged(place, `an id of kind ${kind}`);
    const offset = id.whole(heap.offsetBytes);
    const length = id.whole(heap.sizeBytes);
    const block = blocks.find(({ start, fields }) => offset >= start && offset < start + fields.bytes.length);
    if (!block || offset + length > block.start + block.fields.bytes.length || offset < block.start + heap.blockHead) {
      throw damaged(place, `an id of ${length} bytes at ${offset} of its heap: there are none`);
    }
    const from = offset - block.start;
    return new Fields(file, block.fields.bytes.subarray(from, from + length), block.fields.address + from);
  };
}

interface Heap {
  readonly address: number;
  /** Bytes of an offset in the heap, and of a length. */
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  readonly checksBlocks: boolean;
  /** Bytes before what a direct block holds. */
  readonly blockHead: number;
  readonly width: number;
  readonly startBytes: number;
  readonly directRows: number;
  readonly root: number | null;
  /** 0: the root is a direct block. */
  readonly rootRows: number;
}

function readHead(file: FileBytes, address: number): Heap {
  const { offsetBytes: O, lengthBytes: L } = file;
  const fields = file.fields(address, 26 + 12 * L + 3 * O, 'heap');
  fields.expect('FRHP');
  fields.expectByte(0, 'a heap of version');
  const place = fields.place;
  fields.skip(2);
  if (fields.u16() !== 0) throw notRead(place, 'a heap that is packed');
  const checksBlocks = (fields.u8() & CHECKS_BLOCKS) !== 0;
  const mostManaged = fields.u32();
  fields.skip(L + O + L + O + 8 * L);
  const width = fields.u16();
  const [startBytes, mostDirect] = [fields.length(), fields.length()];
  const bits = fields.u16();
  fields.skip(2);
  const root = fields.addressOrNone();
  const rootRows = fields.u16();
  fields.checkSum();
  const isPower = (value: number) => value > 0 && Number.isInteger(Math.log2(value));
  if (!isPower(width) || !isPower(startBytes) || !isPower(mostDirect) || mostDirect < startBytes || bits > 52) {
    throw damaged(place, `a heap of blocks of ${startBytes} … ${mostDirect} bytes, ${width} in a row, ${bits} bits`);
  }
  const offsetBytes = Math.ceil(bits / 8);
  return {
    address,
    offsetBytes,
    sizeBytes: Math.floor(Math.log2(Math.max(1, Math.min(mostDirect, mostManaged))) / 8) + 1,
    checksBlocks,
    blockHead: 5 + O + offsetBytes + (checksBlocks ? 4 : 0),
    width,
    startBytes,
    directRows: Math.log2(mostDirect) - Math.log2(startBytes) + 2,
    root,
    rootRows,
  };
}

function readDirect(file: FileBytes, heap: Heap, address: number, start: number, size: number): Direct {
  const fields = file.fields(address, size, 'block of a heap');
  checkBlock(fields, 'FHDB', heap, start);
  if (heap.checksBlocks) fields.checkInnerSum();
  return { start, fields };
}

function checkBlock(fields: Fields, signature: string, heap: Heap, start: number): void {
  fields.expect(signature);
  fields.expectByte(0, 'a block of version');
  const place = fields.place;
  if (fields.requiredAddress('the heap of a block') !== heap.address) throw damaged(place, 'a block of another heap');
  const told = fields.whole(heap.offsetBytes);
  if (told !== start) throw damaged(place, `a block at ${told} of its heap: expected ${start}`);
}

/** Blocks of a row: the first two rows have the smallest, each after them twice as large ones. */
function rowBytes({ startBytes }: Heap, row: number): number {
  return row === 0 ? startBytes : startBytes * 2 ** (row - 1);
}

function readIndirect(
  file: FileBytes,
  heap: Heap,
  address: number,
  from: number,
  rows: number,
  blocks: Direct[],
): void {
  const { width, directRows, offsetBytes } = heap;
  const size = 5 + file.offsetBytes + offsetBytes + rows * width * file.offsetBytes + 4;
  const fields = file.fields(address, size, 'block of a heap');
  checkBlock(fields, 'FHIB', heap, from);
  let start = from;
  const inner: { address: number; start: number; rows: number }[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < width; column++, start += rowBytes(heap, row)) {
      const child = fields.addressOrNone();
      if (child === null) continue;
      if (row < directRows) blocks.push(readDirect(file, heap, child, start, rowBytes(heap, row)));
      else inner.push({ address: child, start, rows: rowsWithin(heap, row) });
      if (blocks.length + inner.length > MOST_BLOCKS) throw damaged(fields.place, `more than ${MOST_BLOCKS} blocks`);
    }
  }
  fields.checkSum();
  for (const child of inner) {
    if (child.rows >= rows) throw damaged(file.base + child.address, 'a heap whose blocks do not get smaller');
    readIndirect(file, heap, child.address, child.start, child.rows, blocks);
  }
}

/** Rows of an indirect block that stands in a row. Source: HDF5's H5HFdtable.c, H5HF__dtable_size_to_rows */
function rowsWithin(heap: Heap, row: number): number {
  return Math.log2(rowBytes(heap, row)) - Math.log2(heap.startBytes * heap.width) + 1;
}
