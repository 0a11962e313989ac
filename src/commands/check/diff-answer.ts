import { type ValuesOf, wordsOf } from '../../cli/flags.js';
import type { Answer, Frame } from '../../cli/frame.js';
import { atPlace, CnnvizError } from '../../core/errors.js';
import type { DrawingNote, MapNote } from '../../core/note.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import { placeOfIndex } from '../../core/value-place.js';
import { toFloat32, type Value } from '../../core/values.js';
import { VERSION } from '../../core/version.js';
import type { MapFigure } from '../../draw/figure.js';
import { decodeSamples, readNote } from '../../io/encode.js';
import { existingFile, existingFolder, readBytes } from '../../io/files.js';
import { filesBelow } from '../../io/folders.js';
import { toInput } from '../../io/inputs.js';
import { baseName, joinPath, stem } from '../../io/paths.js';
import { sniffFormat } from '../../io/sniff.js';
import { npyToValue, readNpy } from '../../models/npy.js';
import type { Style } from '../../reports/text.js';
import { encodeFigure, type FigureFile } from '../../run/figure.js';
import { type MapPicture, readMapPicture } from '../../run/read-map.js';
import { comparedPlanes } from './check-pictures.js';
import type { DifferingValue, FileComparison, ValuesCheck } from './check-result.js';
import { comparePlane, differingAt } from './check-stage.js';
import { changeWords, distanceWords, largestWords, placeWords, valuesRecord } from './check-words.js';
import { type ComparedPlane, differencePicture } from './difference.js';
import { compareElements, type ElementDifference, EXACT, type Tolerance, toleranceFlag } from './tolerance.js';

const FLAGS = { tolerance: toleranceFlag };

/** Two files, or two folders: whether they are the same. @throws CnnvizError when they cannot be compared */
export async function diffAnswer(a: string, b: string, flags: ValuesOf<typeof FLAGS>, frame: Frame): Promise<Answer> {
  const tolerance = flags.tolerance ?? EXACT;
  const folders = [await existingFolder(a), await existingFolder(b)];
  if (folders[0] !== folders[1]) {
    throw new CnnvizError('usage', `${folders[0] ? a : b} is a folder, ${folders[0] ? b : a} is not`, {
      fix: 'name two files or two folders',
    });
  }
  if (!folders[0]) return filesAnswer(a, b, flags, frame);
  if (frame.out !== null) {
    throw new CnnvizError('usage', '-o draws the difference of two files', { fix: 'name the two files' });
  }
  const files = await refusing(diffFolders(a, b, tolerance));
  if (files.length === 0) {
    throw new CnnvizError('nothing', `nothing to compare: ${a} and ${b} hold no .png and no .npy`);
  }
  return { lines: describeFolders(files, frame.style), document: () => diffDocument(files), ok: files.every(isSame) };
}

async function filesAnswer(a: string, b: string, flags: ValuesOf<typeof FLAGS>, frame: Frame): Promise<Answer> {
  const inputs = [a, b].map((path) => toInput(path, ''));
  const place = frame.place({ name: `${stem(baseName(b))}.difference.png`, inputs, always: false });
  const compared = await refusing(diffFiles(a, b, flags.tolerance ?? EXACT));
  const { comparison, planes } = compared;
  const isDrawn = comparison.reason === null && planes.length > 0;
  const picture = () => {
    const args = ['diff', ...apart(a, b), ...wordsOf(FLAGS, flags)];
    return drawDifference(compared, args, frame.figureFile(place));
  };
  const notes =
    place === null || isDrawn
      ? []
      : [`no difference to draw${comparison.reason === null ? '' : `: ${comparison.reason}`}`];
  return {
    lines: describeDiff(comparison, frame.style),
    document: () => diffDocument([comparison]),
    ...(isDrawn && { picture, alt: altOf(comparison) }),
    files: place !== null && isDrawn ? [{ place, bytes: picture }] : [],
    notes,
    ok: isSame(comparison),
  };
}

function isSame({ status }: FileComparison): boolean {
  return status === 'identical' || status === 'within tolerance';
}

/** A file that cannot be read is a refusal: exit 1 says that two files differ. */
async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof CnnvizError)) throw error;
    const fix = error.fix === undefined ? {} : { fix: error.fix };
    throw new CnnvizError('unsupported', error.message, { ...fix, cause: error });
  }
}

