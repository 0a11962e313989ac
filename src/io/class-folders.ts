import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readFault } from './files.js';
import { findInputs, type Input } from './inputs.js';

/** A folder with a sub-folder for each class. */
export interface ClassFolders {
  /** By code units of their names. */
  readonly classes: readonly { readonly name: string; readonly inputs: readonly Input[] }[];
  /** Images beside the sub-folders: of no class. */
  readonly loose: readonly Input[];
}

/** The images of a folder by its sub-folders, each with everything below it. @throws CnnvizError 'input' */
export async function findClassFolders(folder: string): Promise<ClassFolders> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(async (error) => {
    throw await readFault(folder, error);
  });
  const names = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
  const classes = [];
  for (const name of names) {
    classes.push({ name, inputs: await findInputs([join(folder, name)], { recursive: true, lists: [] }) });
  }
  return { classes, loose: await findInputs([folder], { recursive: false, lists: [] }) };
}

/** Whether something of this name exists and is a folder. */
export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}
