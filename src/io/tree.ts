import { readdir, rm, rmdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { CnnvizError } from '../core/errors.js';
import { guardOutput } from './read-files.js';

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
