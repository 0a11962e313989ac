import { readChunkArray } from './chunk-arrays.js';
import type { Chunk, Grid } from './chunk-grid.js';
import type { Dataspace } from './dataspace.js';
import { damaged, type Fields, type FileBytes } from './file-bytes.js';
import type { Filter } from './filters.js';
import type { Layout } from './layout.js';
import { readOldTree } from './tree-v1.js';
import { readNewTree } from './tree-v2.js';

export type Chunked = Extract<Layout, { kind: 'chunked' }>;

/** The chunks of an array in the order of its index, checked: within the array, within the file, none twice. */
export function readChunks(
  file: FileBytes,
  layout: Chunked,
  { shape, most }: Dataspace,
  filters: readonly Filter[],
  place: number,
): readonly Chunk[] {
  if (layout.address === null || shape === null) return [];
  if (layout.chunk.length !== shape.length) {
    throw damaged(place, `chunks of ${layout.chunk.length} axes in an array of ${shape.length}`);
  }
  const chunkBytes = layout.chunk.reduce((product, side) => product * side, layout.itemBytes);
  if (!Number.isSafeInteger(chunkBytes)) throw damaged(place, `chunks of [${layout.chunk.join(', ')}]`);
  const grid = shape.map((side, axis) => Math.ceil(side / layout.chunk[axis]));
  const mostGrid = most.map((side, axis) => (side === null ? null : Math.ceil(side / layout.chunk[axis])));
  const chunks = chunksOf(file, layout, layout.address, { grid, mostGrid, chunkBytes, isPacked: filters.length > 0 });
  check(file, chunks, grid, filters.length > 0 ? null : chunkBytes);
  return chunks;
}

function chunksOf(file: FileBytes, layout: Chunked, address: number, sizes: Grid): readonly Chunk[] {
  const { index } = layout;
  const { grid, chunkBytes, isPacked } = sizes;
  switch (index.kind) {
    case 'old tree':
      return oldTreeChunks(file, layout, address);
    case 'new tree':
      return newTreeChunks(file, address, sizes);
    case 'single': {
      const { size, mask } = index.packed ?? { size: chunkBytes, mask: 0 };
      if (isPacked !== (index.packed !== null))
        throw damaged(file.base + address, 'a chunk whose filters are not told');
      return [{ place: grid.map(() => 0), address, size, mask }];
    }
    default:
      return readChunkArray(file, index.kind, address, sizes);
  }
}

function oldTreeChunks(file: FileBytes, { chunk, itemBytes }: Chunked, address: number): readonly Chunk[] {
  const readKey = (fields: Fields) => {
    const [size, mask] = [fields.u32(), fields.u32()];
    const at = fields.place;
    const place = chunk.map((side) => {
      const start = fields.whole(8);
      if (start % side !== 0) throw damaged(at, `a chunk that begins at ${start}: expected a multiple of ${side}`);
      return start / side;
    });
    return { size, mask, place };
  };
  if (itemBytes <= 0) return [];
  const keyBytes = 8 + 8 * (chunk.length + 1);
  return readOldTree(file, address, { kind: 1, keyBytes, readKey }).map(({ key, address }) => ({ ...key, address }));
}

const BARE_RECORDS = 10;
const PACKED_RECORDS = 11;

function newTreeChunks(file: FileBytes, address: number, { grid, chunkBytes, isPacked }: Grid): readonly Chunk[] {
  const records = readNewTree(file, address, isPacked ? PACKED_RECORDS : BARE_RECORDS);
  return records.map((record) => {
    const at = record.requiredAddress('a chunk');
    const sizeBytes = record.left - 4 - 8 * grid.length;
    if (isPacked && sizeBytes < 1) throw damaged(record.place, 'a chunk without a size');
    const size = isPacked ? record.whole(sizeBytes) : chunkBytes;
    const mask = isPacked ? record.u32() : 0;
    return { place: grid.map(() => record.whole(8)), address: at, size, mask };
  });
}

function check(file: FileBytes, chunks: readonly Chunk[], grid: readonly number[], size: number | null): void {
  const seen = new Set<number>();
  for (const chunk of chunks) {
    const at = file.base + chunk.address;
    if (chunk.place.some((one, axis) => one >= grid[axis])) {
      throw damaged(at, `chunk [${chunk.place.join(', ')}] of [${grid.join(', ')}]`);
    }
    const number = chunk.place.reduce((sum, one, axis) => sum * grid[axis] + one, 0);
    if (seen.has(number)) throw damaged(at, `chunk [${chunk.place.join(', ')}] is there twice`);
    seen.add(number);
    if (size !== null && chunk.size !== size) throw damaged(at, `a chunk of ${chunk.size} bytes: expected ${size}`);
    file.check(chunk.address, chunk.size, 'chunk');
  }
}
