import type { CheckResult, ImageCheck, ImageStatus, StageCheck } from '../core/check-result.js';
import { joinPath } from '../io/paths.js';
import { folderOfImage } from './check-baseline.js';
import { type CheckPlan, extraFiles } from './check-plan.js';
import { type CheckRun, notDone, runCase } from './check-session.js';
import { type ComputedStage, isFailure, type JudgedStage, judgeStage, pictureFiles } from './check-stage.js';

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
      const status = error ? 'failed' : statusOf(checks);
      images.push({ case: name, image: input.path, status, stages: checks, error, pictures });
    }
    for (const input of notDone(planned, outcomes)) failed.add(joinPath(baseline, folderOfImage(input)));
    done += planned.inputs.length;
  }
  const extra = await extraFiles(plan, expected, failed);
  return { images, extra: extra.map(({ root, path }) => joinPath(root, path)) };
}

/** Every file a stage may have. */
export function filesOf(stage: ComputedStage): string[] {
  return [stage.files.npy, ...pictureFiles(stage).map(({ path }) => path)];
}

function statusOf(stages: readonly StageCheck[]): ImageStatus {
  const failures = stages.filter(({ status }) => isFailure(status));
  if (failures.length === 0) return 'identical';
  return failures.every(({ status }) => status === 'missing') ? 'missing' : 'failed';
}
