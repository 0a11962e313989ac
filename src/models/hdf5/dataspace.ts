import { damaged, type Fields, notRead } from './file-bytes.js';

/** How long the sides of an array are, and how far they may grow. */
export interface Dataspace {
  /** null: there are no elements at all. */
  readonly shape: readonly number[] | null;
  /** null: no limit. */
  readonly most: readonly (number | null)[];
}

/** numpy's own limit. */
const MOST_AXES = 32;
const HAS_MOST = 1;
const HAS_ORDER = 2;

/** Source: HDF5 File Format Specification 3.0, IV.A.2.b. @throws CnnvizError 'format' or 'unsupported' */
export function readDataspace(fields: Fields): Dataspace {
  const place = fields.place;
  const version = fields.u8();
  if (version !== 1 && version !== 2) throw notRead(place, `a dataspace of version ${version}: expected 1 or 2`);
  const [rank, flags, kind] = [fields.u8(), fields.u8(), fields.u8()];
  if (rank > MOST_AXES) throw damaged(place, `an array of ${rank} axes: expected at most ${MOST_AXES}`);
  if (version === 1) {
    fields.skip(4);
    if (flags & HAS_ORDER) throw notRead(place, 'axes in another order');
  } else if (kind > 2 || (kind !== 1 && rank > 0)) {
    throw damaged(place, `a dataspace of kind ${kind} with ${rank} axes`);
  }
  if (version === 2 && kind === 2) return { shape: null, most: [] };
  const shape = Array.from({ length: rank }, () => fields.length());
  const most = flags & HAS_MOST ? shape.map(() => mostOf(fields)) : shape;
  for (const [axis, side] of shape.entries()) {
    const limit = most[axis];
    if (limit !== null && side > limit) throw damaged(place, `a side of ${side} that may be ${limit} at most`);
  }
  if (!Number.isSafeInteger(shape.reduce((product, side) => product * Math.max(1, side), 1))) {
    throw damaged(place, `an array of [${shape.join(', ')}]: more elements than can be counted`);
  }
  return { shape, most };
}

function mostOf(fields: Fields): number | null {
  const { lengthBytes } = fields.file;
  const start = fields.at;
  if (fields.part(lengthBytes).bytes.every((byte) => byte === 255)) return null;
  fields.at = start;
  return fields.length();
}

/** How many elements there are. */
export function elementsOf({ shape }: Dataspace): number {
  return shape === null ? 0 : shape.reduce((product, side) => product * side, 1);
}
