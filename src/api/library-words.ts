import { CnnvizError } from '../core/errors.js';

/** What a flag is called as an option of the library, where that is not its own name. */
const OPTION_OF: Readonly<Record<string, string>> = { 'no-clobber': 'clobber', 'as-printed': 'asPrinted' };

/**
 * Runs a function of the library: what goes wrong is told in the library's words. Flags become options ("--layer relu"
 * is "layer: relu"), and a fix that is a command line is left out.
 */
export async function inLibraryWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof CnnvizError ? inWords(error) : error;
  }
}

function inWords(error: CnnvizError): CnnvizError {
  const parts = (error.fix ?? '').split('; ').filter((part) => part !== '' && !/(?:^|[\s`:])cnnviz [a-z]/.test(part));
  const fix = parts.map(optionWords).join('; ');
  return new CnnvizError(error.code, optionWords(error.message), {
    fix: fix === '' ? 'see docs/library.md for what this function takes' : fix,
    cause: error,
  });
}

/** "--per-image 2" → "perImage: 2"; "--layer" alone → "layer" */
function optionWords(text: string): string {
  return text.replace(
    /(?<![\w-])--([a-z][a-z-]*)(?:(:)|([= ])(?=[\w.'"[-]+(?:$|[\s,;:)])))?/g,
    (_, flag, colon, gap) => {
      const name = OPTION_OF[flag] ?? flag.replace(/-([a-z])/g, (__: string, letter: string) => letter.toUpperCase());
      return `${name}${colon || gap ? ':' : ''}${gap ? ' ' : ''}`;
    },
  );
}