/** b − a as a picture that carries the command. */
function drawDifference(
  { comparison, planes }: ComparedFiles,
  args: readonly string[],
  file: FigureFile,
): Promise<Uint8Array> {
  const [one, other] = apart(comparison.a, comparison.b);
  const facts = `${other} − ${one}  ·  ${factsOf(comparison)}`;
  const draw = differencePicture(`Where do ${one} and ${other} differ?`, facts, planes);
  const noteOf = ({ scale: { lo, hi } }: MapFigure): DrawingNote => ({
    cnnviz: VERSION,
    picture: 'difference',
    alt: altOf(comparison),
    lo,
    hi,
    args,
  });
  return encodeFigure(draw, noteOf, file);
}

function factsOf({ values }: FileComparison): string {
  return `${groupDigits(values!.differing)} of ${groupDigits(values!.total)} values differ`;
}

/** What the picture shows, in a sentence. */
function altOf(comparison: FileComparison): string {
  const { a, b, values } = comparison;
  const first = values?.first ? `, first at ${placeIn(comparison, values.first)}` : '';
  return `Difference ${baseName(b)} − ${baseName(a)}, blue below zero and orange above: ${factsOf(comparison)}${first}.`;
}

/** Two files by their names, with as many folders before them as tell the two apart. */
function apart(a: string, b: string): readonly [string, string] {
  const [one, two] = [a, b].map((path) => path.split(/[\\/]/));
  for (let parts = 1; parts < Math.max(one.length, two.length); parts++) {
    const ends = [one, two].map((path) => path.slice(-parts).join('/'));
    if (ends[0] !== ends[1]) return [ends[0], ends[1]];
  }
  return [a, b];
}

const COLOURS = ['red', 'green', 'blue'];

/** Two files, in words: that they are the same, or where they part first. */
function describeDiff(comparison: FileComparison, style: Style): string[] {
  const { status, values, reason, dtype, shape, notes } = comparison;
  const lines: string[] = [];
  if (reason !== null) lines.push(` ${style.warn('differ')}   ${reason}`);
  else if (values?.first) {
    const { first, differing, total } = values;
    const change = changeWords(first, dtype);
    const grey = comparison.compared === 'pixels' && shape[0] === 1 ? 'grey ' : '';
    lines.push(
      ` ${style.warn('differ')}   first at ${placeIn(comparison, first)}: ${grey}${change}   (${groupDigits(differing)} of ${groupDigits(total)} values)`,
      style.dim(`          ${[distanceWords(first), ...largestWords(values, dtype)].join('; ')}`),
    );
  } else if (values) {
    const what =
      status === 'identical' ? 'identical' : `the same within the tolerance (${values.tolerated} differ by less)`;
    lines.push(` ${what}   ${groupDigits(values.total)} values, ${shapeWords(comparison)}`);
  }
  return [...lines, ...notes.map((note) => ` ${style.dim(`note: ${note}`)}`)];
}

/** "red, (12, 7)" of a coloured picture, "(12, 7)" of a grey one, "channel 0, (12, 7)" of an array */
function placeIn({ compared, shape }: FileComparison, { place }: DifferingValue): string {
  if (compared !== 'pixels') return placeWords(place);
  const at = `(${place.x ?? 0}, ${place.y ?? 0})`;
  return shape[0] === 1 ? at : `${COLOURS[place.channel]}, ${at}`;
}

function shapeWords({ compared, shape, dtype }: FileComparison): string {
  if (compared !== 'pixels')
    return `[${shape.join(', ')}] ${dtype}${compared === 'map' ? ' on the scale of the map' : ''}`;
  const [channels, height, width] = shape;
  return `${width}×${height} ${channels === 1 ? 'grey' : 'RGB'}, ${dtype === 'uint8' ? 8 : 16} bits`;
}

/** Files of two folders: what differs or stands alone, and the sum. */
function describeFolders(files: readonly FileComparison[], style: Style): string[] {
  const lines = files.flatMap((file) => {
    if (file.status === 'only in the first') return [` ${style.warn('only')}     ${style.strong(file.a)}`];
    if (file.status === 'only in the second') return [` ${style.warn('only')}     ${style.strong(file.b)}`];
    if (file.status !== 'different') return [];
    return [` ${style.strong(file.b)}`, ...describeDiff(file, style)];
  });
  const count = (...among: string[]) => groupDigits(files.filter(({ status }) => among.includes(status)).length);
  const alone = count('only in the first', 'only in the second');
  lines.push(
    ` ${count('different')} differ, ${count('identical', 'within tolerance')} the same, ${alone} on one side only`,
  );
  return lines;
}

