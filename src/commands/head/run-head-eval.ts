import { EXIT } from '../../cli/exit.js';
import type { Progress } from '../../cli/progress.js';
import { openTerminal } from '../../cli/terminal.js';
import { evaluateHead } from './apply-head.js';
import { type HeadFlags, headJob, pictureFile } from './head-job.js';
import { describeHeadEvaluation, headEvaluationJson } from './head-report.js';

interface HeadEvalFlags extends HeadFlags {
  readonly csv?: string;
  readonly confusion?: string;
  readonly clobber: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
}

/** `cnnviz head eval`: how a head does on labelled images; exits with 1 when an image failed. */
export async function runHeadEval(path: string, folder: string | null, flags: HeadEvalFlags): Promise<void> {
  const { csv = null, clobber } = flags;
  const confusion = pictureFile('--confusion', flags.confusion);
  const terminal = await openTerminal({ quiet: flags.quiet, verbose: flags.verbose, reserveStdout: flags.json });
  let bar: Progress | null = null;
  const result = await evaluateHead(
    { ...headJob(path, flags), place: { folder, csv }, confusion, clobber },
    {
      images(done, total, failed) {
        bar ??= terminal.progress(total);
        bar.update(done, failed);
      },
      failure: (error) => terminal.fail(error),
    },
  ).finally(() => bar?.stop());
  for (const note of result.notes) terminal.note(`note: ${note}`);
  if (flags.json) await terminal.send(new TextEncoder().encode(`${headEvaluationJson(result)}\n`));
  else for (const line of describeHeadEvaluation(result, terminal.style)) terminal.print(line);
  process.exitCode = result.failed.length > 0 ? EXIT.failed : EXIT.done;
}
