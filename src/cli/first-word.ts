import { CnnvizError } from '../core/errors.js';
import { sameName } from '../core/names.js';
import { commandText } from '../core/text.js';
import { isThere, nearestPath } from '../io/files.js';
import { addressFault, isAddress } from '../io/paths.js';
import { kindByStart } from '../io/sniff.js';
import { openTerminal } from './terminal.js';
import { kernelNamed } from './usage-error.js';

/** What is shown of a picture when nothing is asked for. */
const KERNEL = ['--kernel', 'edge3x3'];
const PICTURE = '--strip';
/** What runs a network whose weights were not said. */
const MADE_UP = ['--init', 'seed:1'];

/** Flags that say what is made of the maps: a strip besides would be another picture, or none that fits. */
const SAYS_OUTPUT = /^(--sheet|--strip|--depth|--format|-n|--dry-run)(=|$)/;
const SAYS_KERNEL = /^(-k|-p|--kernel(=|$)|--patch(=|$))/;

/**
 * The command line with its command: a picture or array in its place means `conv`, which is printed as it would be typed.
 * To be asked where the first word is no command: a command's name is that command, whatever files there are.
 * @throws CnnvizError 'usage' for a word that is no command but something else that is known
 */
export async function fromFirstWord(typed: readonly string[], commands: readonly string[]): Promise<readonly string[]> {
  const [word, ...rest] = typed;
  if (isAddress(word)) throw addressFault(word, 'usage');
  const kind = await kindByStart(word);
  switch (kind) {
    case 'image':
    case 'array':
    case 'foreign': {
      if (rest.some((arg) => arg === '-h' || arg === '--help')) return ['conv', '--help'];
      const args = ['conv', word, ...withDefaults(withKernelFlag(rest))];
      await say(args);
      return args;
    }
    case 'folder':
      throw noCommand(word, 'a folder', commandText(['conv', word, ...rest, ...KERNEL]));
    case 'other':
      throw noCommand(word, 'a file, but no image', 'cnnviz --help lists the commands');
    case 'none': {
      const command = sameName(word, commands);
      if (command !== null) return [command, ...rest];
      await refuseKnown(word, rest);
      return typed;
    }
  }
}

/** The flags with a kernel, and the picture that shows it, unless they say their own. */
function withDefaults(rest: readonly string[]): string[] {
  const kernel = rest.some((arg) => SAYS_KERNEL.test(arg)) ? [] : KERNEL;
  const numbers = rest.some((arg) => /\.npy$/i.test(arg) && rest.some((flag) => /^(-o|--out|--output)/.test(flag)));
  const picture = numbers || rest.some((arg) => SAYS_OUTPUT.test(arg)) ? [] : [PICTURE];
  const end = rest.indexOf('--');
  const at = end < 0 ? rest.length : end;
  return [...rest.slice(0, at), ...kernel, ...picture, ...rest.slice(at)];
}

/** `photo.jpg sobel`: a kernel's name behind a picture has its flag. A value of a flag before it, and a file, is none. */
function withKernelFlag(rest: readonly string[]): string[] {
  return rest.flatMap((arg, i) => {
    const isFree = i === 0 || !rest[i - 1].startsWith('-');
    return isFree && kernelNamed(arg) !== null && !isThere(arg) ? ['--kernel', arg] : [arg];
  });
}

/** The command that runs: before the results, beside them where stdout is for bytes or a document. */
async function say(args: readonly string[]): Promise<void> {
  const quiet = args.includes('-q') || args.includes('--quiet');
  const isBytes = args.some(
    (arg, i) => /^(-o-|--out(put)?=-)$/.test(arg) || (arg === '-' && /^(-o|--out|--output)$/.test(args[i - 1])),
  );
  const reserveStdout = isBytes || args.includes('--json') || args.includes('--jsonl');
  (await openTerminal({ quiet, reserveStdout })).print(commandText(args));
}

/** Words of this tool that are no commands. */
async function refuseKnown(word: string, rest: readonly string[]): Promise<void> {
  const [before, picture] = word.split('@');
  if (picture !== undefined && (await kindByStart(picture)) === 'image') {
    const fix = commandText(['run', before, ...MADE_UP, picture]);
    throw new CnnvizError('usage', `unknown command '${word}': ${picture} is an image, no weights`, { fix });
  }
  if (/[/\\]|\.(png|jpe?g|webp|gif|tiff?|avif|bmp|hei[cf]|npy)$/i.test(word)) {
    const near = await nearestPath(word);
    throw new CnnvizError('usage', `${word}: no such file, and no command`, {
      fix: near === null ? 'check the name of the file' : `did you mean ${commandText([near, ...rest])}?`,
    });
  }
  const what = rest.length > 0 ? rest : ['photo.jpg'];
  const kernel = kernelNamed(word);
  if (kernel !== null) throw noCommand(word, 'a kernel', commandText(['conv', ...what, '--kernel', kernel]));
  const { BUILTIN_NETWORKS } = await import('../models/networks/index.js');
  const network = sameName(
    word.split('@')[0],
    BUILTIN_NETWORKS.map(({ name }) => name),
  );
  if (network !== null) {
    const { findWeights } = await import('../run/found-weights.js');
    const isThereAlready = (await findWeights({ network, weights: null, init: null, inputs: [] })).path !== null;
    const weights = word.includes('@') || isThereAlready ? [] : MADE_UP;
    throw noCommand(word, 'a network', commandText(['run', word, ...what, ...weights]));
  }
  const { ACTIVATION_NAMES } = await import('./parse.js');
  const activation = sameName(word, ACTIVATION_NAMES);
  if (activation !== null) {
    throw noCommand(word, 'an activation', commandText(['conv', ...what, ...KERNEL, '--activation', activation]));
  }
}

function noCommand(word: string, what: string, fix: string): CnnvizError {
  return new CnnvizError('usage', `unknown command '${word}': it is ${what}`, { fix });
}
