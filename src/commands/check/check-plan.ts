import { partOf, type Shard } from '../../batch/shard.js';
import { type Outcome, runAll } from '../../batch/work.js';
import { atLine, atPlace, CnnvizError } from '../../core/errors.js';
import { faultWords } from '../../core/values.js';
import { existingFile } from '../../io/files.js';
import { filesBelow } from '../../io/folders.js';
import { findInputs, type Input } from '../../io/inputs.js';
import { collisionKey, joinPath, pathBelow, pathFrom } from '../../io/paths.js';
import { isBuiltin } from '../../models/networks/index.js';
import { withoutAddedBatch } from '../../run/maps.js';
import { networkSubject, openNetwork } from '../../run/network.js';
import { layerMapNote } from '../../run/recipe.js';
import { layersNamed } from '../../run/run.js';
import { Runs } from '../../run/runs.js';
import { readSource } from '../../run/source.js';
import type { Subject } from '../../run/subject.js';
import type { CheckCase } from './check-result.js';
import { type ComputedStage, filesOfStages, folderOfImage } from './check-stage.js';

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
  /** Once for each thing that was unexpected though it is no error. */
  readonly note: (text: string) => void;
  /** How many images are done, a share of one counts, and how many of them failed. */
  readonly progress: (done: number, failed: number) => void;
}

/**
 * Computes the stages of every image of a case, one run of the network each, and hands them on; what that gives is kept,
 * the stages are not.
 */
export async function runCase<R>(
  { one, inputs }: PlannedCase,
  { jobs, note, progress }: CheckRun,
  use: (input: Input, stages: readonly ComputedStage[]) => Promise<R>,
): Promise<Outcome<R>[]> {
  const { job } = one;
  const opened = await openCase(one);
  const runs = new Runs(opened, layersNamed(job.layers));
  const told = new Set<string>();
  const tell = (notes: readonly string[]) => {
    for (const text of notes) if (!told.has(text)) note(text);
    for (const text of notes) told.add(text);
  };
  tell(opened.notes);
  return runAll(
    inputs,
    async (input, breathe) => {
      try {
        const source = await readSource(input, opened);
        const run = await runs.run(source, { breathe, threads: jobs });
        tell(run.faults.map((fault) => `${input.path}: ${faultWords(fault)}`));
        tell([...run.bound.notes, ...source.warnings]);
        const { layers } = run.chosen;
        const files = filesOfStages(
          folderOfImage(input),
          layers.map(({ name }) => name),
        );
        const stages = layers.map(({ name, value: key, node }, i): ComputedStage => {
          const value = run.read(key);
          const layer = { name, kind: node?.layer.kind ?? 'identity', shape: value.shape };
          return {
            name,
            value,
            stored: withoutAddedBatch(value, source),
            files: files[i],
            note: (label, scale, clipped) => layerMapNote(job, source, layer, label, scale, clipped),
          };
        });
        return await use(input, stages);
      } catch (error) {
        throw atPlace(input.path, error);
      }
    },
    jobs,
    { outcome: () => {}, progress },
  );
}

/** The inputs of a case that failed or were not begun: nothing is known of their stages. */
export function notDone({ inputs }: PlannedCase, outcomes: readonly Outcome<unknown>[]): Input[] {
  const done = new Set(outcomes.filter(({ error }) => error === null).map(({ input }) => input));
  return inputs.filter((input) => !done.has(input));
}

async function openCase({ job, folder, place }: CheckCase): Promise<Subject> {
  try {
    const request = { ...job.request, network: await locateNetwork(job.request.network, folder) };
    return networkSubject(await openNetwork(request, folder), job);
  } catch (error) {
    throw place === '' ? error : atLine(place, error);
  }
}

/** A network named in a case file lies beside it, unless it is a built-in or a pipe. */
async function locateNetwork(network: string, folder: string): Promise<string> {
  if (network.includes('|') || folder === '') return network;
  const at = network.lastIndexOf('@');
  const own = async (name: string) => {
    const path = pathFrom(folder, name);
    return !isBuiltin(name) && (await existingFile(path)) ? path : name;
  };
  if (at <= 0 || (await existingFile(pathFrom(folder, network)))) return own(network);
  const behind = network.slice(at + 1);
  // behind a head a network may stand, too
  return `${await own(network.slice(0, at))}@${isBuiltin(behind) ? behind : pathFrom(folder, behind)}`;
}
