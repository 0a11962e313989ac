import type { CheckResult, ImageCheck } from '../core/check-result.js';
import { CnnvizError } from '../core/errors.js';
import { readNote } from '../io/encode.js';
import { existingFile, leadsOutOf, readBytes, writeAtomic } from '../io/files.js';
import { folderOf, joinPath, pathBelow } from '../io/paths.js';
import { removeBelow } from '../io/tree.js';
import { htmlReport, picturesOfReport, type ReportPicture } from '../reports/html.js';

/** Writes the page of a check beside its pictures, REPORT/index.html, and takes away those of the page it replaces. */
export async function writeReport(folder: string, result: CheckResult): Promise<string> {
  const page = joinPath(folder, 'index.html');
  const written = new Set<string>();
  const pictures = new Map<ImageCheck, ReportPicture[]>();
  for (const image of result.images) {
    const shown = image.pictures.map(({ stage, kind, path, width, height }): ReportPicture => {
      const below = pathBelow(folder, path)!;
      written.add(below);
      return { stage, kind, width, height, href: below.split('/').map(encodeURIComponent).join('/') };
    });
    pictures.set(image, shown);
  }
  const former = (await existingFile(page)) ? picturesOfReport(new TextDecoder().decode(await readBytes(page))) : [];
  await writeAtomic(page, new TextEncoder().encode(htmlReport(result, pictures)), { clobber: true });
  for (const below of former) {
    if (!written.has(below) && (await isOurs(folder, below))) await removeBelow(folder, below);
  }
  return page;
}

/** Whether a path that a former page names is a picture that a check drew, in this folder. */
async function isOurs(folder: string, below: string): Promise<boolean> {
  const path = joinPath(folder, below);
  if (pathBelow(folder, path) !== below || !(await existingFile(path))) return false;
  if (leadsOutOf(folder, folderOf(path)) !== null) return false;
  try {
    const note = await readNote(await readBytes(path));
    return note !== null && JSON.parse(note).picture === 'difference';
  } catch (error) {
    // what cannot be read as such a picture is somebody else's
    if (error instanceof CnnvizError || error instanceof SyntaxError) return false;
    throw error;
  }
}
