import { CnnvizError } from '../../core/errors.js';
import { DEFAULT_LOOK } from '../../core/look.js';
import type { DrawingNote } from '../../core/note.js';
import { groupDigits } from '../../core/text.js';
import { toFloat32, type Value } from '../../core/values.js';
import { VERSION } from '../../core/version.js';
import { type MapFigure, PLAIN_LOOK } from '../../draw/figure.js';
import { readNote } from '../../io/encode.js';
import { existingFile, leadsOutOf, placeKey, readOwnBytes, writeAtomic } from '../../io/files.js';
import { removeBelow } from '../../io/folders.js';
import { refuseForeign, writeOwnText } from '../../io/own-texts.js';
import { baseName, folderOf, joinPath, pathBelow, safeName } from '../../io/paths.js';
import { encodeFigure } from '../../run/figure.js';
import { planesOf } from '../../run/planes.js';
import type { CheckPicture, CheckResult, ImageCheck, StageCheck } from './check-result.js';
import type { DrawFailure } from './check-update.js';
import { type ComparedPlane, differencePicture, valuesPictures } from './difference.js';
import { CHECK_PAGE_MARK, htmlReport, JUNIT_MARK, picturesOfReport, type ReportPicture } from './html.js';
import { compareElements, type Tolerance } from './tolerance.js';

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

/** Of the planes of a stage that differ, this many are drawn. */
const MOST_PLANES = 12;

/** The command that draws a stage of an image again. */
type Recipe = (image: string, stage: string) => readonly string[];

type Failed = Parameters<DrawFailure>[1][number];

/**
 * Draws what differs into a folder: REPORT/CASE/IMAGE.EXT/STAGE.expected.png, .got.png and .difference.png, of the first
 * stage that differs and of the last one, the output; what lies between follows from the first. Stages whose sizes differ
 * cannot be laid over each other and have no pictures.
 */
export function pictureWriter(folder: string, recipe: Recipe): DrawFailure {
  return async (image, failed, last) => {
    const place = joinPath(folder, image.case === '' ? '' : safeName(image.case), image.folder);
    const written: CheckPicture[] = [];
    for (const one of failed) {
      const isFirst = written.length === 0;
      if (isFirst || one.stage === last) written.push(...(await drawStage(folder, place, image.path, one, recipe)));
    }
    return written;
  };
}

async function drawStage(
  root: string,
  place: string,
  path: string,
  { stage, judged }: Failed,
  recipe: Recipe,
): Promise<CheckPicture[]> {
  if (judged.expected === null) return [];
  const { values, tolerance } = judged.expected;
  const planes = comparedPlanes(values, toFloat32(stage.value.data), stage.value.shape, tolerance);
  if (planes.length === 0) return [];
  const drawn = planes.slice(0, MOST_PLANES);
  const title = `${baseName(path)} ${stage.name}`;
  const args = recipe(path, stage.name);
  const facts = factsOf(judged.check, planes);
  const difference = differencePicture(`${title}: got − expected`, facts, drawn);
  const pictures = { ...valuesPictures(title, facts, drawn), difference };
  const written: CheckPicture[] = [];
  for (const kind of ['expected', 'got', 'difference'] as const) {
    const file = joinPath(place, `${safeName(stage.name)}.${kind}.png`);
    const draw = pictures[kind];
    const alt = `${title}: ${kind === 'difference' ? 'got − expected' : kind}; ${facts}.`;
    const { scene } = draw(PLAIN_LOOK);
    const noteOf = ({ scale: { lo, hi } }: MapFigure): DrawingNote => ({
      cnnviz: VERSION,
      picture: 'difference',
      alt,
      lo,
      hi,
      args,
    });
    const bytes = await encodeFigure(draw, noteOf, { look: DEFAULT_LOOK, svg: false });
    await writeAtomic(file, bytes, { clobber: true, within: root });
    written.push({ stage: stage.name, kind, path: file, width: scene.width, height: scene.height });
  }
  return written;
}

function factsOf({ values }: StageCheck, planes: readonly ComparedPlane[]): string {
  const count = values ? `${groupDigits(values.differing)} of ${groupDigits(values.total)} values differ` : '';
  const more = planes.length - MOST_PLANES;
  return more > 0 ? `${count}; ${MOST_PLANES} of ${planes.length} maps that differ are drawn` : count;
}

/**
 * The planes of an array in which any value differs beyond the tolerance, to be drawn. shape: N included; both arrays have
 * its length.
 */
export function comparedPlanes(
  expected: Float32Array,
  got: Float32Array,
  shape: readonly number[],
  tolerance: Tolerance,
): ComparedPlane[] {
  const value: Value = { dtype: 'float32', shape, data: got };
  const came = planesOf({ value, values: got });
  const stored = planesOf({ value, values: expected });
  const name = came.folded === null ? 'channel' : 'values';
  return came.maps.flatMap(({ label, width, height, values }, i): ComparedPlane[] => {
    const before = stored.maps[i].values;
    const { first } = compareElements(before, values, tolerance);
    if (first === null) return [];
    const place = { x: first.at % width, y: Math.floor(first.at / width) };
    return [{ label: `${name} ${label}`.trim(), width, height, expected: before, got: values, ...place }];
  });
}
