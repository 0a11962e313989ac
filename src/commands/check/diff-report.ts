import { type ValuesOf, wordsOf } from '../../cli/flags.js';
import type { Answer, Frame } from '../../cli/frame.js';
import { CnnvizError } from '../../core/errors.js';
import type { DrawingNote } from '../../core/note.js';
import { groupDigits } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import type { MapFigure } from '../../draw/figure.js';
import { existingFolder } from '../../io/files.js';
import { findInputs } from '../../io/inputs.js';
import { baseName, stem } from '../../io/paths.js';
import type { Style } from '../../reports/text.js';
import { encodeFigure, type FigureFile } from '../../run/figure.js';
import type { DifferingValue, FileComparison } from './check-result.js';
import { changeWords, distanceWords, largestWords, placeWords, valuesRecord } from './check-words.js';
import { type ComparedFiles, diffFiles, diffFolders } from './diff-files.js';
import { differencePicture } from './difference.js';
import { EXACT, toleranceFlag } from './tolerance.js';

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
  const inputs = await findInputs([a, b], { recursive: false, lists: [] });
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
