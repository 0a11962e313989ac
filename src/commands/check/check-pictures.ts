import { planesOf } from '../../analysis/planes.js';
import { DEFAULT_LOOK } from '../../core/look.js';
import type { DrawingNote } from '../../core/note.js';
import { groupDigits } from '../../core/text.js';
import { toFloat32, type Value } from '../../core/values.js';
import { VERSION } from '../../core/version.js';
import { type MapFigure, PLAIN_LOOK } from '../../draw/figure.js';
import { writeAtomic } from '../../io/files.js';
import { baseName, joinPath, safeName } from '../../io/paths.js';
import { encodeFigure } from '../../run/figure.js';
import type { CheckPicture, StageCheck } from './check-result.js';
import type { ComputedStage, JudgedStage } from './check-stage.js';
import { type ComparedPlane, differencePicture, valuesPictures } from './difference.js';
import { compareElements, type Tolerance } from './tolerance.js';

/** Of the planes of a stage that differ, this many are drawn. */
const MOST_PLANES = 12;

/** Stand for the name of the image and of the stage in the words of a recipe. */
export const IMAGE_WORD = '\0image';
export const STAGE_WORD = '\0stage';

/** What is drawn of what differs. Plain JSON. */
export interface PictureJob {
  readonly folder: string;
  /** The command that draws a stage of an image again, in words of which two stand for these. */
  readonly recipe: readonly string[];
}

/** An image that a stage of is drawn: its case, its path, and the folder of its own. */
interface FailedImage {
  readonly case: string;
  readonly path: string;
  readonly folder: string;
}

/** A stage that is not what was expected. */
interface Failed {
  readonly stage: ComputedStage;
  readonly judged: JudgedStage;
}

/**
 * Draws what differs into a folder: REPORT/CASE/IMAGE.EXT/STAGE.expected.png, .got.png and .difference.png, of the first
 * stage that differs and of the last one, the output; what lies between follows from the first. Stages whose sizes differ
 * cannot be laid over each other and have no pictures.
 * @param last the last stage of all
 * @returns the pictures that were written
 */
export async function drawFailures(
  job: PictureJob,
  image: FailedImage,
  failed: readonly Failed[],
  last: ComputedStage,
): Promise<CheckPicture[]> {
  const place = pictureFolder(job, image.case, image.folder);
  const written: CheckPicture[] = [];
  for (const one of failed) {
    const isFirst = written.length === 0;
    if (isFirst || one.stage === last) written.push(...(await drawStage(job, place, image.path, one)));
  }
  return written;
}

/** Where the pictures of an image lie. */
export function pictureFolder({ folder }: PictureJob, caseName: string, imageFolder: string): string {
  return joinPath(folder, caseName === '' ? '' : safeName(caseName), imageFolder);
}

async function drawStage(
  { folder: root, recipe }: PictureJob,
  place: string,
  path: string,
  { stage, judged }: Failed,
): Promise<CheckPicture[]> {
  if (judged.expected === null) return [];
  const { values, tolerance } = judged.expected;
  const planes = comparedPlanes(values, toFloat32(stage.value.data), stage.value.shape, tolerance);
  if (planes.length === 0) return [];
  const drawn = planes.slice(0, MOST_PLANES);
  const title = `${baseName(path)} ${stage.name}`;
  const names = new Map([
    [IMAGE_WORD, baseName(path)],
    [STAGE_WORD, stage.name],
  ]);
  const args = recipe.map((word) => names.get(word) ?? word);
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
