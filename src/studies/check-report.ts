import type { CheckResult, ImageCheck } from '../core/check-result.js';
import { CnnvizError } from '../core/errors.js';
import { placeKey, readBytes } from '../io/files.js';
import { refuseForeign, writeOwnText } from '../io/own-texts.js';
import { joinPath, pathBelow } from '../io/paths.js';
import { CHECK_PAGE_MARK, htmlReport, type ReportPicture } from '../reports/html.js';
import { JUNIT_MARK } from '../reports/junit.js';

/** The pictures of this many images stand in the page itself; those of others are linked. */
const SHOWN = 100;

/** Writes the page of a check beside its pictures: REPORT/index.html. */
export async function writeReport(folder: string, result: CheckResult): Promise<string> {
  const pictures = new Map<ImageCheck, ReportPicture[]>();
  const drawn = result.images.filter((image) => image.pictures.length > 0);
  for (const [i, image] of drawn.entries()) {
    const shown: ReportPicture[] = [];
    for (const { stage, kind, path } of image.pictures) {
      const href = pathBelow(folder, path)!.split('/').map(encodeURIComponent).join('/');
      shown.push({ stage, kind, href, png: i < SHOWN ? await readBytes(path) : null });
    }
    pictures.set(image, shown);
  }
  const page = reportPage(folder);
  await writeOwnText(page, htmlReport(result, pictures), CHECK_PAGE_MARK, { within: folder });
  return page;
}

/** The page of a report's folder. */
export function reportPage(folder: string): string {
  return joinPath(folder, 'index.html');
}

/** Refuses, before any work, a page or a list of results in the place of a file that cnnviz did not write. */
export async function checkReportPlaces(folder: string | undefined, junit: string | undefined): Promise<void> {
  if (folder !== undefined) await refuseForeign(reportPage(folder), CHECK_PAGE_MARK);
  if (junit !== undefined) await refuseForeign(junit, JUNIT_MARK);
  if (folder === undefined || junit === undefined || placeKey(junit) !== placeKey(reportPage(folder))) return;
  throw new CnnvizError('usage', `${junit}: two results would have this name`, { fix: 'give each its own' });
}
