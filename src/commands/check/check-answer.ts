import { EXIT, exitCodeOf } from '../../cli/exit.js';
import { type ValuesOf, wordsOf } from '../../cli/flags.js';
import type { Answer, Frame } from '../../cli/frame.js';
import { nothingToDo } from '../../cli/input-flags.js';
import { CnnvizError } from '../../core/errors.js';
import { groupDigits } from '../../core/text.js';
import { isWithin } from '../../io/files.js';
import { writeOwnText } from '../../io/own-texts.js';
import { baseName } from '../../io/paths.js';
import { checkCases } from './check-cases.js';
import { checkFlags } from './check-flags.js';
import { IMAGE_WORD, STAGE_WORD } from './check-pictures.js';
import { type CheckPlan, type CheckRun, planCheck } from './check-plan.js';
import { checkReportPlaces, reportPage, writeReport } from './check-report.js';
import type { CheckResult, ImageCheck } from './check-result.js';
import { checkBaselines, updateBaselines } from './check-update.js';
import { checkDocument, describeCheck, describeUpdate, githubAnnotations, updateDocument } from './check-words.js';
import { JUNIT_MARK, junitXml } from './html.js';

type CheckFlags = ValuesOf<typeof checkFlags>;

/** A run whose notes are kept for --json. */
interface ToldRun extends CheckRun {
  readonly warnings: readonly string[];
}

/** Flags or a file → cases → images → stages against baselines. */
export async function checkAnswer(targets: readonly string[], flags: CheckFlags, frame: Frame): Promise<Answer> {
  refuseContrary(flags);
  const cases = await checkCases(targets, flags);
  const lists = flags.filesFrom.map((path) => ({ path, nul: flags.null }));
  const plan = await planCheck(cases, lists, flags.shard ?? { index: 1, count: 1 });
  if (plan.roots.every(({ all }) => all.size === 0)) {
    if (flags.passWithNoInputs) return nothingChecked(flags);
    throw nothingToDo(
      cases.flatMap(({ images }) => images),
      flags,
    );
  }
  await checkReportPlaces(flags.report, flags.junit);
  refuseAmongBaselines(plan, flags);
  const { bar } = frame.progress(imagesOf(plan));
  const warnings: string[] = [];
  const run: ToldRun = {
    jobs: frame.jobs,
    isAlone: false,
    warnings,
    note: (text) => {
      warnings.push(text);
      frame.terminal.note(`note: ${text}`);
    },
    progress: (done, failed) => bar.update(done, failed),
  };
  return flags.update ? update(plan, flags, run, frame) : check(plan, targets, flags, run, frame);
}

/** Nothing matched, and that is a success: baselines of what is not there are not looked at. */
function nothingChecked({ update }: CheckFlags): Answer {
  return {
    document: () =>
      update ? updateDocument({ images: [], removed: [], left: [] }, []) : checkDocument({ images: [], extra: [] }, []),
  };
}

/** A report among the baselines would be taken for them the next time. */
function refuseAmongBaselines({ roots }: CheckPlan, { report, junit }: CheckFlags): void {
  for (const [flag, path] of [
    ['--report', report],
    ['--junit', junit],
  ] as const) {
    const root = roots.find((one) => path !== null && isWithin(one.path, path));
    if (root === undefined) continue;
    throw new CnnvizError('usage', `${flag} ${path}: lies in the folder of baselines ${root.path}`, {
      fix: `choose another place, such as ${flag} report${flag === '--junit' ? '.xml' : '/'}`,
    });
  }
}

function refuseContrary({ update, format, forceUpdate, report, junit }: CheckFlags): void {
  if (!update && format !== null) {
    throw new CnnvizError('usage', '--format says what --update stores', { fix: 'add --update, or leave it out' });
  }
  if (update && (report !== null || junit !== null)) {
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

async function update(plan: CheckPlan, flags: CheckFlags, run: ToldRun, frame: Frame): Promise<Answer> {
  const result = await updateBaselines(plan, flags.format, run);
  const refusal = commonRefusal(result.images);
  if (refusal) throw refusal;
  if (!frame.json) for (const { error } of result.images) if (error) frame.terminal.fail(error);
  const isWhole = result.left.length === 0 && result.images.every(({ error }) => error === null);
  return {
    document: () => updateDocument(result, run.warnings),
    lines: describeUpdate(result, frame.style),
    notes: notBegun(plan, result.images),
    ok: exitCodeOfErrors(result.images) ?? isWhole,
  };
}

async function check(
  plan: CheckPlan,
  targets: readonly string[],
  flags: CheckFlags,
  run: ToldRun,
  frame: Frame,
): Promise<Answer> {
  const { report, junit } = flags;
  const pictures = report === null ? null : { folder: report, recipe: recipeOf(targets, flags) };
  const result = await checkBaselines(plan, run, pictures);
  const refusal = commonRefusal(result.images);
  if (refusal) throw refusal;
  const { failures, summary } = describeCheck(result, frame.style);
  const annotations = isSet(process.env.GITHUB_ACTIONS) ? githubAnnotations(result) : [];
  // the runner reads them from both streams, and stdout may be a document
  if (frame.json) for (const line of annotations) frame.terminal.warn(line);
  const isNew = result.images.length > 0 && result.images.every(({ status }) => status === 'missing');
  const hint = isNew ? ['no baselines yet: the same command with --update stores them'] : [];
  return {
    document: () => checkDocument(result, run.warnings),
    findings: [...failures, ...annotations],
    lines: [summary],
    notes: [...notBegun(plan, result.images), ...hint],
    files: [
      ...(junit === null ? [] : [{ place: junit, write: () => writeOwnText(junit, junitXml(result), JUNIT_MARK) }]),
      ...(report === null ? [] : [{ place: reportPage(report), write: () => writeReport(report, result) }]),
    ],
    ok: exitCodeOfErrors(result.images) ?? isSame(result),
  };
}

/** The command that draws a stage of an image again: of a file of cases all of it. Files by their own names. */
function recipeOf(targets: readonly string[], flags: CheckFlags): string[] {
  const { pipe, network, weights, baseline, tolerance } = flags;
  const tail = ['--report', 'report/'];
  if (pipe === null && network === null) {
    const files = targets.map((path) => baseName(path));
    const base = baseline === null ? {} : { baseline: baseName(baseline) };
    return ['check', ...files, ...wordsOf(checkFlags, { ...base, tolerance }), ...tail];
  }
  const { init, asPrinted, exact, preset, resize, crop, gray, pixels, normalize, background } = flags;
  const values = {
    ...{ pipe, init, asPrinted, exact, tolerance, preset, resize, crop, gray, pixels, normalize, background },
    network: network === null ? null : network.split('@').map(baseName).join('@'),
    weights: weights && baseName(weights),
    baseline: baseName(baseline!),
    layers: [STAGE_WORD],
  };
  return ['check', IMAGE_WORD, ...wordsOf(checkFlags, values), ...tail];
}

function imagesOf({ cases }: CheckPlan): number {
  return cases.reduce((sum, { inputs }) => sum + inputs.length, 0);
}

/** An output that cannot be written ends the run. */
function notBegun(plan: CheckPlan, images: readonly unknown[]): string[] {
  const left = imagesOf(plan) - images.length;
  return left > 0 ? [`${groupDigits(left)} not begun`] : [];
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
