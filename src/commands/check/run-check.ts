import { parseShard } from '../../batch/shard.js';
import { EXIT, exitCodeOf } from '../../cli/exit.js';
import { nothingToDo } from '../../cli/input-flags.js';
import { parseJobs } from '../../cli/parse.js';
import { openTerminal, type Terminal } from '../../cli/terminal.js';
import { CnnvizError } from '../../core/errors.js';
import { groupDigits } from '../../core/text.js';
import { isWithin } from '../../io/files.js';
import { writeOwnText } from '../../io/own-texts.js';
import { type CaseFlags, checkCases } from './check-cases.js';
import { type CheckPlan, type CheckRun, planCheck } from './check-plan.js';
import { checkReportPlaces, pictureWriter, writeReport } from './check-report.js';
import type { BaselineFormat, CheckResult, ImageCheck } from './check-result.js';
import { checkBaselines, updateBaselines } from './check-update.js';
import { checkJson, describeCheck, describeUpdate, githubAnnotations, updateJson } from './check-words.js';
import { JUNIT_MARK, junitXml } from './html.js';

interface CheckFlags extends CaseFlags {
  readonly update: boolean;
  readonly format?: BaselineFormat;
  readonly forceUpdate: boolean;
  readonly report?: string;
  readonly junit?: string;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly null: boolean;
  readonly shard?: string;
  readonly jobs: string;
  readonly passWithNoInputs: boolean;
}

/** A run whose notes are kept for --json. */
interface ToldRun extends CheckRun {
  readonly warnings: readonly string[];
}

/** `cnnviz check`: flags or a file → cases → images → stages against baselines; sets the exit code. */
export async function runCheck(targets: readonly string[], flags: CheckFlags): Promise<void> {
  checkFlags(flags);
  const shard = flags.shard === undefined ? { index: 1, count: 1 } : parseShard(flags.shard, process.env);
  const jobs = parseJobs(flags.jobs);
  const cases = await checkCases(targets, flags);
  const terminal = await openTerminal({ quiet: flags.quiet, reserveStdout: flags.json });
  const lists = flags.filesFrom.map((path) => ({ path, nul: flags.null }));
  const plan = await planCheck(cases, lists, shard);
  if (plan.roots.every(({ all }) => all.size === 0)) {
    if (flags.passWithNoInputs) return;
    throw nothingToDo(
      cases.flatMap(({ images }) => images),
      flags,
    );
  }
  await checkReportPlaces(flags.report, flags.junit);
  refuseAmongBaselines(plan, flags);
  const bar = terminal.progress(imagesOf(plan));
  const warnings: string[] = [];
  const run: ToldRun = {
    jobs,
    warnings,
    note: (text) => {
      warnings.push(text);
      terminal.note(`note: ${text}`);
    },
    progress: (done, failed) => bar.update(done, failed),
  };
  process.exitCode = flags.update
    ? await update(plan, flags, run, terminal).finally(() => bar.stop())
    : await check(plan, flags, run, terminal).finally(() => bar.stop());
}

/** A report among the baselines would be taken for them the next time. */
function refuseAmongBaselines({ roots }: CheckPlan, { report, junit }: CheckFlags): void {
  for (const [flag, path] of [
    ['--report', report],
    ['--junit', junit],
  ] as const) {
    const root = roots.find((one) => path !== undefined && isWithin(one.path, path));
    if (root === undefined) continue;
    throw new CnnvizError('usage', `${flag} ${path}: lies in the folder of baselines ${root.path}`, {
      fix: `choose another place, such as ${flag} report${flag === '--junit' ? '.xml' : '/'}`,
    });
  }
}

function checkFlags({ update, format, forceUpdate, report, junit }: CheckFlags): void {
  if (!update && format !== undefined) {
    throw new CnnvizError('usage', '--format says what --update stores', { fix: 'add --update, or leave it out' });
  }
  if (update && (report !== undefined || junit !== undefined)) {
    throw new CnnvizError('usage', '--update stores maps, it does not judge them', {
      fix: 'leave --report and --junit out',
    });
  }
  if (update && !forceUpdate && isSet(process.env.CI)) {
    throw new CnnvizError(
      'usage',
      `--update is refused where CI=${process.env.CI}: a check that updates itself finds nothing`,
      {
        fix: 'update where you develop and commit the baselines; --force-update does it here all the same',
      },
    );
  }
}

