import type { ByteSource } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { readZip } from '../weights/zip.js';

/** PyTorch 2.1 … 2.7: entries with fixed names. */
export const OLDER_PROGRAM = 'serialized_exported_program.json';
/** PyTorch 2.8 and later: in a folder named as the file was. */
export const NEWER_MARK = /^([^/]+)\/archive_format$/;

/** Whether a file is a zip archive with the entries of torch.export.save (.pt2). */
export function looksLikeTorchExport(source: ByteSource): boolean {
  if (source.size < 22) return false;
  const [p, k] = source.read(0, 2);
  if (p !== 0x50 || k !== 0x4b) return false;
  try {
    const entries = readZip(source);
    return entries.has(OLDER_PROGRAM) || [...entries.keys()].some((name) => NEWER_MARK.test(name));
  } catch (error) {
    // a damaged archive is told by whoever reads it
    if (error instanceof CnnvizError) return false;
    throw error;
  }
}
