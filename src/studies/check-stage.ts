import { channelsOf } from '../analysis/layer-facts.js';
import { compareElements, type ElementDifference } from '../compare/values.js';
import { EXACT, type Tolerance } from '../core/check-job.js';
import type { DifferingValue, StageCheck, StageStatus, ValuesCheck } from '../core/check-result.js';
import { CnnvizError } from '../core/errors.js';
import type { Clipped, Scale } from '../core/facts.js';
import type { MapNote } from '../core/note.js';
import { placeOfIndex } from '../core/value-place.js';
import { toFloat32, type Value } from '../core/values.js';
import type { LabelledMap } from '../figures/map-figure.js';
import { existingFolder } from '../io/files.js';
import { folderOf, joinPath } from '../io/paths.js';
import { planesOf } from '../stages/network-draw.js';
import { readArrayBaseline, readPictureBaseline, type StageFiles } from './check-baseline.js';
import { comparePlane, type StoredPicture } from './compare-plane.js';

/** A stage as it was computed. */
export interface ComputedStage {
  readonly name: string;
  /** As the network makes it, N included. */
  readonly value: Value;
  /** As it is stored: without the N that was added to one image. */
  readonly stored: Value;
  readonly files: StageFiles;
  /** What the picture of one of its planes carries. */
  readonly note: (label: string, scale: Scale, clipped: Clipped) => MapNote;
}

/** A stage against its baseline, and what was expected of it where values can be told apart. */
export interface JudgedStage {
  readonly check: StageCheck;
  readonly expected: { readonly values: Float32Array; readonly tolerance: Tolerance } | null;
}

/** A stage has pictures when it has planes; vectors are kept as arrays. */
export function pictureFiles(stage: ComputedStage): { readonly map: LabelledMap; readonly path: string }[] {
  const { value, files } = stage;
  if (channelsOf(value.shape).size <= 1) return [];
  const { maps } = planesOf({ value, values: toFloat32(value.data) });
  return maps.map((map) => ({ map, path: files.png(map.label) }));
}

/** Holds a computed stage against what is stored of it: an array, pictures, or both. */
export async function judgeStage(stage: ComputedStage, root: string, tolerance: Tolerance): Promise<JudgedStage> {
  const found = [await judgeArray(stage, root, tolerance), await judgePictures(stage, root, tolerance)].filter(
    (one) => one !== null,
  );
  if (found.length === 0) {
    const files = [joinPath(root, stage.files.npy)];
    return { check: { ...blank(stage), status: 'missing', files, reason: 'no baseline' }, expected: null };
  }
  const worst = found.find(({ check }) => isFailure(check.status)) ?? found[0];
  return { ...worst, check: { ...worst.check, files: found.flatMap(({ check }) => check.files) } };
}

/** A stored file that cannot be read is a finding like any other. */
async function readable(
  stage: ComputedStage,
  file: string,
  judge: () => Promise<JudgedStage | null>,
): Promise<JudgedStage | null> {
  try {
    return await judge();
  } catch (error) {
    if (!(error instanceof CnnvizError)) throw error;
    return { check: { ...blank(stage), status: 'unreadable', files: [file], reason: error.message }, expected: null };
  }
}

export function isFailure(status: StageStatus): boolean {
  return status !== 'identical' && status !== 'within tolerance';
}

/** Against the stored array; null when there is none. */
export function judgeArray(stage: ComputedStage, root: string, tolerance: Tolerance): Promise<JudgedStage | null> {
  const file = joinPath(root, stage.files.npy);
  return readable(stage, file, async () => {
    const expected = await readArrayBaseline(file);
    return expected && compareArray(stage, file, expected, tolerance);
  });
}

function compareArray(stage: ComputedStage, file: string, expected: Value, tolerance: Tolerance): JudgedStage {
  const base = { ...blank(stage), files: [file] };
  const { shape, data } = stage.stored;
  if (shape.join() !== expected.shape.join()) {
    const reason = `its size differs: expected [${expected.shape.join(', ')}], got [${shape.join(', ')}]`;
    return { check: { ...base, status: 'different', reason }, expected: null };
  }
  const { beyond, within, first, largest } = compareElements(expected.data, data, tolerance);
  const locate = (one: ElementDifference | null) => one && differingAt(one, stage.value.shape);
  const values = {
    total: data.length,
    differing: beyond,
    tolerated: within,
    first: locate(first),
    largest: locate(largest),
  };
  return {
    check: { ...base, status: statusOf(values), values },
    expected: { values: toFloat32(expected.data), tolerance },
  };
}

/** Against the stored pictures; null when there is none. Of several each must be there. */
export function judgePictures(stage: ComputedStage, root: string, tolerance: Tolerance): Promise<JudgedStage | null> {
  const planes = pictureFiles(stage);
  const files = planes.map(({ path }) => joinPath(root, path));
  return readable(stage, files[0] ?? '', async () => {
    // they lie in one folder: asking for a thousand files that cannot be there took longer than the network
    if (files.length === 0 || !(await existingFolder(folderOf(files[0])))) return null;
    const stored: (StoredPicture | null)[] = [];
    for (const file of files) stored.push(await readPictureBaseline(file));
    if (stored.every((one) => one === null)) return null;
    const lost = files.filter((_, i) => stored[i] === null);
    if (lost.length > 0) {
      const reason = 'no baseline';
      return { check: { ...blank(stage), status: 'missing', files: lost, reason }, expected: null };
    }
    return comparePictures(
      stage,
      planes.map(({ map }) => map),
      files,
      stored as StoredPicture[],
      tolerance,
    );
  });
}

function comparePictures(
  stage: ComputedStage,
  planes: readonly LabelledMap[],
  files: readonly string[],
  stored: readonly StoredPicture[],
  tolerance: Tolerance,
): JudgedStage {
  const got = toFloat32(stage.value.data);
  const expected = new Float32Array(got.length);
  const { shape } = stage.value;
  let [from, differing, tolerated] = [0, 0, 0];
  let [first, largest]: (DifferingValue | null)[] = [null, null];
  for (const [i, map] of planes.entries()) {
    const picture = stored[i];
    if (picture.width !== map.width || picture.height !== map.height) {
      const reason = `its size differs: expected ${picture.width}×${picture.height}, got ${map.width}×${map.height}`;
      return { check: { ...blank(stage), status: 'different', files: [files[i]], reason }, expected: null };
    }
    const start = from;
    const plane = comparePlane(picture, map.values, (p) => placeOfIndex(shape, start + p), tolerance);
    expected.set(plane.expected, from);
    differing += plane.differing;
    tolerated += plane.tolerated;
    first ??= plane.first;
    if (plane.largest && (largest === null || plane.largest.abs > largest.abs)) largest = plane.largest;
    from += map.values.length;
  }
  const values = { total: got.length, differing, tolerated, first, largest };
  // what is within the tolerance stands there as it came
  return {
    check: { ...blank(stage), files, status: statusOf(values), values },
    expected: { values: expected, tolerance: EXACT },
  };
}

function statusOf({ differing, tolerated }: ValuesCheck): StageStatus {
  if (differing > 0) return 'different';
  return tolerated > 0 ? 'within tolerance' : 'identical';
}

function blank({ name, stored }: ComputedStage): StageCheck {
  const { shape, dtype } = stored;
  return { stage: name, status: 'identical', shape, dtype, files: [], values: null, reason: null };
}

/** A difference with its place in a layer of this shape, N included. */
export function differingAt({ at, ...difference }: ElementDifference, shape: readonly number[]): DifferingValue {
  return { place: placeOfIndex(shape, at), ...difference, greys: null };
}
