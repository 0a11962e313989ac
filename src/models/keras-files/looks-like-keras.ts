import type { ByteSource } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { superblockAt } from '../hdf5/superblock.js';
import { readZip } from '../weights/zip.js';

export const CONFIG = 'config.json';
export const WEIGHTS = 'model.weights.h5';
export const PICKLED_WEIGHTS = 'model.weights.npz';

/** Whether a file is a zip archive with the entries of a .keras file. */
export function looksLikeKeras(source: ByteSource): boolean {
  if (source.size < 22) return false;
  const [p, k] = source.read(0, 2);
  if (p !== 0x50 || k !== 0x4b) return false;
  try {
    const entries = readZip(source);
    return entries.has(CONFIG) && (entries.has(WEIGHTS) || entries.has(PICKLED_WEIGHTS));
  } catch (error) {
    // a damaged archive is told by whoever reads it
    if (error instanceof CnnvizError) return false;
    throw error;
  }
}

/** Whether a file is HDF5, as .h5 files of Keras are. */
export function looksLikeHdf5(source: ByteSource): boolean {
  return superblockAt(source) !== null;
}
