import type { Image } from '../../core/image.js';
import type { LabelledMap } from '../../draw/figure.js';
import { chooseScale, toPixels } from '../../draw/scale.js';
import { encodePng } from '../../io/encode.js';
import { existingFile, refuseLeaving, type WriteOptions, writeAtomic } from '../../io/files.js';
import { removeBelow } from '../../io/folders.js';
import { joinPath } from '../../io/paths.js';
import { writeValue } from '../../models/npy.js';
import { type CheckPlan, type CheckRun, extraFiles, notDone, runCase } from './check-plan.js';
import type {
  BaselineFormat,
  CheckResult,
  ImageCheck,
  ImageStatus,
  ImageUpdate,
  StageCheck,
  UpdateResult,
  UpdateStatus,
  ValuesCheck,
} from './check-result.js';
import {
  type ComputedStage,
  folderOfImage,
  isFailure,
  type JudgedStage,
  judgeArray,
  judgePictures,
  judgeStage,
  PICTURE_SCALE,
  pictureFiles,
} from './check-stage.js';
import { EXACT } from './tolerance.js';

/**
 * Makes the stored maps those of this run: writes what is new or differs, leaves what is the same, removes what no image
 * produces any more, unless an image failed: a command that was refused has changed nothing. A stage keeps the formats it is stored in; one without any, or any stage when `format` is given,
 * gets that format (null: .npy).
 */
export async function updateBaselines(
  plan: CheckPlan,
  format: BaselineFormat | null,
  run: CheckRun,
): Promise<UpdateResult> {
  const images: ImageUpdate[] = [];
  const expected = new Set<string>();
  const failed = new Set<string>();
  let done = 0;
  for (const { one, inputs } of plan.cases) {
    for (const input of inputs) refuseLeaving(one.baseline, joinPath(one.baseline, folderOfImage(input)));
  }
  for (const planned of plan.cases) {
    const { name, baseline } = planned.one;
    const progress: CheckRun['progress'] = (more, bad) => run.progress(done + more, failed.size + bad);
    const outcomes = await runCase(planned, { ...run, progress }, async (_, stages) => {
      for (const stage of stages) for (const file of filesOf(stage)) expected.add(joinPath(baseline, file));
      const updates: ImageUpdate['stages'][number][] = [];
      // all of an image, before any of it is written
      for (const file of stages.flatMap(filesOf)) refuseLeaving(baseline, joinPath(baseline, file));
      for (const stage of stages) updates.push(await updateStage(stage, baseline, format));
      return updates;
    });
    for (const { input, result, error } of outcomes) {
      images.push({ case: name, image: input.path, stages: result ?? [], error });
    }
    for (const input of notDone(planned, outcomes)) failed.add(joinPath(baseline, folderOfImage(input)));
    done += planned.inputs.length;
  }
  const removed: string[] = [];
  const left: UpdateResult['left'][number][] = [];
  for (const { root, path, isBaseline } of await extraFiles(plan, expected, failed)) {
    const full = joinPath(root, path);
    if (!isBaseline) left.push({ path: full, reason: 'it does not lie where a baseline would' });
    else if (failed.size > 0) left.push({ path: full, reason: 'it stays while an image cannot be run' });
    else {
      await removeBelow(root, path);
      removed.push(full);
    }
  }
  return { images, removed, left };
}

async function updateStage(
  stage: ComputedStage,
  root: string,
  format: BaselineFormat | null,
): Promise<ImageUpdate['stages'][number]> {
  const pictures = pictureFiles(stage).map(({ map, path }) => ({ map, path: joinPath(root, path) }));
  const array = joinPath(root, stage.files.npy);
  const kept = await Promise.all(pictures.map(({ path }) => existingFile(path)));
  const wantsPictures = pictures.length > 0 && (format === 'png' || kept.includes(true));
  const wantsArray = !wantsPictures || format === 'npy' || (await existingFile(array));
  const found: { status: UpdateStatus; values: ValuesCheck | null }[] = [];
  if (wantsArray) {
    const status = updateStatus(await judgeArray(stage, root, EXACT));
    if (status.status !== 'same') await writeAtomic(array, writeValue(stage.stored), baselineOf(root));
    found.push(status);
  }
  if (wantsPictures) {
    const status = updateStatus(await judgePictures(stage, root, EXACT));
    if (status.status !== 'same') for (const { map, path } of pictures) await writePicture(stage, map, path, root);
    found.push(status);
  }
  const worst = (['changed', 'new', 'same'] as const).find((status) => found.some((one) => one.status === status))!;
  const { values } = found.find(({ status }) => status === worst)!;
  const files = [...(wantsArray ? [array] : []), ...(wantsPictures ? pictures.map(({ path }) => path) : [])];
  return { stage: stage.name, status: worst, values, files };
}

