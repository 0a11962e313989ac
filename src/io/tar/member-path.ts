import { statSync } from 'node:fs';

/** A file in a tar archive, as its path says: photos.tar/cats/1.jpg */
export interface MemberPath {
  readonly archive: string;
  readonly name: string;
}

/** Whether a file is taken as an archive of images: by its name, as folders are. */
export function isTarName(path: string): boolean {
  return /\.tar$/i.test(path);
}

/** What a path means that leads into an archive; null for all others, such as one through a folder of such a name. */
export function memberPath(path: string): MemberPath | null {
  for (const { index } of path.matchAll(/(?<=\.tar)[\\/]/gi)) {
    const archive = path.slice(0, index);
    if (isFile(archive)) return { archive, name: path.slice(index + 1) };
  }
  return null;
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false; // not there, or not ours to see: whoever opens it says why
  }
}
