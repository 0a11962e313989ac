import type { CheckResult, ImageCheck } from '../core/check-result.js';
import { readBytes, writeAtomic } from '../io/files.js';
import { joinPath, pathBelow } from '../io/paths.js';
import { htmlReport, type ReportPicture } from '../reports/html.js';

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
  const page = joinPath(folder, 'index.html');
  await writeAtomic(page, new TextEncoder().encode(htmlReport(result, pictures)), { clobber: true });
  return page;
}
