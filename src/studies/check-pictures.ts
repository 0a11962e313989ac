import type { CheckPicture, StageCheck } from '../core/check-result.js';
import { groupDigits } from '../core/format.js';
import type { DrawingNote } from '../core/note.js';
import { toFloat32 } from '../core/values.js';
import { VERSION } from '../core/version.js';
import { type ComparedPlane, differencePicture, valuesPictures } from '../figures/difference.js';
import { encodePng } from '../io/encode.js';
import { writeAtomic } from '../io/files.js';
import { baseName, joinPath, safeName } from '../io/paths.js';
import type { DrawFailure } from './check-baselines.js';
import { comparedPlanes } from './compared-planes.js';

/** Of the planes of a stage that differ, this many are drawn. */
const MOST_PLANES = 12;

type Failed = Parameters<DrawFailure>[1][number];

/**
 * Draws what differs into a folder: REPORT/CASE/IMAGE.EXT/STAGE.expected.png, .got.png and .difference.png, of the first
 * stage that differs and of the last one, the output; what lies between follows from the first. Stages whose sizes differ
 * cannot be laid over each other and have no pictures.
 */
export function pictureWriter(folder: string): DrawFailure {
  return async (image, failed, last) => {
    const place = joinPath(folder, image.case === '' ? '' : safeName(image.case), image.folder);
    const written: CheckPicture[] = [];
    for (const one of failed) {
      const isFirst = written.length === 0;
      if (isFirst || one.stage === last) written.push(...(await drawStage(folder, place, baseName(image.path), one)));
    }
    return written;
  };
}

async function drawStage(
  root: string,
  place: string,
  image: string,
  { stage, judged }: Failed,
): Promise<CheckPicture[]> {
  if (judged.expected === null) return [];
  const { values, tolerance } = judged.expected;
  const planes = comparedPlanes(values, toFloat32(stage.value.data), stage.value.shape, tolerance);
  if (planes.length === 0) return [];
  const drawn = planes.slice(0, MOST_PLANES);
  const title = `${image} ${stage.name}`;
  const facts = factsOf(judged.check, planes);
  const difference = differencePicture(`${title}: got − expected`, facts, drawn);
  const pictures = { ...valuesPictures(title, facts, drawn), difference };
  const written: CheckPicture[] = [];
  for (const kind of ['expected', 'got', 'difference'] as const) {
    const path = joinPath(place, `${safeName(stage.name)}.${kind}.png`);
    const { scale, image: drawing } = pictures[kind];
    const { lo, hi } = scale;
    const args = ['check', image, '--layers', stage.name];
    const note: DrawingNote = { cnnviz: VERSION, picture: 'difference', lo, hi, args };
    await writeAtomic(path, await encodePng(drawing, JSON.stringify(note)), { clobber: true, within: root });
    written.push({ stage: stage.name, kind, path, width: drawing.width, height: drawing.height });
  }
  return written;
}

function factsOf({ values }: StageCheck, planes: readonly ComparedPlane[]): string {
  const count = values ? `${groupDigits(values.differing)} of ${groupDigits(values.total)} values differ` : '';
  const more = planes.length - MOST_PLANES;
  return more > 0 ? `${count}; ${MOST_PLANES} of ${planes.length} maps that differ are drawn` : count;
}
