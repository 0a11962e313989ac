import type { ByteSource } from '../../core/bytes.js';
import { superblockAt } from '../hdf5/superblock.js';
import { peekZip } from '../weights/zip.js';

export const CONFIG = 'config.json';
export const WEIGHTS = 'model.weights.h5';
export const PICKLED_WEIGHTS = 'model.weights.npz';

/** Whether a file is a zip archive with the entries of a .keras file. */
export function looksLikeKeras(source: ByteSource): boolean {
  const entries = peekZip(source);
  return entries?.has(CONFIG) === true && (entries.has(WEIGHTS) || entries.has(PICKLED_WEIGHTS));
}

/** Whether a file is HDF5, as .h5 files of Keras are. */
export function looksLikeHdf5(source: ByteSource): boolean {
  return superblockAt(source) !== null;
}
