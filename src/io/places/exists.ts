import { isStored } from '../paths.js';
import { fileIdentity } from '../read-files.js';

/** Whether there is something of this name. */
export type Exists = (path: string) => boolean;

/** On this machine. */
export const existsHere: Exists = (path) => fileIdentity(path) !== null;

/** The same below a folder that may be in a bucket, whose objects are listed once. @throws CnnvizError 'input' */
export async function existsBelow(root: string | null): Promise<Exists> {
  if (root === null || !isStored(root)) return existsHere;
  const { storedBelow } = await import('./stored-files.js');
  const found = await storedBelow(root);
  return (path) => found.has(path);
}

/** The same of one place. @throws CnnvizError 'input' */
export async function existsAt(path: string): Promise<Exists> {
  if (!isStored(path)) return existsHere;
  const { isStoredThere } = await import('./stored-files.js');
  const isThere = await isStoredThere(path);
  return () => isThere;
}