/** The document of `diff --json`. */
function diffDocument(files: readonly FileComparison[]): object {
  const results = files.map(({ values, ...file }) => ({ ...file, values: values && valuesRecord(values) }));
  return { cnnviz: VERSION, command: 'diff', same: files.every(isSame), results };
}

/** One side of a comparison. */
type Side =
  | { readonly kind: 'array'; readonly value: Value }
  /** Samples channel by channel, [C, H, W]; `map`: its greys and scale, when cnnviz drew it. */
  | { readonly kind: 'picture'; readonly value: Value; readonly map: MapPicture | null };

/** Two files that were compared, with the planes that differ. */
interface ComparedFiles {
  readonly comparison: FileComparison;
  readonly planes: readonly ComparedPlane[];
}

/**
 * Compares two files: two arrays by their numbers, two PNG by their decoded pixels, an array and the picture of a map by
 * drawing the array as the picture was.
 * @throws CnnvizError when one cannot be read or the two cannot be compared
 */
async function diffFiles(a: string, b: string, tolerance: Tolerance): Promise<ComparedFiles> {
  const [one, two] = [await readSide(a), await readSide(b)];
  const base = { a, b, ...namesOf(one, two), notes: notesOf(one, two), values: null, reason: null };
  if (one.kind !== two.kind) return compareWithMap(one, two, base, tolerance);
  const reason = misfit(one, two);
  if (reason !== null) return { comparison: { ...base, status: 'different', reason }, planes: [] };
  return compareAlike(one.value, two.value, base, tolerance);
}

/**
 * Compares two folders file by file: what has one path below both is compared, what stands in one alone is a difference.
 */
async function diffFolders(a: string, b: string, tolerance: Tolerance): Promise<FileComparison[]> {
  const maps = async (root: string) => (await filesBelow(root)).filter((path) => /\.(npy|png)$/i.test(path));
  const [ones, twos] = [await maps(a), await maps(b)];
  const paths = [...new Set([...ones, ...twos])].sort((p, q) => (p < q ? -1 : p > q ? 1 : 0));
  const found: FileComparison[] = [];
  for (const path of paths) {
    const [left, right] = [joinPath(a, path), joinPath(b, path)];
    const [inA, inB] = [await existingFile(left), await existingFile(right)];
    if (inA && inB) found.push((await diffFiles(left, right, tolerance)).comparison);
    else found.push(lonely(left, right, inA ? 'only in the first' : 'only in the second'));
  }
  return found;
}

function lonely(a: string, b: string, status: FileComparison['status']): FileComparison {
  return { a, b, status, compared: 'values', shape: [], dtype: '', values: null, reason: null, notes: [] };
}

async function readSide(path: string): Promise<Side> {
  try {
    const bytes = await readBytes(path);
    const format = sniffFormat(bytes);
    if (format === 'npy') return { kind: 'array', value: npyToValue(readNpy(bytes)) };
    if (format !== 'png') throw new CnnvizError('format', 'expected a PNG or .npy file', { fix: 'diff compares maps' });
    const { width, height, channels, depth, data } = await decodeSamples(bytes);
    const planar = depth === 8 ? new Uint8Array(data.length) : new Uint16Array(data.length);
    const size = width * height;
    for (let i = 0; i < data.length; i++) planar[(i % channels) * size + Math.floor(i / channels)] = data[i];
    const dtype = depth === 8 ? 'uint8' : 'uint16';
    return {
      kind: 'picture',
      value: { dtype, shape: [channels, height, width], data: planar },
      map: await mapOf(bytes),
    };
  } catch (error) {
    throw atPlace(path, error);
  }
}

/** The greys and the scale of a map's picture; null for a sheet, or a picture of another program. */
async function mapOf(bytes: Uint8Array): Promise<MapPicture | null> {
  if ((await readNote(bytes)) === null) return null;
  try {
    return await readMapPicture(bytes);
  } catch (error) {
    // its pixels can be compared all the same
    if (error instanceof CnnvizError && (error.code === 'format' || error.code === 'unsupported')) return null;
    throw error;
  }
}

