import { type Outcome, type RunOne, runAll } from '../batch/run-all.js';
import { CnnvizError } from '../core/errors.js';
import type { Job } from '../core/job.js';
import type { RunResult } from '../core/result.js';
import type { Input } from '../io/inputs.js';
import { runJob } from '../pipeline.js';
import { altOfRun } from '../reports/alt.js';
import { jsonDocument } from '../reports/json.js';
import { briefRun, describePlan, describeRun, summaryLine } from '../reports/text.js';
import { dryRun } from '../stages/dry-run.js';
import { loadMaterials, type Materials } from '../stages/materials.js';
import { Claims, checkPlaces, productsOf } from '../stages/place.js';
import { collectInputs, type InputFlags, nothingToDo } from './collect-inputs.js';
import type { PictureFlags } from './commands/picture-flags.js';
import { type ConvFlags, convJob } from './conv-job.js';
import { EXIT, exitCodeOf, exitCodeOfBatch } from './exit.js';
import { parseWhole } from './parse.js';
import { showPictures, writtenBy } from './show/show.js';
import { openTerminal, type Terminal } from './terminal.js';

export interface RunFlags extends ConvFlags, InputFlags, PictureFlags {
  readonly jobs: string;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** More inputs than this get a line each instead of a paragraph each. */
const PARAGRAPHS = 3;

/** `cnnviz conv`: flags → checked job → inputs → maps; sets the exit code. */
export async function runConv(images: readonly string[], flags: RunFlags): Promise<void> {
  const job = convJob(flags);
  const jobs = parseWhole('--jobs', flags.jobs, 1);
  const toStdout = job.output.target.kind === 'stdout';
  if (toStdout && flags.json) {
    throw new CnnvizError('usage', 'stdout can carry the map or --json, not both', {
      fix: 'write the map to a file: -o map.png',
    });
  }
  const terminal = await openTerminal({ quiet: flags.quiet, reserveStdout: toStdout || flags.json });
  const inputs = await collectInputs(images, flags, 'cnnviz conv photo.jpg --kernel edge3x3');
  if (inputs.length === 0) {
    if (flags.passWithNoInputs) return;
    throw nothingToDo(images, flags);
  }
  const materials = await loadMaterials(job);
  const mapNames = materials.kernels.flatMap(({ maps }) => maps);
  await checkPlaces(job.output, inputs, productsOf(job, mapNames, 1));
  const outcomes = flags.dryRun
    ? await explainOnly(job, materials, inputs, flags, terminal)
    : await runForReal(job, materials, inputs, flags, jobs, terminal);
  process.exitCode = outcomes;
}

async function runForReal(
  job: Job,
  materials: Materials,
  inputs: readonly Input[],
  flags: RunFlags,
  jobs: number,
  terminal: Terminal,
): Promise<number> {
  const bar = terminal.progress(inputs.length);
  const report = (outcome: Outcome<RunResult>): void => {
    for (const warning of outcome.result?.warnings ?? []) terminal.note(`note: ${outcome.input.path}: ${warning}`);
    if (outcome.error) terminal.fail(outcome.error);
    else if (inputs.length > PARAGRAPHS) terminal.print(briefRun(outcome.result, terminal.style));
    else {
      const lines = describeRun(outcome.result, job.layer, job.picture.depth, outcome.result.engineMs, terminal.style);
      for (const line of lines) terminal.print(line);
    }
    if (flags.alt && outcome.result) terminal.print(altOfRun(outcome.result));
  };
  const context = { materials, claims: new Claims(job.output), threads: jobs, send: terminal.send };
  const run: RunOne<RunResult> = (input, breathe) => runJob(job, input, { ...context, breathe });
  const outcomes = await runAll(inputs, run, jobs, {
    progress: (done, failed) => bar.update(done, failed),
    outcome: report,
  }).finally(() => bar.stop());
  if (flags.json) {
    const records = outcomes.map(({ input, result, error }) => ({ path: input.path, result, error }));
    await terminal.send(new TextEncoder().encode(`${jsonDocument('conv', records)}\n`));
  }
  await showPictures(writtenBy(outcomes), flags.show, terminal);
  if (inputs.length > 1) {
    const failed = outcomes.filter(({ error }) => error).length;
    terminal.note(summaryLine(outcomes.length - failed, failed, inputs.length - outcomes.length));
  }
  return exitCodeOfBatch(outcomes);
}

async function explainOnly(
  job: Job,
  materials: Materials,
  inputs: readonly Input[],
  flags: RunFlags,
  terminal: Terminal,
): Promise<number> {
  const plans = [];
  let code: number = EXIT.done;
  for (const input of inputs) {
    try {
      const plan = await dryRun(job, materials, input);
      plans.push(plan);
      if (!flags.json) for (const line of describePlan(plan, terminal.style)) terminal.print(line);
    } catch (error) {
      if (!(error instanceof CnnvizError)) throw error;
      terminal.fail(error);
      code = Math.max(code, inputs.length === 1 ? exitCodeOf(error) : EXIT.failed);
    }
  }
  if (flags.json)
    await terminal.send(new TextEncoder().encode(`${JSON.stringify({ dryRun: true, plans }, null, 2)}\n`));
  return code;
}
