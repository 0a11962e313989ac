import { CnnvizError } from '../../core/errors.js';
import { readBytes } from '../files.js';
import type { Input } from '../find/input.js';

/** Of an input, what reading it asks for. */
export type Readable = Pick<Input, 'path' | 'remote' | 'unreadable'>;

/**
 * The bytes of an input, wherever they are. This alone fetches: what a file names in turn is read as a file.
 * @throws CnnvizError 'input'
 */
export async function readInput({ path, remote, unreadable }: Readable): Promise<Uint8Array> {
  if (unreadable !== undefined) throw new CnnvizError('input', `${path}: ${unreadable.why}`, { fix: unreadable.fix });
  if (remote === undefined) return readBytes(path);
  const { readRemote } = await import('./remote-bytes.js');
  return readRemote(remote, path);
}
