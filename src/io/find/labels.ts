import { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import { findInputs } from '../inputs.js';
import { isRemote } from '../paths.js';
import { isTarName } from '../tar/member-path.js';
import type { Input } from './input.js';

/** Images as they were found, with their classes. */
interface FoundLabels {
  readonly inputs: readonly Input[];
  readonly labels: readonly string[];
  readonly notes: readonly string[];
}

/** Whether the classes of what a word names stand in its listing: of archives and addresses, which are no folders here. */
export function isListed(place: string): boolean {
  return isRemote(place) || isTarName(place);
}

/**
 * The images of archives and prefixes with their classes, as a word names them.
 * @throws CnnvizError 'nothing' without images, 'usage' when none has a class
 */
export async function listedLabels(place: string): Promise<FoundLabels> {
  return foundLabels(place, await findInputs([place], { recursive: true, lists: [] }));
}

/** The same of images that have been found. @throws likewise */
export function foundLabels(place: string, found: readonly Input[]): FoundLabels {
  if (found.length === 0) throw new CnnvizError('nothing', `${place}: holds no images`);
  const labels = labelsOf(found);
  const kept = [...found.keys()].filter((i) => labels[i] !== null);
  if (kept.length === 0) {
    const why = found.find(({ unreadable }) => unreadable)?.unreadable;
    if (why !== undefined) throw new CnnvizError('input', `${place}: ${why.why}`, { fix: why.fix });
    throw new CnnvizError('usage', `${place}: its images have no classes`, {
      fix: 'expected a folder for each class, or a .cls beside each image; or give a list: --csv labels.csv',
    });
  }
  const left = found.length - kept.length;
  return {
    inputs: kept.map((i) => found[i]),
    labels: kept.map((i) => labels[i]!),
    notes: left === 0 ? [] : [`${plural(left, 'image')} of ${place} of no class: left out`],
  };
}

/** The class of each image: by its .cls where some have one and not all lie in folders, else by its folder. Null: it has none. */
export function labelsOf(inputs: readonly Input[]): (string | null)[] {
  const folders = inputs.map(classFolder);
  const isSorted = inputs.every(({ unreadable }, i) => unreadable !== undefined || folders[i] !== null);
  const said = inputs.map(({ member }) => member?.label ?? null);
  return isSorted || said.every((label) => label === null) ? folders : said;
}

/** The first folder within an archive, or below a prefix. */
function classFolder({ member, remote, relative, unreadable }: Input): string | null {
  if (unreadable !== undefined) return null;
  if (member === undefined) return (remote && relative.split('/')[0]) || null;
  const [first, ...rest] = member.key.split('/');
  return rest.length > 0 ? first : null;
}
