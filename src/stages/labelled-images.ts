import { atPlace, CnnvizError } from '../core/errors.js';
import { plural } from '../core/geometry.js';
import { findClassFolders, isFolder } from '../io/class-folders.js';
import { readBytes } from '../io/files.js';
import { type Input, toInput } from '../io/inputs.js';
import { folderOf, joinPath, pathFrom } from '../io/paths.js';
import { parseLabelList } from '../models/label-list.js';

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
  if (folder !== null) return folderImages(folder);
  throw new CnnvizError('usage', 'no images are named', {
    fix: 'name a folder with a sub-folder for each class, or a list: --csv labels.csv',
  });
}

/** Whether a path is a folder with sub-folders that hold images. */
export async function hasClassFolders(path: string): Promise<boolean> {
  if (!(await isFolder(path))) return false;
  return (await findClassFolders(path)).classes.some(({ inputs }) => inputs.length > 0);
}

async function folderImages(folder: string): Promise<LabelledImages> {
  const { classes, loose } = await findClassFolders(folder);
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
    const place = pathFrom(base, path);
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
    inputs: [...labelOf.keys()].map((path) => toInput(path, '')),
    labels,
    classes: [...new Set(labels)].sort(),
    notes: [],
  };
}
