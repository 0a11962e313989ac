import { atPlace, CnnvizError } from '../core/errors.js';

/** An error of a file the command itself names, with its name: when it cannot be used, the command is refused. */
export function refusalOf(path: string, error: unknown): unknown {
  const placed = atPlace(path, error);
  if (!(placed instanceof CnnvizError) || (placed.code !== 'format' && placed.code !== 'decode')) return placed;
  const { message, fix } = placed;
  return new CnnvizError('unsupported', message, fix === undefined ? { cause: error } : { fix, cause: error });
}
