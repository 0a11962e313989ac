import { readdirSync } from 'node:fs';
import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { CnnvizError } from '../core/errors.js';
import { readFault } from './files.js';
import { findInputs, type Input } from './inputs.js';
import { guardOutput, kindOf } from './read-files.js';

/** A folder with a sub-folder for each class. */
interface ClassFolders {
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

/** Names that are looked at in a folder that may be a model. */
const MOST_NAMES = 1000;

/** The names in a folder, and in folders in it, with '/': what tells a model that is a folder. Null: no folder that can be looked into. */
export function peekFolder(path: string): readonly string[] | null {
  try {
    return readdirSync(path, { withFileTypes: true })
      .slice(0, MOST_NAMES)
      .flatMap((entry) =>
        entry.isDirectory()
          ? readdirSync(join(path, entry.name))
              .slice(0, MOST_NAMES)
              .map((name) => `${entry.name}/${name}`)
          : [entry.name],
      );
  } catch {
    return null; // it fails again, by name, when it is read
  }
}

/** Every file below a folder, as paths from it with '/', by code units; none when there is no such folder. */
export async function filesBelow(root: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch((cause) => {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT' && folder === root) return [];
      const what = code === 'ENOTDIR' ? 'is a file, not a folder' : 'cannot be listed';
      throw new CnnvizError('usage', `${folder}: ${what}`, { fix: 'name a folder that can be read', cause });
    });
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await walk(path);
      else found.push(relative(root, path).split(sep).join('/'));
    }
  };
  await walk(root);
  return found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Removes a file below a folder, and the folders between them that it leaves empty. */
export async function removeBelow(root: string, path: string): Promise<void> {
  guardOutput(join(root, path), true);
  try {
    await rm(join(root, path));
  } catch (cause) {
    throw new CnnvizError('output', `${join(root, path)}: cannot be removed`, { fix: 'check its permissions', cause });
  }
  const folders = path.split('/').slice(0, -1);
  for (; folders.length > 0; folders.pop()) {
    // a folder that holds something else stays
    const gone = await rmdir(join(root, ...folders)).then(
      () => true,
      () => false,
    );
    if (!gone) return;
  }
}
