import type { OutputJob } from '../../core/job.js';
import { refuseLeaving } from '../../io/files.js';
import type { Input } from '../../io/inputs.js';
import { folderOf } from '../../io/paths.js';
import type { Exists } from '../../io/places/exists.js';
import { guardOutput } from '../../io/read-files.js';
import { existsAlready, rootOf } from '../../run/place.js';
import { partOutputs } from '../output-folders.js';

/**
 * Refuses, before any work, parts that would replace an input, and folders that a link leads elsewhere.
 * @throws CnnvizError 'usage'
 */
export function checkParts(output: OutputJob, inputs: readonly Input[]): void {
  const root = rootOf(output)!;
  for (const path of placesOfParts(output, inputs)) {
    refuseLeaving(root, folderOf(path));
    guardOutput(path);
  }
}

/** @throws CnnvizError 'usage' for a part that exists when nothing may be replaced */
export function refuseExisting(output: OutputJob, inputs: readonly Input[], exists: Exists): void {
  for (const path of placesOfParts(output, inputs)) if (exists(path)) throw existsAlready(path);
}

function placesOfParts(output: OutputJob, inputs: readonly Input[]): Set<string> {
  return new Set(inputs.flatMap((input) => partOutputs(output, input)));
}
