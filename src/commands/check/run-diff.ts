import { EXIT } from '../../cli/exit.js';
import { openTerminal } from '../../cli/terminal.js';
import { CnnvizError } from '../../core/errors.js';
import type { DrawingNote } from '../../core/note.js';
import { groupDigits } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { encodePng } from '../../io/encode.js';
import { existingFolder, writeAtomic } from '../../io/files.js';
import { baseName } from '../../io/paths.js';
import type { Style } from '../../reports/text.js';
import { parseTolerance } from './check-cases.js';
import { type DifferingValue, EXACT, type FileComparison } from './check-result.js';
import { changeWords, distanceWords, largestWords, placeWords, valuesRecord } from './check-words.js';
import { type ComparedFiles, diffFiles, diffFolders } from './diff-files.js';
import { differencePicture } from './difference.js';

interface DiffFlags {
  readonly tolerance?: string;
  readonly out?: string;
  readonly clobber: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `cnnviz diff`: two files, or two folders; exits with 1 when they differ, with 2 when they cannot be compared. */
export async function runDiff(a: string, b: string, flags: DiffFlags): Promise<void> {
  const { out, clobber, json, quiet } = flags;
  const tolerance = flags.tolerance === undefined ? EXACT : parseTolerance(flags.tolerance);
  if (out !== undefined && !/\.png$/i.test(out)) {
    throw new CnnvizError('usage', `${out}: the difference is drawn as .png`, { fix: '-o difference.png' });
  }
  const terminal = await openTerminal({ quiet, reserveStdout: json });
  const folders = [await existingFolder(a), await existingFolder(b)];
  if (folders[0] !== folders[1]) {
    throw new CnnvizError('usage', `${folders[0] ? a : b} is a folder, ${folders[0] ? b : a} is not`, {
      fix: 'name two files or two folders',
    });
  }
  if (folders[0]) {
    if (out !== undefined) {
      throw new CnnvizError('usage', '-o draws the difference of two files', { fix: 'name the two files' });
    }
    const files = await refusing(diffFolders(a, b, tolerance));
    if (files.length === 0) {
      throw new CnnvizError('nothing', `nothing to compare: ${a} and ${b} hold no .png and no .npy`);
    }
    if (!json) for (const line of describeFolders(files, terminal.style)) terminal.print(line);
    return finish(files);
  }
  const compared = await refusing(diffFiles(a, b, tolerance));
  if (!json) for (const line of describeDiff(compared.comparison, terminal.style)) terminal.print(line);
  if (out !== undefined) terminal.note(await drawDifference(out, compared, clobber));
  return finish([compared.comparison]);

  async function finish(files: readonly FileComparison[]): Promise<void> {
    if (json) await terminal.send(new TextEncoder().encode(`${diffJson(files)}\n`));
    const same = files.every(({ status }) => status === 'identical' || status === 'within tolerance');
    process.exitCode = same ? EXIT.done : EXIT.failed;
  }
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

/** Draws b − a, or says why there is nothing to draw. */
async function drawDifference(
  out: string,
  { comparison: { a, b, values, reason }, planes }: ComparedFiles,
  clobber: boolean,
): Promise<string> {
  if (reason !== null) return `no difference drawn: ${reason}`;
  if (planes.length === 0) return `no difference to draw: ${out} is not written`;
  const facts = `${groupDigits(values!.differing)} of ${groupDigits(values!.total)} values differ`;
  const { image, scale } = differencePicture(`${baseName(b)} − ${baseName(a)}`, facts, planes);
  const { lo, hi } = scale;
  const note: DrawingNote = {
    cnnviz: VERSION,
    picture: 'difference',
    lo,
    hi,
    args: ['diff', baseName(a), baseName(b)],
  };
  await writeAtomic(out, await encodePng(image, JSON.stringify(note)), { clobber });
  return `wrote ${out}`;
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
function diffJson(files: readonly FileComparison[]): string {
  const same = files.every(({ status }) => status === 'identical' || status === 'within tolerance');
  const results = files.map(({ values, ...file }) => ({ ...file, values: values && valuesRecord(values) }));
  return JSON.stringify({ cnnviz: VERSION, command: 'diff', same, results }, null, 2);
}
