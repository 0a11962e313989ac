import { channelsOf } from '../../analysis/layer-facts.js';
import { planesOf } from '../../analysis/planes.js';
import { atPlace, CnnvizError } from '../../core/errors.js';
import { maxSample } from '../../core/image.js';
import type { ScaleRule } from '../../core/job.js';
import type { MapNote } from '../../core/note.js';
import type { Clipped, Scale } from '../../core/result.js';
import { placeOfIndex, type ValuePlace } from '../../core/value-place.js';
import { toFloat32, type Value } from '../../core/values.js';
import type { LabelledMap } from '../../draw/figure.js';
import { chooseScale, levelValue, midLevel, toPixels } from '../../draw/scale.js';
import { decodeSamples, readNote } from '../../io/encode.js';
import { existingFile, existingFolder, readBytes } from '../../io/files.js';
import type { Input } from '../../io/inputs.js';
import { collisionKey, folderOf, joinPath, safeName } from '../../io/paths.js';
import { npyToValue, readNpy } from '../../models/npy.js';
import { type MapPicture, readMapPicture } from '../../run/read-map.js';
import type { DifferingValue, StageCheck, StageStatus, ValuesCheck } from './check-result.js';
import { compareElements, type ElementDifference, EXACT, isExact, type Tolerance } from './tolerance.js';

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

/**
 * Where an image's baselines lie, as a folder below that of all: its tree and its whole name, so that a.jpg and a.png
 * have one each: sub/plane.png.
 */
export function folderOfImage({ relative, name, ext }: Input): string {
  return joinPath(relative, `${name}${ext}`).replaceAll('\\', '/');
}

/** The files one stage may have below its image's folder. */
interface StageFiles {
  readonly npy: string;
  /** A picture a plane: conv/0.png, of several items conv/1.0.png. */
  readonly png: (label: string) => string;
}

/** conv.npy and conv/0.png … of every stage. @throws CnnvizError 'usage' when two stages would have one name */
export function filesOfStages(imageFolder: string, stages: readonly string[]): StageFiles[] {
  const taken = new Map<string, string>();
  return stages.map((stage) => {
    const base = `${imageFolder}/${safeName(stage)}`;
    const owner = taken.get(collisionKey(base));
    if (owner !== undefined) {
      throw new CnnvizError('usage', `${base}: the stages ${owner} and ${stage} would have one baseline`, {
        fix: 'leave one of them out with --layers',
      });
    }
    taken.set(collisionKey(base), stage);
    return { npy: `${base}.npy`, png: (label) => `${base}/${label}.png` };
  });
}

/** A stored array; null when there is none. @throws CnnvizError that names the file */
async function readArrayBaseline(path: string): Promise<Value | null> {
  if (!(await existingFile(path))) return null;
  try {
    return npyToValue(readNpy(await readBytes(path)));
  } catch (error) {
    throw atPlace(path, error);
  }
}

/** A stored picture; null when there is none. @throws CnnvizError that names the file */
async function readPictureBaseline(path: string): Promise<StoredPicture | null> {
  if (!(await existingFile(path))) return null;
  try {
    const bytes = await readBytes(path);
    if ((await readNote(bytes)) !== null) return await readMapPicture(bytes);
    const { width, height, depth, channels, data } = await decodeSamples(bytes);
    if (channels !== 1) {
      throw new CnnvizError('format', 'expected a grey picture, or one that carries its colour map', {
        fix: 'make it again with --update --format png',
      });
    }
    return { width, height, depth, levels: data, note: null };
  } catch (error) {
    throw atPlace(path, error);
  }
}

/** How pictures are drawn for baselines: darkest to brightest, each on its own scale. */
export const PICTURE_SCALE: ScaleRule = { kind: 'minmax' };

/** A stored picture; `note` is null when a program that saved it again dropped it. */
export type StoredPicture = Omit<MapPicture, 'note'> & { readonly note: MapPicture['note'] | null };

/** A plane of values against a stored picture of it. */
interface PlaneComparison {
  /** What the picture stands for, where it differs; elsewhere the values themselves. */
  readonly expected: Float32Array;
  readonly differing: number;
  readonly tolerated: number;
  readonly first: DifferingValue | null;
  readonly largest: DifferingValue | null;
}

/**
 * Draws values on the scale of a stored picture and compares the greys, so that a value off by more than a grey step is
 * found wherever the range has gone. Without a note the scale is that of a new picture. A value outside the scale is not
 * what was drawn, unless the picture was clipped itself. Within a tolerance is what is at most half a step and the
 * tolerance away; units in the last place mean nothing here. Both have one size.
 */
export function comparePlane(
  { levels, depth, note }: StoredPicture,
  values: Float32Array,
  locate: (index: number) => ValuePlace,
  tolerance: Tolerance,
): PlaneComparison {
  const scale = note ?? chooseScale([values], PICTURE_SCALE);
  const { lo, hi } = scale;
  const drawn = toPixels(values, scale, depth).data;
  const clips = note === null || note.clipped.below + note.clipped.above + note.clipped.nan > 0;
  const reach = (hi - lo) / maxSample(depth) / 2 + tolerance.abs;
  const expected = new Float32Array(values);
  let [differing, tolerated] = [0, 0];
  let [first, largest]: (DifferingValue | null)[] = [null, null];
  for (let p = 0; p < values.length; p++) {
    const got = values[p];
    if (drawn[p] === levels[p] && (clips || (got >= lo && got <= hi))) continue;
    const meant = meaning(levels[p], scale, depth);
    const gap = Math.abs(got - meant);
    if (!isExact(tolerance) && gap <= reach + tolerance.rel * Math.abs(meant)) {
      tolerated++;
      continue;
    }
    expected[p] = meant;
    const abs = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap;
    const isFirst = differing++ === 0;
    if (!isFirst && largest !== null && abs <= largest.abs) continue;
    largest = { place: locate(p), expected: meant, got, abs, ulps: null, greys: [levels[p], drawn[p]] };
    if (isFirst) first = largest;
  }
  return { expected, differing, tolerated, first, largest };
}

/** The value a grey stands for; of a constant map every grey but its own stands for nothing. */
function meaning(level: number, scale: Scale, depth: 8 | 16): number {
  if (scale.lo !== scale.hi) return levelValue(level, scale, depth);
  return level === midLevel(depth) ? scale.lo : Number.NaN;
}
