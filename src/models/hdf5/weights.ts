import { atPlace, CnnvizError } from '../../core/errors.js';
import { loadStored, loadStoredInto, STORED_TYPES } from '../weights/float-types.js';
import type { StoredType, WeightTensor } from '../weights/weight-file.js';
import { damaged } from './file-bytes.js';
import type { Hdf5Array, Hdf5Group } from './hdf5-file.js';

/** An array of numbers as a checkpoint's: read when asked for, straight from the file where it lies in one piece. @throws CnnvizError */
export function weightOf(array: Hdf5Array, name: string): WeightTensor {
  const { shape, datatype, open } = array;
  const stored = storedOf(array);
  const littleEndian = datatype.kind !== 'number' || datatype.littleEndian;
  const { dtype, itemBytes } = STORED_TYPES[stored];
  const count = shape.reduce((product, side) => product * side, 1);
  const told = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      throw atPlace(`array "${name}"`, error);
    }
  };
  return {
    name,
    stored,
    dtype,
    shape,
    bytes: count * itemBytes,
    load: () => told(() => ({ dtype, shape, data: loadStored(open(), 0, count, stored, { littleEndian }) })),
    loadInto: (target) => told(() => loadStoredInto(open(), 0, stored, target, { littleEndian })),
  };
}

/** Keras writes a bfloat16 as two bytes that mean nothing, and says so beside it. */
function storedOf({ path, datatype, texts }: Hdf5Array): StoredType {
  if (datatype.kind === 'number') return datatype.stored;
  if (datatype.kind === 'bytes' && datatype.size === 2 && texts('dtype')?.[0] === 'bfloat16') return 'bfloat16';
  const what = datatype.kind === 'other' ? datatype.what : datatype.kind === 'bytes' ? 'bare bytes' : 'texts';
  throw new CnnvizError('unsupported', `${path}: an array of ${what}: expected numbers`, {
    fix: 'save it as float32: h5py: create_dataset(…, dtype="f4")',
  });
}

/** Whether an array holds numbers that are read. */
export function isNumbers(array: Hdf5Array): boolean {
  const { datatype, texts } = array;
  return datatype.kind === 'number' || (datatype.kind === 'bytes' && datatype.size === 2 && texts('dtype') !== null);
}

/** More objects than any model has. */
const MOST_OBJECTS = 100_000;

/**
 * All arrays within a group, in the order of the file. `skips`: groups that are left out, by their paths.
 * @throws CnnvizError 'format' for a group that is reached twice, and for arrays that lie over each other
 */
export function arraysWithin(group: Hdf5Group, skips: (path: string) => boolean = () => false): readonly Hdf5Array[] {
  const arrays: Hdf5Array[] = [];
  const seen = new Set<number>();
  let objects = 0;
  const visit = (parent: Hdf5Group): void => {
    for (const name of parent.names) {
      if (skips(`${parent.path}/${name}`)) continue;
      const found = parent.open(name);
      if (found === null) continue;
      if (++objects > MOST_OBJECTS) throw damaged(0, `more than ${MOST_OBJECTS} groups and arrays`);
      if (found.kind === 'array') arrays.push(found);
      else if (seen.has(found.address)) throw damaged(found.address, `${found.path}: a group with two names`);
      else {
        seen.add(found.address);
        visit(found);
      }
    }
  };
  visit(group);
  refuseOverlaps(arrays);
  return arrays;
}

/** An array with two names may lie where it lies; two arrays may not. */
function refuseOverlaps(arrays: readonly Hdf5Array[]): void {
  const byAddress = new Map(arrays.map((array) => [array.address, array]));
  const spans = [...byAddress.values()].flatMap(({ path, spans }) =>
    spans.map(([from, length]) => ({ path, from, end: from + length })),
  );
  spans.sort((a, b) => a.from - b.from);
  for (let i = 1; i < spans.length; i++) {
    const [before, after] = [spans[i - 1], spans[i]];
    if (after.from < before.end) throw damaged(after.from, `${before.path} and ${after.path} overlap`);
  }
}
