import { fileIdentity, refuseLeaving } from '../../io/files.js';
import { removeBelow } from '../../io/folders.js';
import { joinPath } from '../../io/paths.js';
import type { PictureJob } from './check-pictures.js';
import { type CheckPlan, type CheckRun, extraFiles, notDone, runCase } from './check-plan.js';
import type {
  BaselineFormat,
  CheckResult,
  ImageCheck,
  ImageStatus,
  ImageUpdate,
  StageCheck,
  UpdateResult,
} from './check-result.js';
import { folderOfImage, isFailure } from './check-stage.js';

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
  const reads: Record<string, string> = {};
  for (const { path } of plan.cases.flatMap(({ inputs }) => inputs)) reads[fileIdentity(path) ?? ''] = path;
  delete reads[''];
  for (const planned of plan.cases) {
    const { name, baseline } = planned.one;
    const progress: CheckRun['progress'] = (more, bad) => run.progress(done + more, failed.size + bad);
    const outcomes = await runCase(planned, { kind: 'store', format, reads }, { ...run, progress });
    for (const { input, result, error } of outcomes) {
      for (const file of result?.files ?? []) expected.add(joinPath(baseline, file));
      images.push({ case: name, image: input.path, stages: result?.found ?? [], error });
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

/** Runs every image of a plan and holds all its stages against what is stored. */
export async function checkBaselines(
  plan: CheckPlan,
  run: CheckRun,
  pictures: PictureJob | null,
): Promise<CheckResult> {
  const images: ImageCheck[] = [];
  const expected = new Set<string>();
  const failed = new Set<string>();
  let done = 0;
  for (const planned of plan.cases) {
    const { name, baseline } = planned.one;
    const progress: CheckRun['progress'] = (more, bad) => run.progress(done + more, failed.size + bad);
    const outcomes = await runCase(planned, { kind: 'judge', pictures }, { ...run, progress });
    for (const { input, result, error } of outcomes) {
      const { stages, pictures } = result?.found ?? { stages: [], pictures: [] };
      for (const file of result?.files ?? []) expected.add(joinPath(baseline, file));
      const status = error ? 'failed' : imageStatus(stages);
      images.push({ case: name, image: input.path, status, stages, error, pictures });
    }
    for (const input of notDone(planned, outcomes)) failed.add(joinPath(baseline, folderOfImage(input)));
    done += planned.inputs.length;
  }
  const extra = await extraFiles(plan, expected, failed);
  return { images, extra: extra.map(({ root, path }) => joinPath(root, path)) };
}

function imageStatus(stages: readonly StageCheck[]): ImageStatus {
  const failures = stages.filter(({ status }) => isFailure(status));
  if (failures.length === 0) return 'identical';
  return failures.every(({ status }) => status === 'missing') ? 'missing' : 'failed';
}
