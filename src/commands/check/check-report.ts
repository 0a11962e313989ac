import { CnnvizError } from '../../core/errors.js';
import { readNote } from '../../io/encode.js';
import { existingFile, leadsOutOf, placeKey, readOwnBytes } from '../../io/files.js';
import { removeBelow } from '../../io/folders.js';
import { refuseForeign, writeOwnText } from '../../io/own-texts.js';
import { folderOf, joinPath, pathBelow } from '../../io/paths.js';
import type { CheckResult, ImageCheck } from './check-result.js';
import { CHECK_PAGE_MARK, htmlReport, JUNIT_MARK, picturesOfReport, type ReportPicture } from './html.js';

/** Writes the page of a check beside its pictures, REPORT/index.html, and takes away those of the page it replaces. */
export async function writeReport(folder: string, result: CheckResult): Promise<void> {
  const page = reportPage(folder);
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
  const former = (await existingFile(page)) ? picturesOfReport(new TextDecoder().decode(await readOwnBytes(page))) : [];
  await writeOwnText(page, htmlReport(result, pictures), CHECK_PAGE_MARK, { within: folder });
  for (const below of former) {
    if (!written.has(below) && (await isOurs(folder, below))) await removeBelow(folder, below);
  }
}

/** The page of a report's folder. */
export function reportPage(folder: string): string {
  return joinPath(folder, 'index.html');
}

/** Refuses, before any work, a page or a list of results in the place of a file that cnnviz did not write. */
export async function checkReportPlaces(folder: string | null, junit: string | null): Promise<void> {
  if (folder !== null) await refuseForeign(reportPage(folder), CHECK_PAGE_MARK);
  if (junit !== null) await refuseForeign(junit, JUNIT_MARK);
  if (folder === null || junit === null || placeKey(junit) !== placeKey(reportPage(folder))) return;
  throw new CnnvizError('usage', `${junit}: two results would have this name`, { fix: 'give each its own' });
}

/** Whether a path that a former page names is a picture that a check drew, in this folder. */
async function isOurs(folder: string, below: string): Promise<boolean> {
  const path = joinPath(folder, below);
  if (pathBelow(folder, path) !== below || !(await existingFile(path))) return false;
  if (leadsOutOf(folder, folderOf(path)) !== null) return false;
  try {
    const note = await readNote(await readOwnBytes(path));
    return note !== null && JSON.parse(note).picture === 'difference';
  } catch (error) {
    // what cannot be read as such a picture is somebody else's
    if (error instanceof CnnvizError || error instanceof SyntaxError) return false;
    throw error;
  }
}
