import type { ImageCheck, StageCheck } from '../core/check-result.js';
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

/**
 * Draws what differs into a folder: REPORT/CASE/IMAGE.EXT/STAGE.expected.png, .got.png and .difference.png. Stages whose
 * sizes differ cannot be laid over each other and have no pictures.
 */
export function pictureWriter(folder: string): DrawFailure {
  return async (image, failed) => {
    const written: ImageCheck['pictures'][number][] = [];
    for (const { stage, judged } of failed) {
      if (judged.expected === null) continue;
      const { values, tolerance } = judged.expected;
      const planes = comparedPlanes(values, toFloat32(stage.value.data), stage.value.shape, tolerance);
      if (planes.length === 0) continue;
      const drawn = planes.slice(0, MOST_PLANES);
      const title = `${baseName(image.path)} ${stage.name}`;
      const facts = factsOf(judged.check, planes);
      const difference = differencePicture(`${title}: got − expected`, facts, drawn);
      const pictures = { ...valuesPictures(title, facts, drawn), difference };
      for (const kind of ['expected', 'got', 'difference'] as const) {
        const name = image.case === '' ? '' : safeName(image.case);
        const path = joinPath(folder, name, image.folder, `${safeName(stage.name)}.${kind}.png`);
        const { lo, hi } = pictures[kind].scale;
        const args = ['check', baseName(image.path), '--layers', stage.name];
        const note: DrawingNote = { cnnviz: VERSION, picture: 'difference', lo, hi, args };
        await writeAtomic(path, await encodePng(pictures[kind].image, JSON.stringify(note)), {
          clobber: true,
          within: folder,
        });
        written.push({ stage: stage.name, kind, path });
      }
    }
    return written;
  };
}

function factsOf({ values }: StageCheck, planes: readonly ComparedPlane[]): string {
  const count = values ? `${groupDigits(values.differing)} of ${groupDigits(values.total)} values differ` : '';
  const more = planes.length - MOST_PLANES;
  return more > 0 ? `${count}; ${MOST_PLANES} of ${planes.length} maps that differ are drawn` : count;
}
