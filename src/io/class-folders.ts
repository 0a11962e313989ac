import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CnnvizError } from '../core/errors.js';
import { readFault } from './files.js';
import { findInputs, type Input } from './inputs.js';
import { kindOf } from './read-files.js';

/** A folder with a sub-folder for each class. */
export interface ClassFolders {
  /** By code units of their names. */
  readonly classes: readonly { readonly name: string; readonly inputs: readonly Input[] }[];
  /** Images beside the sub-folders: of no class. */
  readonly loose: readonly Input[];
}

/** The images of a folder by its sub-folders, each with everything below it; one may be a link to a folder. @throws CnnvizError 'input' */
export async function findClassFolders(folder: string): Promise<ClassFolders> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(async (error) => {
    const kind = kindOf(folder);
    if (kind === null || kind === 'a folder') throw await readFault(folder, error);
    throw new CnnvizError('input', `${folder}: ${kind}, not a folder with a sub-folder for each class`, {
      fix: 'name such a folder, or give a list: --csv labels.csv',
      cause: error,
    });
  });
  const classes = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    const isClass = entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(path)));
    if (!isClass || entry.name.startsWith('.')) continue;
    classes.push({ name: entry.name, inputs: await findInputs([path], { recursive: true, lists: [] }) });
  }
  return { classes, loose: await findInputs([folder], { recursive: false, lists: [] }) };
}

/** Whether something of this name exists and is a folder. */
export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}
