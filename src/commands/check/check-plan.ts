import { firstMacs } from '../../batch/first-macs.js';
import { partOf, type Shard } from '../../batch/shard.js';
import { studyAll } from '../../batch/study.js';
import type { Outcome } from '../../batch/work.js';
import { CnnvizError } from '../../core/errors.js';
import { filesBelow } from '../../io/folders.js';
import { findInputs, type Input } from '../../io/inputs.js';
import { collisionKey, joinPath, pathBelow } from '../../io/paths.js';
import { layersNamed } from '../../run/run.js';
import {
  type CheckedImage,
  type CheckImages,
  type CheckMode,
  checkImages,
  foldersWritten,
  openCase,
} from './check-image.js';
import type { CheckCase } from './check-result.js';
import { folderOfImage } from './check-stage.js';

/** Which images a check holds against which folders, before anything is computed. */
export interface CheckPlan {
  readonly cases: readonly PlannedCase[];
  /** Every folder of baselines, with the folders below it that belong to images. */
  readonly roots: readonly {
    readonly path: string;
    /** Folders of images of this shard, and of all. */
    readonly own: ReadonlySet<string>;
    readonly all: ReadonlySet<string>;
  }[];
  readonly shard: Shard;
}

/**
 * Finds the images of every case and takes this shard's part of them.
 * @throws CnnvizError 'usage' when two images would share baselines, or an image lies among the baselines
 */
export async function planCheck(cases: readonly CheckCase[], lists: Lists, shard: Shard): Promise<CheckPlan> {
  const found: { one: CheckCase; input: Input }[] = [];
  for (const one of cases) {
    const inputs = await findInputs([...one.images], { recursive: one.recursive, lists });
    for (const input of inputs) found.push({ one, input });
  }
  refuseSharing(found);
  const own = new Set(partOf(found, shard));
  const paths = [...new Set(cases.map(({ baseline }) => baseline))];
  const foldersIn = (root: string, among: Iterable<(typeof found)[number]>) =>
    new Set([...among].filter(({ one }) => one.baseline === root).map(({ input }) => folderOfImage(input)));
  return {
    cases: cases.map((one) => ({
      one,
      inputs: found.filter((item) => item.one === one && own.has(item)).map(({ input }) => input),
    })),
    roots: paths.map((path) => ({ path, own: foldersIn(path, own), all: foldersIn(path, found) })),
    shard,
  };
}

type Lists = Parameters<typeof findInputs>[1]['lists'];

function refuseSharing(found: readonly { readonly one: CheckCase; readonly input: Input }[]): void {
  const owners = new Map<string, string>();
  for (const { one, input } of found) {
    if (input.path !== '-' && pathBelow(one.baseline, input.path) !== null) {
      throw new CnnvizError('usage', `${input.path}: an image lies in the folder of baselines ${one.baseline}`, {
        fix: 'keep baselines in a folder of their own, which no images are taken from',
      });
    }
    const place = joinPath(one.baseline, folderOfImage(input));
    const key = collisionKey(place);
    const self = one.name === '' ? input.path : `${input.path} (${one.name})`;
    const owner = owners.get(key);
    if (owner !== undefined) {
      throw new CnnvizError('usage', `${place}: two images would share these baselines: ${owner} and ${self}`, {
        fix: 'give one of them a folder of baselines of its own; in a case file: baseline: baselines/NAME',
      });
    }
    owners.set(key, self);
  }
}

/** A stored file that no image of the check produces. */
interface ExtraFile {
  readonly root: string;
  /** Below the root. */
  readonly path: string;
  /** It lies where a baseline would: in a folder named after an image. */
  readonly isBaseline: boolean;
}

/**
 * The .npy and .png files below the folders of baselines that are not `expected`. Those of an image that could not be
 * run are left out, for nobody knows its stages; so are those of other shards. What belongs to no image is the first
 * shard's.
 */
export async function extraFiles(
  { roots, shard }: CheckPlan,
  expected: ReadonlySet<string>,
  failed: ReadonlySet<string>,
): Promise<ExtraFile[]> {
  const extra: ExtraFile[] = [];
  for (const { path: root, own, all } of roots) {
    for (const path of await filesBelow(root)) {
      const full = joinPath(root, path);
      if (!/\.(npy|png)$/i.test(path) || expected.has(full)) continue;
      const folder = ancestors(path).find((one) => all.has(one)) ?? null;
      if (folder !== null && (!own.has(folder) || failed.has(joinPath(root, folder)))) continue;
      if (folder === null && shard.index !== 1) continue;
      extra.push({ root, path, isBaseline: folder !== null || ancestors(path).some(isNamedAsImage) });
    }
  }
  return extra;
}

/** a/b/c.npy → a/b, a */
function ancestors(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, parts.length - i).join('/'));
}

function isNamedAsImage(folder: string): boolean {
  return /\.(jpe?g|png|webp|gif|tiff?|avif|npy)$/i.test(folder);
}

/** One case with the images it means. */
interface PlannedCase {
  readonly one: CheckCase;
  readonly inputs: readonly Input[];
}

export interface CheckRun {
  readonly jobs: number;
  /** No other process is started. */
  readonly isAlone: boolean;
  /** Once for each thing that was unexpected though it is no error. */
  readonly note: (text: string) => void;
  /** How many images are done, a share of one counts, and how many of them failed. */
  readonly progress: (done: number, failed: number) => void;
}

/**
 * Computes the stages of every image of a case, one run of the network each, and judges or stores them; the stages are not
 * kept.
 */
export async function runCase<M extends CheckMode>(
  { one, inputs }: PlannedCase,
  mode: M,
  { jobs, isAlone, note, progress }: CheckRun,
): Promise<Outcome<CheckedImage<M>>[]> {
  const told = new Set<string>();
  const tell = (notes: readonly string[]) => {
    for (const text of notes) if (!told.has(text)) note(text);
    for (const text of notes) told.add(text);
  };
  const subject = await openCase(one);
  tell(subject.notes);
  const job: CheckImages<M> = { one, mode };
  const outcomes: Outcome<CheckedImage<M>>[] = [];
  await studyAll(
    {
      study: 'check',
      job,
      request: subject.request,
      inputs,
      here: checkImages(job, subject, { threads: jobs, homes: null }),
      jobs,
      isAlone,
      macs: () => firstMacs(subject, inputs, layersNamed(one.job.layers, { parts: true })),
      foldersOf: (input) => foldersWritten(job, input),
    },
    {
      outcome: (outcome) => {
        if (outcome.result) tell(outcome.result.notes);
        outcomes.push(outcome);
      },
      progress,
    },
  );
  return outcomes;
}

/** The inputs of a case that failed or were not begun: nothing is known of their stages. */
export function notDone({ inputs }: PlannedCase, outcomes: readonly Outcome<unknown>[]): Input[] {
  const done = new Set(outcomes.filter(({ error }) => error === null).map(({ input }) => input));
  return inputs.filter((input) => !done.has(input));
}
