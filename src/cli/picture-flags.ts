import { Option } from 'commander';
import { SHOW_METHODS, type ShowMethod } from './show/method.js';

/** What a command that makes pictures does with them besides writing them. */
export interface PictureFlags {
  /** --show=METHOD, or --show alone, which main makes "auto": show them in the terminal. */
  readonly show?: ShowMethod | 'auto';
  /** --alt: print a sentence that describes each. */
  readonly alt: boolean;
}

export function showOption(): Option {
  const help = 'show the picture in the terminal; --show=METHOD chooses how';
  return new Option('--show [method]', help).choices(['auto', ...SHOW_METHODS]);
}

export function altOption(): Option {
  return new Option('--alt', 'print a sentence that describes the picture').default(false);
}

/** What a beginner need not read; --json has it always. */
export function verboseOption(): Option {
  return new Option('-v, --verbose', 'say also what the engine did: algorithms, operations (MACs), times').default(
    false,
  );
}
