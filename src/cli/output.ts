import { CnnvizError } from '../core/errors.js';
import type { OutputJob } from '../core/job.js';
import { kindOf } from '../io/read-files.js';

/** What a command writes. */
export interface Written {
  /** The endings of its files, ".png" first where it is a picture; none: it writes a folder. */
  readonly endings: readonly string[];
  /** In words, for messages: "the map". */
  readonly what: string;
}

/** Something behind a point that is meant as an ending: letters, then letters and figures. */
const ENDING = /(?<=[^\\/])\.[a-z][a-z0-9]{1,10}$/i;
/** The places in a template. */
const PLACES = /\{(name|map|layer|ext|dir)\}/;

/**
 * What -o means, the same for every command: a FILE by its ending, FOLDER/ or a folder that exists, - for standard
 * output, or a template with {name} {map} {layer} {ext} {dir}. A name without an ending is a folder.
 * @throws CnnvizError 'usage' for an ending that the command does not write
 */
export function targetOf(out: string | null, { endings, what }: Written): OutputJob['target'] {
  if (out === null) return { kind: 'working-folder' };
  if (out === '') throw new CnnvizError('usage', '-o: expected a place to write to, got ""');
  if (out === '-') {
    if (endings.length > 0) return { kind: 'stdout' };
    throw new CnnvizError('usage', `-o -: ${what} is a folder of files, not one for standard output`, {
      fix: '-o FOLDER/',
    });
  }
  if (PLACES.test(out)) {
    if (endings.length > 0) return { kind: 'template', path: out };
    throw new CnnvizError('usage', `${out}: ${what} is a folder of files, not a template`, { fix: '-o FOLDER/' });
  }
  if (/[\\/]$/.test(out) || kindOf(out) === 'a folder') return { kind: 'folder', path: out };
  const ending = ENDING.exec(out)?.[0].toLowerCase();
  if (ending === undefined) return { kind: 'folder', path: out };
  if (endings.includes(ending)) return { kind: 'file', path: out };
  const files = endings.map((one) => `-o FILE${one}`);
  throw new CnnvizError(
    'usage',
    endings.length === 0
      ? `${out}: ${what} is a folder of files`
      : `${out}: ${what} is written as ${endings.join(' or ')}, not ${ending}`,
    { fix: [...files, `-o ${endings.length === 0 ? `${out.slice(0, -ending.length)}/` : 'FOLDER/'}`].join(', ') },
  );
}
