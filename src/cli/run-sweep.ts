import { CnnvizError } from '../core/errors.js';
import type { OutputJob } from '../core/job.js';
import { encodePng } from '../io/encode.js';
import { writeAtomic } from '../io/files.js';
import { findInputs, type Input } from '../io/inputs.js';
import { altOfSweep } from '../reports/alt.js';
import { describeSweep, sweepJson } from '../reports/sweep.js';
import { checkPlaces, type Product, placeOf } from '../stages/place.js';
import { sweepNote } from '../stages/sweep-recipe.js';
import { countCells, sweep } from '../studies/sweep.js';
import type { PictureFlags } from './commands/picture-flags.js';
import { parseJobs } from './parse.js';
import { showPictures } from './show/show.js';
import { type SweepFlags, sweepJob } from './sweep-job.js';
import { openTerminal } from './terminal.js';

export interface RunSweepFlags extends SweepFlags, PictureFlags {
  readonly jobs: string;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
}

const PRODUCT: Product = { kind: 'sheet', layer: null, map: 'sweep' };

/** `cnnviz sweep`: flags → checked job → every combination → one picture and a table. */
export async function runSweep(image: string, flags: RunSweepFlags): Promise<void> {
  const { json, quiet, alt } = flags;
  const job = sweepJob(flags);
  const { output } = job.base;
  const cells = countCells(job);
  const threads = parseJobs(flags.jobs);
  checkOutput(output, flags);
  const input = await onlyInput(image);
  await checkPlaces(output, [input], [PRODUCT]);
  const path = placeOf(output, input, PRODUCT);
  const terminal = await openTerminal({ quiet, verbose: flags.verbose, reserveStdout: json || path === '-' });
  const bar = terminal.progress(cells);
  const breathe = async (done: number) => {
    bar.update(done * cells, 0);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const { result, image: picture, sha256 } = await sweep(job, input, { breathe, threads }).finally(() => bar.stop());
  const words = altOfSweep(result);
  const note = sweepNote(job, { path: input.path, sha256 }, result.scale);
  const bytes = await encodePng(picture, JSON.stringify({ ...note, alt: words }));
  if (path === '-') await terminal.send(bytes);
  else await writeAtomic(path, bytes, { clobber: output.clobber });
  for (const warning of result.warnings) terminal.note(`note: ${input.path}: ${warning}`);
  if (json) {
    const document = sweepJson(result, words, [{ path, bytes: bytes.length }]);
    await terminal.send(new TextEncoder().encode(`${document}\n`));
    return;
  }
  for (const line of describeSweep(result, job.base.layer, terminal.style)) terminal.print(line);
  if (path !== '-') terminal.print(`wrote ${terminal.style.strong(path)}`);
  if (alt) terminal.print(words);
  await showPictures([path], flags.show, terminal);
}

function checkOutput({ target }: OutputJob, { json }: RunSweepFlags): void {
  if (target.kind === 'stdout' && json) {
    throw new CnnvizError('usage', 'stdout can carry the picture or --json, not both', { fix: '-o FILE.png' });
  }
}

async function onlyInput(image: string): Promise<Input> {
  const inputs = await findInputs([image], { recursive: false, lists: [] });
  if (inputs.length === 1) return inputs[0];
  throw new CnnvizError('usage', `${image}: a sweep takes one image, this means ${inputs.length}`, { fix: 'name one' });
}
