import { damaged, type Fields, type FileBytes } from './file-bytes.js';

const NODE_HEAD = 6;
const CHECKSUM = 4;
const MOST_DEPTH = 32;

/** How many bytes the numbers up to one take. */
function bytesFor(most: number): number {
  return Math.floor(Math.log2(Math.max(1, most)) / 8) + 1;
}

/**
 * The records of a tree of version 2, in order. `kind`: what its records are about.
 * Source: HDF5 File Format Specification 3.0, III.A.2; sizes of pointers: HDF5's H5B2hdr.c, H5B2__hdr_init
 * @throws CnnvizError 'format', also for a node that is there twice
 */
export function readNewTree(file: FileBytes, address: number, kind: number): readonly Fields[] {
  const head = file.fields(address, 22 + file.offsetBytes + file.lengthBytes, 'tree');
  head.expect('BTHD');
  head.expectByte(0, 'a tree of version');
  head.expectByte(kind, 'a tree of kind');
  const place = head.place;
  const [nodeBytes, recordBytes, depth] = [head.u32(), head.u16(), head.u16()];
  head.skip(2);
  const root = head.addressOrNone();
  const rootCount = head.u16();
  const total = head.length();
  head.checkSum();
  if (recordBytes === 0 || nodeBytes < NODE_HEAD + CHECKSUM + recordBytes || depth > MOST_DEPTH) {
    throw damaged(place, `a tree of depth ${depth}, nodes of ${nodeBytes}, records of ${recordBytes} bytes`);
  }
  if (root === null) return [];
  const levels = levelsOf(nodeBytes, recordBytes, depth, file.offsetBytes);
  const records: Fields[] = [];
  const seen = new Set<number>();
  const visit = (node: number, level: number, count: number): void => {
    if (seen.has(node)) throw damaged(file.base + node, 'a tree that holds a node twice');
    seen.add(node);
    const { most, countBytes, totalBytes } = levels[level];
    if (count > most) throw damaged(file.base + node, `a node of ${count} records: expected at most ${most}`);
    const pointerBytes = level === 0 ? 0 : file.offsetBytes + countBytes + totalBytes;
    const used = NODE_HEAD + count * recordBytes + (level === 0 ? 0 : (count + 1) * pointerBytes);
    const fields = file.fields(node, used + CHECKSUM, 'node of a tree');
    fields.expect(level === 0 ? 'BTLF' : 'BTIN');
    fields.expectByte(0, 'a node of version');
    fields.expectByte(kind, 'a node of kind');
    const own = Array.from({ length: count }, () => fields.part(recordBytes));
    const children = Array.from({ length: level === 0 ? 0 : count + 1 }, () => {
      const child = fields.requiredAddress('a node of a tree');
      const held = fields.whole(countBytes);
      fields.skip(totalBytes);
      return { child, held };
    });
    fields.checkSum();
    for (let i = 0; i < count; i++) {
      if (level > 0) visit(children[i].child, level - 1, children[i].held);
      records.push(own[i]);
    }
    if (level > 0) visit(children[count].child, level - 1, children[count].held);
  };
  visit(root, depth, rootCount);
  if (records.length !== total) throw damaged(place, `a tree of ${records.length} records: ${total} are told`);
  return records;
}

interface Level {
  /** Records of a node. */
  readonly most: number;
  /** Bytes of a count of records in a child, and of a count of all below it. */
  readonly countBytes: number;
  readonly totalBytes: number;
}

/** From the leaves on. */
function levelsOf(nodeBytes: number, recordBytes: number, depth: number, offsetBytes: number): Level[] {
  const leaf = Math.floor((nodeBytes - NODE_HEAD - CHECKSUM) / recordBytes);
  const levels: Level[] = [{ most: leaf, countBytes: 0, totalBytes: 0 }];
  const countBytes = bytesFor(leaf);
  let below = leaf;
  for (let level = 1; level <= depth; level++) {
    const totalBytes = level === 1 ? 0 : bytesFor(below);
    const pointerBytes = offsetBytes + countBytes + totalBytes;
    const most = Math.max(
      0,
      Math.floor((nodeBytes - NODE_HEAD - CHECKSUM - pointerBytes) / (recordBytes + pointerBytes)),
    );
    levels.push({ most, countBytes, totalBytes });
    below = Math.min(Number.MAX_SAFE_INTEGER, (most + 1) * below + most);
  }
  return levels;
}
