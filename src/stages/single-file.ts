import { CnnvizError } from '../core/errors.js';
import { existingFile, sameFile, writeAtomic } from '../io/files.js';
import type { Input } from '../io/inputs.js';
import { extensionOf, joinPath } from '../io/paths.js';

/** Where the one result of a command goes. */
export interface SingleFile {
  /** As typed after -o; null: `name` in the current folder. */
  readonly out: string | null;
  /** What the file is called when -o names a folder or nothing. */
  readonly name: string;
  /** Endings it may have, the first is that of `name`. */
  readonly endings: readonly string[];
  readonly clobber: boolean;
}

/**
 * The path of a result: '-' is standard output.
 * @throws CnnvizError 'usage' for another ending, when it would replace the input, or exists and may not be replaced
 */
export async function placeSingle({ out, name, endings, clobber }: SingleFile, input: Input): Promise<string> {
  if (out === '') throw new CnnvizError('usage', '-o: expected a place to write to, got ""');
  if (out === '-') return out;
  const ending = out === null ? '' : extensionOf(out);
  if (ending !== '' && ending !== '.' && !out!.endsWith('/') && !endings.includes(ending)) {
    throw new CnnvizError('usage', `${out}: expected a file that ends in ${endings.join(' or ')}`, {
      fix: `-o FILE${endings[0]} or -o FOLDER/`,
    });
  }
  const path = out === null ? name : endings.includes(ending) ? out : joinPath(out, name);
  if (input.path !== '-' && (await sameFile(path, input.path))) {
    throw new CnnvizError('usage', `${path}: would replace the input`, { fix: 'choose another place with -o' });
  }
  if (!clobber && (await existingFile(path))) {
    throw new CnnvizError('usage', `${path}: exists already, and --no-clobber was given`, {
      fix: 'choose another place with -o, or leave --no-clobber out',
    });
  }
  return path;
}

/** Writes the result whole or not at all. */
export async function writeSingle(
  path: string,
  bytes: Uint8Array,
  clobber: boolean,
  send: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  if (path === '-') await send(bytes);
  else await writeAtomic(path, bytes, { clobber });
}
