import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { CnnvizError } from '../core/errors.js';

/** A file's name without folders and without its extension: photos/img.png → img */
export function stem(path: string): string {
  return basename(path, extname(path));
}

/** A file's name without folders, of an address without its query: photos/img.png → img.png; standard input stays '-'. */
export function baseName(path: string): string {
  return basename(isWeb(path) ? decoded(path.replace(/[?#].*/s, '')) : path);
}

/** Folder and file as one path; a file in the current folder stays a bare name. */
export function joinPath(...parts: string[]): string {
  const [first = '', ...rest] = parts.filter((part) => part !== '');
  if (isStored(first)) return [first.replace(/\/+$/, ''), ...rest.map(slashed)].join('/');
  return join(first, ...rest);
}

/** A path as it stands in an address. */
function slashed(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/');
}

/** A path as it is meant in a file of this folder: an absolute one stays. */
export function pathFrom(folder: string, path: string): string {
  return isAbsolute(path) ? path : joinPath(folder, path);
}

/** Where a file lies below a folder, with '/'; null when it lies elsewhere. */
export function pathBelow(folder: string, path: string): string | null {
  const below = relative(folder, path);
  const outside = below === '' || below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below);
  return outside ? null : below.split(sep).join('/');
}

/** Whether a name, followed from a folder, leaves it: absolute on any system, or with ".." in it. */
export function leavesFolder(name: string): boolean {
  return isAbsolute(name) || /^[a-zA-Z]:|^[\\/]/.test(name) || name.split(/[\\/]/).includes('..');
}

/** The folder a file is in. */
export function folderOf(path: string): string {
  return isStored(path) ? path.replace(/\/[^/]*$/, '') : dirname(path);
}

/** What two paths have in common when they would be one file on any file system: absolute, NFC, lower case. */
export function collisionKey(path: string): string {
  return (isStored(path) ? path : resolve(path)).normalize('NFC').toLowerCase();
}

/** Names no Windows file may have. */
const RESERVED = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/i;

/** Text from a file turned into a part of a file name: no separators, no control characters, never hidden. */
export function safeName(text: string): string {
  const plain = text
    .normalize('NFC')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
    .replace(/[\u0000-\u001f\u007f-\u009f/\\:*?"<>|]+/g, '_')
    .replace(/^[.\-\s]+|[.\s]+$/g, '');
  return plain === '' || RESERVED.test(plain) ? `_${plain}` : plain;
}

/** A file's ending with its dot, in lower case: net.YAML → .yaml */
export function extensionOf(path: string): string {
  return extname(path).toLowerCase();
}

/** A path as seen from a folder above it, with / between its parts on every system. */
export function relativePath(folder: string, path: string): string {
  if (isStored(path)) return path.slice(folder.replace(/\/+$/, '').length + 1);
  return relative(folder, path).split(sep).join('/');
}

/** Whether a name is an address of the web, not a path. */
export function isAddress(path: string): boolean {
  return /^((https?|ftps?|s3|gs|file):\/\/|data:\w+\/)/i.test(path);
}

/** Whether a name is an address that images are read from: s3:// https:// http:// */
export function isRemote(path: string): boolean {
  return isWeb(path) || isStored(path);
}

/** Whether a name is an address in an object store. */
export function isStored(path: string): boolean {
  return /^s3:\/\//i.test(path);
}

export function isWeb(path: string): boolean {
  return /^https?:\/\//i.test(path);
}

/** Nothing is fetched unasked: an address is told how to become a file. */
export function addressFault(path: string, code: 'input' | 'usage' = 'input'): CnnvizError {
  const what = `${path}: an address, and nothing is fetched unasked`;
  const local = /^file:\/\/(?:localhost)?(\/.+)$/i.exec(path)?.[1];
  if (local !== undefined) return new CnnvizError(code, what, { fix: `name the file: ${decoded(local)}` });
  if (!/^(https?|ftps?):/i.test(path)) return new CnnvizError(code, what, { fix: 'save it as a file, then name that' });
  return new CnnvizError(code, what, { fix: `download it first: curl -LO '${path.replaceAll("'", '%27')}'` });
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
