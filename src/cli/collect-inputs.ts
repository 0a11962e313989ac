import { CnnvizError } from '../core/errors.js';
import { findInputs, type Input } from '../io/inputs.js';

/** The flags that say where inputs come from. */
export interface InputFlags {
  readonly recursive: boolean;
  readonly filesFrom: readonly string[];
  readonly null: boolean;
  readonly passWithNoInputs: boolean;
}

/** The inputs that arguments and lists mean. @throws CnnvizError 'usage' when there are none to look for */
export async function collectInputs(
  images: readonly string[],
  flags: Pick<InputFlags, 'recursive' | 'filesFrom' | 'null'>,
  example: string,
): Promise<Input[]> {
  const lists = flags.filesFrom.map((path) => ({ path, nul: flags.null }));
  if (images.length === 0 && lists.length === 0) {
    throw new CnnvizError('usage', `${example.split(' ')[1]} needs an image`, { fix: example });
  }
  const readers = [...images, ...flags.filesFrom].filter((path) => path === '-');
  if (readers.length > 1) {
    throw new CnnvizError('usage', 'standard input can be read only once', { fix: 'keep one -' });
  }
  return findInputs([...images], { recursive: flags.recursive, lists });
}

/** What to say when nothing matched. */
export function nothingToDo(images: readonly string[], { recursive }: InputFlags): CnnvizError {
  return new CnnvizError('nothing', `nothing to do: ${images.join(' ') || 'the list'} holds no images`, {
    fix: recursive ? '--pass-with-no-inputs makes this a success' : 'add -r to look into folders below',
  });
}
