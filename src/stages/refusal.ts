import { atPlace, ofCommand } from '../core/errors.js';

/** An error of a file the command itself names, with its name: when it cannot be used, the command is refused. */
export function refusalOf(path: string, error: unknown): unknown {
  return ofCommand(atPlace(path, error));
}
