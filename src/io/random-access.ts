import { closeSync, constants, fstatSync, lstatSync, openSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, resolve, sep } from 'node:path';
import { memorySource } from '../core/bytes.js';
import { CnnvizError } from '../core/errors.js';
import { isPipe, refuseOtherThanFile } from './descriptors.js';
import { type FileSource, sourceOf } from './file-source.js';
import { readBytes, readFault } from './files.js';
import { sourceInMemory } from './memory-files.js';
import { leavesFolder } from './paths.js';
import { noteRead } from './read-files.js';
import { memberPath } from './tar/member-path.js';
import { memberBytes } from './tar/members.js';

/** Opening a FIFO would wait for its writer. */
const READ_ONLY = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * Opens a file to be read in parts; a pipe is read whole first. It is closed when the process ends, or by `close`.
 * @throws CnnvizError 'input'
 */
export async function openFile(path: string): Promise<FileSource> {
  const inMemory = sourceInMemory(path);
  if (inMemory) return inMemory;
  if (isPipe(path) || memberPath(path)) return { path, ...memorySource(await readBytes(path)), close: () => undefined };
  noteRead(path);
  try {
    refuseOtherThanFile(path, statSync(path));
    return sourceOf(path, openSync(path, READ_ONLY));
  } catch (error) {
    throw await readFault(path, error);
  }
}

/** Opens a file for a look ahead of its run; null when that is not possible. To be closed at once. */
export function peekFile(path: string): FileSource | null {
  const inMemory = sourceInMemory(path);
  if (inMemory) return inMemory;
  try {
    const member = memberPath(path);
    if (member) return { path, ...memorySource(memberBytes(member)), close: () => undefined };
    return statSync(path).isFile() ? sourceOf(path, openSync(path, READ_ONLY)) : null;
  } catch {
    return null; // it fails again, by name, when it is read
  }
}

/**
 * Opens files that a model names, by their path relative to the model: only regular files with one name, below the real
 * folder of the model. A link is followed only to a place there.
 * Source: onnx/onnx docs/security.md; microsoft/onnxruntime pull request 27374
 */
export function fileBeside(model: string): (name: string) => FileSource {
  return (name) => {
    const refuse = (why: string): CnnvizError =>
      new CnnvizError('format', `external data "${name}": ${why}`, {
        fix: 'external data must be a plain file in the folder of the model: export it again',
      });
    if (name === '' || name.includes('\0')) throw refuse('not a file name');
    if (isAbsolute(name) || /^[a-zA-Z]:|^[\\/]/.test(name)) throw refuse('an absolute path');
    if (leavesFolder(name)) throw refuse('leads out of the folder with ..');
    const folder = realpathSync(dirname(realpathSync(model)));
    const path = resolve(folder, name);
    let real: string;
    try {
      real = realpathSync(path);
    } catch {
      throw refuse(`no such file beside ${model}`);
    }
    if (!real.startsWith(folder.endsWith(sep) ? folder : folder + sep)) throw refuse('a link leads out of the folder');
    const facts = lstatSync(real);
    if (!facts.isFile()) throw refuse('not a regular file');
    if (facts.nlink > 1) throw refuse('a hard link: it has other names elsewhere');
    noteRead(real);
    return reopening(name, () => {
      const file = openSync(real, READ_ONLY | constants.O_NOFOLLOW);
      const { dev, ino } = fstatSync(file);
      if (dev === facts.dev && ino === facts.ino) return sourceOf(name, file);
      closeSync(file);
      throw refuse('was replaced while it was read');
    });
  };
}

/** A file that is open only while it is read: a model may name more files than a process may hold. */
function reopening(path: string, open: () => FileSource): FileSource {
  const within = <T>(use: (source: FileSource) => T): T => {
    const source = open();
    try {
      return use(source);
    } finally {
      source.close();
    }
  };
  return {
    path,
    size: within(({ size }) => size),
    read: (from, length) => within((source) => source.read(from, length)),
    readInto: (from, target) => within((source) => source.readInto(from, target)),
    close: () => {},
  };
}
