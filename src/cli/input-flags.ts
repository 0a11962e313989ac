import { parseShard } from '../batch/shard.js';
import { CnnvizError } from '../core/errors.js';
import type { Input } from '../io/inputs.js';
import { isTarName } from '../io/tar/member-path.js';
import { flag, under, type ValuesOf } from './flags.js';
import type { Frame } from './frame.js';
import { orderTaker } from './order.js';
import { parseNumber } from './parse.js';

/** Where inputs come from. */
export const inputFlags = under('Running:', {
  recursive: flag.on('-r, --recursive', 'take folders with everything below them'),
  filesFrom: flag.texts('--files-from <file>', 'read input names from a file, one a line (- for stdin)'),
  null: flag.on('-0, --null', 'names in --files-from end with NUL instead of a line end'),
  passWithNoInputs: flag.on('--pass-with-no-inputs', 'succeed when nothing matches'),
});

/** Every command that works on many images: where they come from, how they are worked on. */
export const batchFlags = {
  ...inputFlags,
  ...under('Running:', {
    timeout: flag.of('--timeout <seconds>', 'time for one image of several; 0 for any (default: 60)', (long, text) =>
      parseSeconds(long, text),
    ),
    resume: flag.on('--resume', 'do only what an earlier run into this folder left undone, or what has changed'),
    skipExisting: flag.on('--skip-existing', 'leave images alone whose outputs all exist'),
    shard: flag.of(
      '--shard <i/n>',
      'do the i-th of n parts, from 1; auto: as SLURM, Kubernetes, AWS Batch or Cloud Run say',
      (_, text) => parseShard(text, process.env),
      ({ index, count }) => `${index}/${count}`,
    ),
  }),
};

/** Help's words for the standard flags of such a command. */
export const BATCH_WORDS = {
  jobs: 'images in flight, and threads within one image',
  json: 'one JSON document on stdout',
  jsonl: 'one line of JSON on stdout for each image as it finishes',
} as const;

function parseSeconds(long: string, text: string): number {
  const seconds = parseNumber(long, text);
  if (seconds < 0) throw new CnnvizError('usage', `${long}: expected seconds from 0, got "${text}"`);
  return seconds;
}

type InputValues = ValuesOf<typeof inputFlags>;

/** The inputs that arguments and lists mean. @throws CnnvizError 'usage' when there are none to look for */
export async function collectInputs(
  images: readonly string[],
  flags: Omit<InputValues, 'passWithNoInputs'>,
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
  const { findInputs } = await import('../io/inputs.js');
  return findInputs([...images], { recursive: flags.recursive, lists });
}

/**
 * The same, or null when there are none and that is no failure. Where there are several, a process that will work on them gets
 * ready while the command loads what else it needs.
 * @param example the command as it is typed, for whoever named nothing
 * @throws CnnvizError 'usage' when there are none to look for, 'nothing' when none is found
 */
export async function manyInputs(
  images: readonly string[],
  flags: InputValues,
  example: string,
  { dryRun }: Pick<Frame, 'dryRun'>,
): Promise<Input[] | null> {
  const inputs = await collectInputs(images, flags, example);
  if (inputs.length > 1 && !dryRun && orderTaker() === null)
    (await import('../io/child-process.js')).startSpareProcess();
  if (inputs.length > 0) return inputs;
  if (flags.passWithNoInputs) return null;
  throw nothingToDo(images, flags);
}

/** What to say when nothing matched. */
export function nothingToDo(images: readonly string[], { recursive }: Pick<InputValues, 'recursive'>): CnnvizError {
  return new CnnvizError('nothing', `nothing to do: ${images.join(' ') || 'the list'} holds no images`, {
    // an archive is looked through whole, and a list names files
    fix:
      recursive || images.every(isTarName)
        ? '--pass-with-no-inputs makes this a success'
        : 'add -r to look into folders below',
  });
}

/** The one image that a word means. @throws CnnvizError 'usage' when it means several */
export async function oneInput(path: string): Promise<Input> {
  const { findInputs } = await import('../io/inputs.js');
  const inputs = await findInputs([path], { recursive: false, lists: [] });
  if (inputs.length === 1) return inputs[0];
  // a query may give access
  const named = path.replace(/^(https?:[^?#]*).*$/is, '$1');
  throw new CnnvizError('usage', `${named}: expected one image, got ${inputs.length}`, { fix: 'name a file' });
}
