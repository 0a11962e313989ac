import { compareElements } from '../compare/values.js';
import type { ImageCheck, StageCheck } from '../core/check-result.js';
import { groupDigits } from '../core/format.js';
import { toFloat32 } from '../core/values.js';
import { type ComparedPlane, differencePictures } from '../figures/difference.js';
import { encodePng } from '../io/encode.js';
import { writeAtomic } from '../io/files.js';
import { baseName, joinPath, safeName } from '../io/paths.js';
import { planesOf } from '../stages/network-draw.js';
import type { DrawFailure } from './check-baselines.js';
import type { ComputedStage, JudgedStage } from './check-stage.js';

/** Of the planes of a stage that differ, this many are drawn. */
const MOST_PLANES = 16;

/**
 * Draws what differs into a folder: REPORT/CASE/IMAGE.EXT/STAGE.expected.png, .got.png and .difference.png. Stages whose
 * sizes differ cannot be laid over each other and have no pictures.
 */
export function pictureWriter(folder: string): DrawFailure {
  return async (image, failed) => {
    const written: ImageCheck['pictures'][number][] = [];
    for (const { stage, judged } of failed) {
      if (judged.expected === null) continue;
      const planes = comparedPlanes(stage, judged.expected);
      if (planes.length === 0) continue;
      const pictures = differencePictures(`${baseName(image.path)} ${stage.name}`, factsOf(judged.check, planes), [
        ...planes.slice(0, MOST_PLANES),
      ]);
      for (const kind of ['expected', 'got', 'difference'] as const) {
        const name = image.case === '' ? '' : safeName(image.case);
        const path = joinPath(folder, name, image.folder, `${safeName(stage.name)}.${kind}.png`);
        await writeAtomic(path, await encodePng(pictures[kind], `cnnviz check: ${stage.name} ${kind}`), {
          clobber: true,
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

/** The planes of a stage in which any value differs beyond the tolerance. */
function comparedPlanes(
  { value }: ComputedStage,
  { values: expected, tolerance }: NonNullable<JudgedStage['expected']>,
): ComparedPlane[] {
  const got = planesOf({ value, values: toFloat32(value.data) });
  const stored = planesOf({ value, values: expected });
  const name = got.folded === null ? 'channel' : 'values';
  return got.maps.flatMap(({ label, width, height, values }, i): ComparedPlane[] => {
    const before = stored.maps[i].values;
    const { first } = compareElements(before, values, tolerance);
    if (first === null) return [];
    const place = { x: first.at % width, y: Math.floor(first.at / width) };
    return [{ label: `${name} ${label}`.trim(), width, height, expected: before, got: values, ...place }];
  });
}