async function update(plan: CheckPlan, flags: CheckFlags, run: ToldRun, terminal: Terminal): Promise<number> {
  const result = await updateBaselines(plan, flags.format ?? null, run);
  const refusal = commonRefusal(result.images);
  if (refusal) throw refusal;
  for (const { error } of result.images) if (error) terminal.fail(error);
  if (flags.json) await sendDocument(terminal, updateJson(result, run.warnings));
  else for (const line of describeUpdate(result, terminal.style)) terminal.print(line);
  noteNotBegun(plan, result.images, terminal);
  return (
    exitCodeOfErrors(result.images) ??
    (result.images.some(({ error }) => error) || result.left.length > 0 ? EXIT.failed : EXIT.done)
  );
}

async function check(plan: CheckPlan, flags: CheckFlags, run: ToldRun, terminal: Terminal): Promise<number> {
  const draw = flags.report === undefined ? null : pictureWriter(flags.report);
  const result = await checkBaselines(plan, run, draw);
  const refusal = commonRefusal(result.images);
  if (refusal) throw refusal;
  // failures are printed even when all else is silent
  const loud = await openTerminal({ quiet: false, reserveStdout: flags.json });
  const { failures, summary } = describeCheck(result, terminal.style);
  if (flags.json) await sendDocument(terminal, checkJson(result, run.warnings));
  for (const line of failures) loud.print(line);
  if (isSet(process.env.GITHUB_ACTIONS)) for (const line of githubAnnotations(result)) loud.print(line);
  terminal.print(summary);
  noteNotBegun(plan, result.images, terminal);
  const isNew = result.images.length > 0 && result.images.every(({ status }) => status === 'missing');
  if (isNew) terminal.note(' no baselines yet: the same command with --update stores them');
  if (flags.junit !== undefined) await writeOwnText(flags.junit, junitXml(result), JUNIT_MARK);
  if (flags.report !== undefined) terminal.note(`wrote ${await writeReport(flags.report, result)}`);
  return exitCodeOfErrors(result.images) ?? (isSame(result) ? EXIT.done : EXIT.failed);
}

function imagesOf({ cases }: CheckPlan): number {
  return cases.reduce((sum, { inputs }) => sum + inputs.length, 0);
}

/** An output that cannot be written ends the run. */
function noteNotBegun(plan: CheckPlan, images: readonly unknown[], terminal: Terminal): void {
  const left = imagesOf(plan) - images.length;
  if (left > 0) terminal.note(` ${groupDigits(left)} not begun`);
}

/** Whether a variable of the environment says yes. */
function isSet(variable: string | undefined): boolean {
  return variable !== undefined && variable !== '' && variable !== 'false' && variable !== '0';
}

function isSame({ images, extra }: CheckResult): boolean {
  return extra.length === 0 && images.every(({ status }) => status === 'identical');
}

/** The command was refused for every image, for one reason: said once. */
function commonRefusal(images: readonly Pick<ImageCheck, 'image' | 'error'>[]): CnnvizError | null {
  if (exitCodeOfErrors(images) !== EXIT.refused) return null;
  const reasons = images.map(({ image, error }) => error!.message.replace(`${image}: `, ''));
  if (reasons.some((reason) => reason !== reasons[0])) return null;
  const { code, fix } = images[0].error!;
  return new CnnvizError(code, reasons[0], fix === undefined ? {} : { fix });
}

/** Of outputs that cannot be written, and of a command that was refused for every image; else null. */
function exitCodeOfErrors(images: readonly Pick<ImageCheck, 'error'>[]): number | null {
  const codes = images.map(({ error }) => (error === null ? EXIT.done : exitCodeOf(error)));
  if (codes.includes(EXIT.output)) return EXIT.output;
  return codes.length > 0 && codes.every((code) => code === EXIT.refused) ? EXIT.refused : null;
}

async function sendDocument(terminal: Terminal, document: string): Promise<void> {
  await terminal.send(new TextEncoder().encode(`${document}\n`));
}
