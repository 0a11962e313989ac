import type { StudyContext, StudyOn } from '../../batch/study-task.js';
import { atLine, atPlace } from '../../core/errors.js';
import type { Image } from '../../core/image.js';
import type { NetworkRequest } from '../../core/job.js';
import { faultWords } from '../../core/values.js';
import type { LabelledMap } from '../../draw/figure.js';
import { chooseScale, toPixels } from '../../draw/scale.js';
import { encodePng } from '../../io/encode.js';
import { existingFile, fileIdentity, refuseLeaving, type WriteOptions, writeAtomic } from '../../io/files.js';
import type { Input } from '../../io/inputs.js';
import { joinPath, pathFrom } from '../../io/paths.js';
import { wouldReplace } from '../../io/read-files.js';
import { isBuiltin } from '../../models/networks/index.js';
import { writeValue } from '../../models/npy.js';
import { withoutAddedBatch } from '../../run/maps.js';
import { networkSubject, openNetwork } from '../../run/network.js';
import { layerMapNote } from '../../run/recipe.js';
import { layersNamed } from '../../run/run.js';
import { Runs } from '../../run/runs.js';
import { readSource } from '../../run/source.js';
import type { Subject } from '../../run/subject.js';
import { drawFailures, type PictureJob, pictureFolder } from './check-pictures.js';
import type {
  BaselineFormat,
  CheckCase,
  ImageCheck,
  ImageUpdate,
  StageCheck,
  UpdateStatus,
  ValuesCheck,
} from './check-result.js';
import {
  type ComputedStage,
  filesOfStages,
  folderOfImage,
  type JudgedStage,
  judgeArray,
  judgePictures,
  judgeStage,
  PICTURE_SCALE,
  pictureFiles,
} from './check-stage.js';
import { EXACT } from './tolerance.js';

/** What is done with the stages of an image. Plain JSON. */
export type CheckMode =
  /** Held against what is stored; pictures of what differs are drawn where they are wanted. */
  | { readonly kind: 'judge'; readonly pictures: PictureJob | null }
  /** Stored. `reads`: the images by the identity of their files, which nothing may replace. */
  | {
      readonly kind: 'store';
      readonly format: BaselineFormat | null;
      readonly reads: Readonly<Record<string, string>>;
    };

/** The images of a case and what is done with each. Plain JSON. */
export interface CheckImages<M extends CheckMode = CheckMode> {
  readonly one: CheckCase;
  readonly mode: M;
}

interface Checked {
  readonly judge: Pick<ImageCheck, 'pictures'> & { readonly stages: readonly StageCheck[] };
  readonly store: ImageUpdate['stages'];
}

/** What became of one image. */
export interface CheckedImage<M extends CheckMode = CheckMode> {
  /** Every file its stages may have, below the folder of baselines. */
  readonly files: readonly string[];
  readonly notes: readonly string[];
  readonly found: Checked[M['kind']];
}

/** Opens a case by itself, as the thread of a worker does. */
export async function openCheckImages(job: CheckImages, context: StudyContext): Promise<StudyOn<Input, CheckedImage>> {
  return checkImages(job, await openCase(job.one), context);
}

/** Takes an image of a case from its file to what became of its stages. */
export function checkImages<M extends CheckMode>(
  { one, mode }: CheckImages<M>,
  subject: Subject,
  context: StudyContext,
): StudyOn<Input, CheckedImage<M>> {
  const { job, baseline } = one;
  const runs = new Runs(subject, layersNamed(job.layers, { parts: true }));
  return async (input, breathe) => {
    try {
      const source = await readSource(input, subject);
      const run = await runs.run(source, { breathe, ...context });
      const notes = [
        ...run.faults.map((fault) => `${input.path}: ${faultWords(fault)}`),
        ...run.bound.notes,
        ...source.warnings,
      ];
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
      const found = mode.kind === 'judge' ? await judge(one, mode, input, stages) : await store(baseline, mode, stages);
      return { files: stages.flatMap(filesOf), notes, found: found as Checked[M['kind']] };
    } catch (error) {
      throw atPlace(input.path, error);
    }
  };
}

async function judge(
  { name, baseline, tolerance }: CheckCase,
  { pictures }: Extract<CheckMode, { kind: 'judge' }>,
  input: Input,
  stages: readonly ComputedStage[],
): Promise<Checked['judge']> {
  const judged: { stage: ComputedStage; judged: JudgedStage }[] = [];
  for (const stage of stages) judged.push({ stage, judged: await judgeStage(stage, baseline, tolerance) });
  const different = judged.filter((one) => one.judged.check.status === 'different');
  const place = { case: name, path: input.path, folder: folderOfImage(input) };
  const isDrawn = pictures !== null && different.length > 0;
  return {
    stages: judged.map((one) => one.judged.check),
    pictures: isDrawn ? await drawFailures(pictures, place, different, stages[stages.length - 1]) : [],
  };
}

async function store(
  baseline: string,
  { format, reads }: Extract<CheckMode, { kind: 'store' }>,
  stages: readonly ComputedStage[],
): Promise<Checked['store']> {
  // all of an image, before any of it is written
  for (const file of stages.flatMap(filesOf)) {
    const place = joinPath(baseline, file);
    refuseLeaving(baseline, place);
    const image = reads[fileIdentity(place) ?? ''];
    if (image !== undefined) throw wouldReplace(place, image);
  }
  const updates: Checked['store'][number][] = [];
  for (const stage of stages) updates.push(await updateStage(stage, baseline, format));
  return updates;
}

/** The folders that files of an image are written to. */
export function foldersWritten({ one, mode }: CheckImages, input: Input): string[] {
  const folder = folderOfImage(input);
  if (mode.kind === 'judge') return mode.pictures === null ? [] : [pictureFolder(mode.pictures, one.name, folder)];
  return [joinPath(one.baseline, folder)];
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

/** Every file a stage may have. */
function filesOf(stage: ComputedStage): string[] {
  return [stage.files.npy, ...pictureFiles(stage).map(({ path }) => path)];
}

/** The network of a case. @throws CnnvizError with the place of the case in front */
export async function openCase({
  job,
  folder,
  place,
}: CheckCase): Promise<Subject & { readonly request: NetworkRequest }> {
  try {
    const request = { ...job.request, network: await locateNetwork(job.request.network, folder) };
    return { ...networkSubject(await openNetwork(request, folder), job), request };
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
