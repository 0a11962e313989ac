import type { ByteSource } from '../../core/bytes.js';
import { atPlace, CnnvizError } from '../../core/errors.js';
import { isNpy, type NpyDtype, npyToValue, readNpy, readNpyHeader } from '../npy.js';
import { loadStored, loadStoredInto, partsStored, STORED_TYPES } from './float-types.js';
import type { StoredType, WeightFile, WeightReader, WeightTensor } from './weight-file.js';
import { isZip, readZip } from './zip.js';

/** An archive whose entries are all .npy. Every other zip archive is refused by this reader, with its first name. */
function read(source: ByteSource): WeightFile {
  const tensors = [...readZip(source).values()].map((entry) => {
    if (!entry.name.endsWith('.npy')) {
      throw new CnnvizError('format', `a zip archive with "${entry.name}": neither a PyTorch checkpoint nor .npz`, {
        fix: 'a checkpoint has a data.pkl, an .npz file only .npy entries',
      });
    }
    try {
      return npyTensor(entry.name.slice(0, -'.npy'.length), entry.open());
    } catch (error) {
      throw atPlace(entry.name, error);
    }
  });
  return { format: 'npz', tensors, notes: [] };
}

/** numpy.savez and numpy.savez_compressed. */
export const npzReader: WeightReader = { format: 'npz', matches: isZip, read };

const TYPES: Readonly<Record<NpyDtype, StoredType>> = {
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  b1: 'bool',
};

/** An array of a .npy file as a tensor, read when asked for. @throws CnnvizError 'format' */
function npyTensor(name: string, source: ByteSource): WeightTensor {
  const { dtype: word, shape, start, littleEndian, fortran } = readNpyHeader(source);
  const stored = TYPES[word];
  const { itemBytes, dtype } = STORED_TYPES[stored];
  const size = shape.reduce((product, side) => product * side, 1);
  const load = () => {
    if (!fortran) return loadStored(source, start, size, stored, { littleEndian });
    const { data } = npyToValue(readNpy(source.read(0, source.size)));
    return dtype === 'float32' ? Float32Array.from(data) : data;
  };
  return {
    name,
    stored,
    bytes: size * itemBytes,
    dtype,
    shape,
    load: () => ({ dtype, shape, data: load() }),
    loadInto(target) {
      if (fortran) target.set(load());
      else loadStoredInto(source, start, stored, target, { littleEndian });
    },
    ...(!fortran && { loadPart: partsStored(source, start, stored, { littleEndian }) }),
  };
}

/** One array in a file of its own. */
export const npyReader: WeightReader = {
  format: 'npy',
  matches: isNpy,
  read: (source, { name }) => ({ format: 'npy', tensors: [npyTensor(name, source)], notes: [] }),
};
