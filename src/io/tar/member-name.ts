import { leavesFolder } from '../paths.js';

/** Of a name and of its parts: results are named after them. */
const [MOST_NAME_BYTES, MOST_PART_BYTES] = [1000, 200];

/**
 * Why a file is not read that somebody else has named, in an archive or a bucket: results are named after it. Null: it is
 * a name as any other.
 */
export function nameRefusal(name: string, place: 'archive' | 'bucket'): string | null {
  if (leavesFolder(name)) return `its name leads out of the ${place}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\u0000-\u001f\u007f\\]/.test(name)) return 'its name has a character that no file name has';
  if (name.includes('\ufffd')) return 'the name is not UTF-8';
  if (
    Buffer.byteLength(name) > MOST_NAME_BYTES ||
    name.split('/').some((part) => Buffer.byteLength(part) > MOST_PART_BYTES)
  ) {
    return 'its name is longer than a file system takes';
  }
  return null;
}

/** Whether a file is hidden, or lies in a hidden folder: it is left out. */
export function hiddenIn(name: string): boolean {
  return !leavesFolder(name) && name.split('/').some((part) => part.startsWith('.'));
}

/** What helps against a member that is not read. */
export const REPACK = 'unpack the archive, and name the folder';