function namesOf(one: Side, two: Side): Pick<FileComparison, 'compared' | 'shape' | 'dtype'> {
  const compared = one.kind !== two.kind ? 'map' : one.kind === 'array' ? 'values' : 'pixels';
  const { shape, dtype } = one.kind === 'picture' && two.kind === 'array' ? two.value : one.value;
  return { compared, shape, dtype };
}

/** Same greys on other scales are other values: said, for only pixels are compared. */
function notesOf(one: Side, two: Side): string[] {
  if (one.kind !== 'picture' || two.kind !== 'picture' || !one.map || !two.map) return [];
  const [p, q] = [one.map.note, two.map.note];
  if (p.lo === q.lo && p.hi === q.hi) return [];
  const range = ({ lo, hi }: MapNote) => `${formatNumber(lo)} … ${formatNumber(hi)}`;
  return [`their scales differ, so equal greys are other values: ${range(p)} and ${range(q)}`];
}

function misfit(one: Side, two: Side): string | null {
  const [p, q] = [one.value, two.value];
  if (one.kind === 'array') {
    if (p.shape.join() === q.shape.join()) return null;
    return `their sizes differ: [${p.shape.join(', ')}] and [${q.shape.join(', ')}]`;
  }
  const size = ({ shape: [, height, width] }: Value) => `${width}×${height}`;
  if (size(p) !== size(q)) return `their sizes differ: ${size(p)} and ${size(q)}`;
  const colour = ({ shape: [channels] }: Value) => (channels === 1 ? 'grey' : 'RGB');
  if (colour(p) !== colour(q)) return `one is ${colour(p)}, the other ${colour(q)}`;
  const depth = ({ dtype }: Value) => (dtype === 'uint8' ? '8' : '16');
  return depth(p) === depth(q) ? null : `one has ${depth(p)} bits a sample, the other ${depth(q)}`;
}

type Base = Omit<FileComparison, 'status'>;

function compareAlike(one: Value, two: Value, base: Base, tolerance: Tolerance): ComparedFiles {
  const { beyond, within, first, largest } = compareElements(one.data, two.data, tolerance);
  const shape = layerShape(one.shape);
  const locate = (found: ElementDifference | null) => found && differingAt(found, shape);
  const values = {
    total: one.data.length,
    differing: beyond,
    tolerated: within,
    first: locate(first),
    largest: locate(largest),
  };
  const planes = beyond === 0 ? [] : comparedPlanes(toFloat32(one.data), toFloat32(two.data), shape, tolerance);
  return { comparison: { ...base, status: statusOf(values), values }, planes };
}

/** An array is drawn on the picture's scale and compared by its greys. */
function compareWithMap(one: Side, two: Side, base: Base, tolerance: Tolerance): ComparedFiles {
  const [picture, array] = one.kind === 'picture' ? [one, two.value] : [two as Side & { kind: 'picture' }, one.value];
  const map = picture.map;
  if (map === null) {
    throw new CnnvizError(
      'unsupported',
      `${base.a} and ${base.b}: the picture carries no scale to compare numbers by`,
      {
        fix: 'compare two pictures or two arrays, or a map that cnnviz drew',
      },
    );
  }
  const shape = layerShape(array.shape);
  const [height, width] = shape.slice(-2);
  if (width !== map.width || height !== map.height || array.data.length !== width * height) {
    const reason = `their sizes differ: a picture of ${map.width}×${map.height}, an array [${array.shape.join(', ')}]`;
    return { comparison: { ...base, status: 'different', reason }, planes: [] };
  }
  const got = toFloat32(array.data);
  const { expected, differing, tolerated, first, largest } = comparePlane(
    map,
    got,
    (p) => placeOfIndex(shape, p),
    tolerance,
  );
  const values = { total: got.length, differing, tolerated, first, largest };
  const planes = differing === 0 ? [] : comparedPlanes(expected, got, shape, EXACT);
  return { comparison: { ...base, status: statusOf(values), values }, planes };
}

/** An array as a layer's output: [H, W] is one channel, [C, H, W] one item, a vector one item of many units. */
function layerShape(shape: readonly number[]): readonly number[] {
  if (shape.length >= 4) return shape;
  if (shape.length <= 1) return [1, shape[0] ?? 1];
  return shape.length === 2 ? [1, 1, ...shape] : [1, ...shape];
}

function statusOf({ differing, tolerated }: ValuesCheck): FileComparison['status'] {
  if (differing > 0) return 'different';
  return tolerated > 0 ? 'within tolerance' : 'identical';
}
