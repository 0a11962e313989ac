import { damaged, type Fields, notRead } from './file-bytes.js';

/** Where an array's bytes lie. */
export type Layout =
  | { readonly kind: 'compact'; readonly data: Fields }
  /** address null: nothing was ever written; size: bytes. */
  | { readonly kind: 'contiguous'; readonly address: number | null; readonly size: number }
  | {
      readonly kind: 'chunked';
      /** Sides of a chunk, and the bytes of an element. */
      readonly chunk: readonly number[];
      readonly itemBytes: number;
      readonly index: ChunkIndex;
      readonly address: number | null;
      /** Chunks that reach over the edge are not packed. */
      readonly edgesAreBare: boolean;
    };

/** How the places of chunks are kept. */
export type ChunkIndex =
  | { readonly kind: 'old tree' | 'implicit' | 'fixed array' | 'extensible array' | 'new tree' }
  /** packed null: the only chunk is as it is. */
  | { readonly kind: 'single'; readonly packed: { readonly size: number; readonly mask: number } | null };

const CLASSES = ['compact', 'contiguous', 'chunked'] as const;
const VIRTUAL = 3;
const MOST_AXES = 33;
const EDGES_ARE_BARE = 1;
const SINGLE_IS_PACKED = 2;

/** Source: HDF5 File Format Specification 3.0, IV.A.2.i. @throws CnnvizError 'format' or 'unsupported' */
export function readLayout(fields: Fields): Layout {
  const place = fields.place;
  const version = fields.u8();
  if (version !== 3 && version !== 4) throw notRead(place, `an array's layout of version ${version}: expected 3 or 4`);
  const number = fields.u8();
  if (number === VIRTUAL) throw notRead(place, 'an array that is put together from others (virtual)');
  const kind = CLASSES[number];
  if (kind === undefined) throw damaged(place, `a layout of class ${number}`);
  if (kind === 'compact') return { kind, data: fields.part(fields.u16()) };
  if (kind === 'contiguous') {
    const address = fields.addressOrNone();
    return { kind, address, size: fields.length() };
  }
  return version === 3 ? oldChunks(fields, place) : newChunks(fields, place);
}

function oldChunks(fields: Fields, place: number): Layout {
  const axes = fields.u8();
  const address = fields.addressOrNone();
  return chunkedOf(
    sidesOf(fields, place, axes, 4),
    { index: { kind: 'old tree' }, address, edgesAreBare: false },
    place,
  );
}

type Chunked = Extract<Layout, { kind: 'chunked' }>;

function chunkedOf(
  sides: readonly number[],
  rest: Pick<Chunked, 'index' | 'address' | 'edgesAreBare'>,
  place: number,
): Chunked {
  if (sides.some((side) => side === 0)) throw damaged(place, `chunks of [${sides.join(', ')}]`);
  return { kind: 'chunked', chunk: sides.slice(0, -1), itemBytes: sides[sides.length - 1], ...rest };
}

function sidesOf(fields: Fields, place: number, axes: number, bytes: number): number[] {
  if (axes < 2 || axes > MOST_AXES) throw damaged(place, `chunks of ${axes - 1} axes`);
  return Array.from({ length: axes }, () => fields.whole(bytes));
}

function newChunks(fields: Fields, place: number): Layout {
  const flags = fields.u8();
  const axes = fields.u8();
  const bytes = fields.u8();
  if (bytes < 1 || bytes > 8) throw damaged(place, `sides of ${bytes} bytes`);
  const sides = sidesOf(fields, place, axes, bytes);
  const index = indexOf(fields, flags);
  const address = fields.addressOrNone();
  return chunkedOf(sides, { index, address, edgesAreBare: (flags & EDGES_ARE_BARE) !== 0 }, place);
}

function indexOf(fields: Fields, flags: number): ChunkIndex {
  const place = fields.place;
  const kind = fields.u8();
  switch (kind) {
    case 1: {
      const isPacked = (flags & SINGLE_IS_PACKED) !== 0;
      return { kind: 'single', packed: isPacked ? { size: fields.length(), mask: fields.u32() } : null };
    }
    case 2:
      return { kind: 'implicit' };
    // what the index repeats of itself at its address
    case 3:
      fields.skip(1);
      return { kind: 'fixed array' };
    case 4:
      fields.skip(5);
      return { kind: 'extensible array' };
    case 5:
      fields.skip(6);
      return { kind: 'new tree' };
    default:
      throw damaged(place, `an index of chunks of kind ${kind}`);
  }
}
