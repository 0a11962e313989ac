import { CommanderError } from 'commander';
import { CnnvizError, type ErrorCode } from '../core/errors.js';

export const EXIT = { done: 0, failed: 1, refused: 2, output: 3, nothing: 4, internal: 70 } as const;

/** The faults that lie in the command and not in a file: nothing could have been done. */
const REFUSALS: readonly ErrorCode[] = ['usage', 'shape', 'unsupported'];

/** The exit code of an error that ended the command. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.refused;
  if (!(error instanceof CnnvizError)) return EXIT.internal;
  if (error.code === 'output') return EXIT.output;
  if (error.code === 'nothing') return EXIT.nothing;
  if (error.scope === 'command') return EXIT.refused;
  return REFUSALS.includes(error.code) ? EXIT.refused : EXIT.failed;
}

/** The exit code of a batch from its failures: refused only when nothing was done and all were refused for the command. */
export function exitCodeOfMany(failures: readonly { readonly error: CnnvizError }[], done: number): number {
  const errors = failures.map(({ error }) => error);
  if (errors.length === 0) return EXIT.done;
  if (errors.some(({ code }) => code === 'output')) return EXIT.output;
  return done === 0 && errors.every(({ code }) => REFUSALS.includes(code)) ? EXIT.refused : EXIT.failed;
}
