import type { ByteSource } from '../../core/bytes.js';
import { peekZip } from '../weights/zip.js';

/** PyTorch 2.1 … 2.7: entries with fixed names. */
export const OLDER_PROGRAM = 'serialized_exported_program.json';
/** PyTorch 2.8 and later: in a folder named as the file was. */
export const NEWER_MARK = /^([^/]+)\/archive_format$/;

/** Whether a file is a zip archive with the entries of torch.export.save (.pt2). */
export function looksLikeTorchExport(source: ByteSource): boolean {
  const names = [...(peekZip(source)?.keys() ?? [])];
  return names.some((name) => name === OLDER_PROGRAM || NEWER_MARK.test(name));
}
