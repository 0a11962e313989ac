import type { ByteSource } from '../../core/bytes.js';
import { atPlace, CnnvizError } from '../../core/errors.js';
import { npyTensor } from './npy-weights.js';
import type { WeightFile, WeightReader } from './weight-file.js';
import { readZip } from './zip.js';

/** Whether a file begins as a zip archive does. */
export function isZip(source: ByteSource): boolean {
  if (source.size < 22) return false;
  const [a, b, c, d] = source.read(0, 4);
  return a === 0x50 && b === 0x4b && (c === 3 || c === 5) && (d === 4 || d === 6);
}

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
