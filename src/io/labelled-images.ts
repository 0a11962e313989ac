import { atPlace, CnnvizError } from '../core/errors.js';
import { plural } from '../core/geometry.js';
import { readBytes } from './files.js';
import { foundLabels, isListed, listedLabels } from './find/labels.js';
import { findClassFolders, isFolder } from './folders.js';
import { type Input, toInput } from './inputs.js';
import { folderOf, isRemote, joinPath, pathFrom } from './paths.js';
import { shownAddress } from './remote/addresses.js';

/** Images with their classes. */
export interface LabelledImages {
  /** What they are called in reports: the folder or the list. */
  readonly name: string;
  readonly inputs: readonly Input[];
  /** The class of each input. */
  readonly labels: readonly string[];
  /** Classes with at least one image, by code units. */
  readonly classes: readonly string[];
  /** What went otherwise than one may think. */
  readonly notes: readonly string[];
}

/** Where labelled images are: a folder with a sub-folder for each class, or a list whose paths start at the folder. */
export interface LabelledPlace {
  readonly folder: string | null;
  readonly csv: string | null;
}

/** @throws CnnvizError 'usage' when there is no class, 'nothing' when there is no image */
export async function findLabelledImages({ folder, csv }: LabelledPlace): Promise<LabelledImages> {
  if (csv !== null) return listedImages(csv, folder);
  if (folder !== null) return isListed(folder) ? named(folder, await listedLabels(folder)) : folderImages(folder);
  throw new CnnvizError('usage', 'no images are named', {
    fix: 'name a folder with a sub-folder for each class, or a list: --csv labels.csv',
  });
}

function named(name: string, found: Pick<LabelledImages, 'inputs' | 'labels' | 'notes'>): LabelledImages {
  return { ...found, name: shownAddress(name), classes: [...new Set(found.labels)].sort() };
}

/** Whether a path is a folder with sub-folders that hold images. */
export async function hasClassFolders(path: string): Promise<boolean> {
  if (!(await isFolder(path))) return false;
  return (await findClassFolders(path)).classes.some(({ inputs }) => inputs.length > 0);
}

async function folderImages(folder: string): Promise<LabelledImages> {
  const { classes, loose } = await findClassFolders(folder);
  // shards in a folder: their images have their classes beside them
  if (classes.length === 0 && loose.some(({ member }) => member)) return named(folder, foundLabels(folder, loose));
  if (classes.length === 0) {
    throw new CnnvizError('usage', `${folder}: holds no sub-folders; expected one for each class`, {
      fix: `such as ${joinPath(folder, 'cat')}/ and ${joinPath(folder, 'dog')}/, or a list: --csv labels.csv`,
    });
  }
  const filled = classes.filter(({ inputs }) => inputs.length > 0);
  if (filled.length === 0) throw new CnnvizError('nothing', `${folder}: its sub-folders hold no images`);
  const notes = classes
    .filter(({ inputs }) => inputs.length === 0)
    .map(({ name }) => `${joinPath(folder, name)} holds no images: the class is left out`);
  if (loose.length > 0) {
    notes.push(`${plural(loose.length, 'image')} beside the sub-folders of ${folder}: of no class, left out`);
  }
  return {
    name: folder,
    inputs: filled.flatMap(({ inputs }) => inputs),
    labels: filled.flatMap(({ name, inputs }) => inputs.map(() => name)),
    classes: filled.map(({ name }) => name),
    notes,
  };
}

async function listedImages(csv: string, folder: string | null): Promise<LabelledImages> {
  const bytes = await readBytes(csv);
  let list: ReturnType<typeof parseLabelList>;
  try {
    list = parseLabelList(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof CnnvizError) throw atPlace(csv, error);
    throw new CnnvizError('usage', `${csv}: not UTF-8`, { cause: error });
  }
  if (list.length === 0) throw new CnnvizError('nothing', `${csv}: lists no images`);
  const base = folder ?? folderOf(csv);
  const labelOf = new Map<string, string>();
  for (const { path, label } of list) {
    const place = isRemote(path) ? path : pathFrom(base, path);
    const before = labelOf.get(place);
    if (before !== undefined && before !== label) {
      throw new CnnvizError('usage', `${csv}: ${path} is listed as ${before} and as ${label}`, {
        fix: 'an image has one class: keep one of the lines',
      });
    }
    labelOf.set(place, label);
  }
  const labels = [...labelOf.values()];
  return {
    name: csv,
    inputs: await Promise.all([...labelOf.keys()].map(inputCalled)),
    labels,
    classes: [...new Set(labels)].sort(),
    notes: [],
  };
}

/** A list has one class for each of its names: an archive is not looked through. */
async function inputCalled(path: string): Promise<Input> {
  if (!isRemote(path)) return toInput(path, '');
  const { remoteImage } = await import('./find/remote-input.js');
  return remoteImage(path);
}

/** One image of a list, and its class. */
interface LabelledPath {
  readonly path: string;
  readonly label: string;
}

/**
 * Reads a list of images: two columns, path and class, with commas between; a first line "path,label" is a heading. Fields
 * may stand in double quotes, "" within them is one.
 * Source: RFC 4180
 * @throws CnnvizError 'usage' with the line
 */
export function parseLabelList(text: string): LabelledPath[] {
  const rows = splitRows(text.replace(/^\ufeff/, ''));
  const isHeading = rows[0]?.fields.map((field) => field.trim().toLowerCase()).join() === 'path,label';
  return rows.slice(isHeading ? 1 : 0).map(({ line, fields }) => {
    const [path, label] = fields.map((field) => field.trim());
    if (fields.length === 2 && path !== '' && label !== '') return { path, label };
    throw new CnnvizError('usage', `line ${line}: expected path,label, got ${fields.length} fields`, {
      fix: 'one image a line: photos/1.jpg,cat; a comma in a name needs quotes: "a, b.jpg",cat',
    });
  });
}

/** The rows that are not empty, each with the number of its first line. */
function splitRows(text: string): { line: number; fields: string[] }[] {
  const rows: { line: number; fields: string[] }[] = [];
  let fields: string[] = [];
  let field = '';
  let isQuoted = false;
  let [line, first] = [1, 1];
  const endRow = () => {
    fields.push(field);
    if (fields.length > 1 || field.trim() !== '') rows.push({ line: first, fields });
    [fields, field, first] = [[], '', line + 1];
  };
  for (let i = 0; i < text.length; i++) {
    const letter = text[i];
    if (isQuoted && letter === '"' && text[i + 1] === '"') {
      field += '"';
      i++;
    } else if (letter === '"' && (isQuoted || field.trim() === '')) {
      if (!isQuoted) field = '';
      isQuoted = !isQuoted;
    } else if (!isQuoted && letter === ',') {
      fields.push(field);
      field = '';
    } else if (!isQuoted && letter === '\n') {
      endRow();
      line++;
    } else if (isQuoted || letter !== '\r') {
      if (letter === '\n') line++;
      field += letter;
    }
  }
  if (isQuoted) throw new CnnvizError('usage', `line ${first}: a quote is not closed`);
  endRow();
  return rows;
}