function updateStatus(judged: JudgedStage | null): { status: UpdateStatus; values: ValuesCheck | null } {
  if (judged === null) return { status: 'new', values: null };
  const { status, values } = judged.check;
  return { status: status === 'identical' ? 'same' : 'changed', values };
}

/** A plane as `run --maps` draws it: a pixel a value, its scale and recipe in the metadata. */
async function writePicture(stage: ComputedStage, map: LabelledMap, path: string, root: string): Promise<void> {
  const { label, width, height, values } = map;
  const scale = chooseScale([values], PICTURE_SCALE);
  const { data, clipped } = toPixels(values, scale, 8);
  const image: Image = { width, height, channels: 1, depth: 8, data };
  const note = JSON.stringify(stage.note(label, scale, clipped));
  await writeAtomic(path, await encodePng(image, note), baselineOf(root));
}

/** A baseline was read before it is made anew; it lies in its folder, wherever links in it lead. */
function baselineOf(root: string): WriteOptions {
  return { clobber: true, updates: true, within: root };
}

/** Takes what differs, and which stage is the last of all, to draw it; gives the pictures it wrote. */
export type DrawFailure = (
  image: { readonly case: string; readonly path: string; readonly folder: string },
  failed: readonly { readonly stage: ComputedStage; readonly judged: JudgedStage }[],
  last: ComputedStage,
) => Promise<ImageCheck['pictures']>;

/** Runs every image of a plan and holds all its stages against what is stored. */
export async function checkBaselines(plan: CheckPlan, run: CheckRun, draw: DrawFailure | null): Promise<CheckResult> {
  const images: ImageCheck[] = [];
  const expected = new Set<string>();
  const failed = new Set<string>();
  let done = 0;
  for (const planned of plan.cases) {
    const { name, baseline, tolerance } = planned.one;
    const progress: CheckRun['progress'] = (more, bad) => run.progress(done + more, failed.size + bad);
    const outcomes = await runCase(planned, { ...run, progress }, async (input, stages) => {
      const judged: { stage: ComputedStage; judged: JudgedStage }[] = [];
      for (const stage of stages) judged.push({ stage, judged: await judgeStage(stage, baseline, tolerance) });
      for (const stage of stages) for (const file of filesOf(stage)) expected.add(joinPath(baseline, file));
      const different = judged.filter((one) => one.judged.check.status === 'different');
      const place = { case: name, path: input.path, folder: folderOfImage(input) };
      const pictures = draw && different.length > 0 ? await draw(place, different, stages[stages.length - 1]) : [];
      return { checks: judged.map((one) => one.judged.check), pictures };
    });
    for (const { input, result, error } of outcomes) {
      const { checks = [], pictures = [] } = result ?? {};
      const status = error ? 'failed' : imageStatus(checks);
      images.push({ case: name, image: input.path, status, stages: checks, error, pictures });
    }
    for (const input of notDone(planned, outcomes)) failed.add(joinPath(baseline, folderOfImage(input)));
    done += planned.inputs.length;
  }
  const extra = await extraFiles(plan, expected, failed);
  return { images, extra: extra.map(({ root, path }) => joinPath(root, path)) };
}

/** Every file a stage may have. */
function filesOf(stage: ComputedStage): string[] {
  return [stage.files.npy, ...pictureFiles(stage).map(({ path }) => path)];
}

function imageStatus(stages: readonly StageCheck[]): ImageStatus {
  const failures = stages.filter(({ status }) => isFailure(status));
  if (failures.length === 0) return 'identical';
  return failures.every(({ status }) => status === 'missing') ? 'missing' : 'failed';
}
