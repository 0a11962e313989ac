import { EXACT } from '../core/check-job.js';
import type { FileComparison } from '../core/check-result.js';
import { CnnvizError } from '../core/errors.js';
import { groupDigits } from '../core/format.js';
import type { DrawingNote } from '../core/note.js';
import { VERSION } from '../core/version.js';
import { differencePicture } from '../figures/difference.js';
import { encodePng } from '../io/encode.js';
import { existingFolder, writeAtomic } from '../io/files.js';
import { baseName } from '../io/paths.js';
import { describeDiff, describeFolders, diffJson } from '../reports/diff.js';
import { type ComparedFiles, diffFiles, diffFolders } from '../studies/diff-files.js';
import { parseTolerance } from './check-cases.js';
import { EXIT } from './exit.js';
import { openTerminal } from './terminal.js';

export interface DiffFlags {
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
