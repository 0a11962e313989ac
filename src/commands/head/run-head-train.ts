import { EXIT } from '../../cli/exit.js';
import { parseJobs } from '../../cli/parse.js';
import type { Progress } from '../../cli/progress.js';
import { openTerminal } from '../../cli/terminal.js';
import { CnnvizError } from '../../core/errors.js';
import { baseName, stem } from '../../io/paths.js';
import { type FeatureFlags, featureJob, type LearningFlags, pictureFile, trainingSettings } from './head-job.js';
import { describeTraining, trainingJson } from './head-report.js';
import { trainHeadOnImages } from './train-head.js';

interface HeadTrainFlags extends FeatureFlags, LearningFlags {
  readonly csv?: string;
  readonly out?: string;
  readonly curve?: string;
  readonly confusion?: string;
  /** false: nowhere; nothing said: beside the head. */
  readonly cache?: false | string;
  readonly clobber: boolean;
  readonly jobs: string;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
}

/** `cnnviz head train`: flags → checked job → features → head; exits with 1 when an image had to be left out. */
export async function runHeadTrain(folder: string | null, flags: HeadTrainFlags): Promise<void> {
  const { csv = null, cache, clobber } = flags;
  const out = outputFile(flags.out ?? `${nameOf(folder, csv)}.head`);
  const job = {
    place: { folder, csv },
    features: featureJob(flags),
    settings: trainingSettings(flags),
    out,
    clobber,
    cache: cache === false ? null : (cache ?? `${out}.features`),
    curve: pictureFile('--curve', flags.curve),
    confusion: pictureFile('--confusion', flags.confusion),
    threads: parseJobs(flags.jobs),
  };
  const terminal = await openTerminal({ quiet: flags.quiet, verbose: flags.verbose, reserveStdout: flags.json });
  const bars: { images: Progress | null; iterations: Progress | null } = { images: null, iterations: null };
  const result = await trainHeadOnImages(job, {
    images(done, total, failed) {
      bars.images ??= terminal.progress(total);
      bars.images.update(done, failed);
    },
    failure: (error) => terminal.fail(error),
    iterations(done, total) {
      bars.images?.stop();
      bars.iterations ??= terminal.progress(total, { mayEndEarly: true });
      bars.iterations.update(done, 0);
    },
  }).finally(() => {
    bars.images?.stop();
    bars.iterations?.stop();
  });
  for (const note of result.notes) terminal.note(`note: ${note}`);
  if (flags.json) await terminal.send(new TextEncoder().encode(`${trainingJson(result)}\n`));
  else for (const line of describeTraining(result, terminal.style)) terminal.print(line);
  process.exitCode = result.failed.length > 0 ? EXIT.failed : EXIT.done;
}

/** What a head is called when nobody says: after its folder or list. */
function nameOf(folder: string | null, csv: string | null): string {
  const name = folder === null ? stem(csv ?? '') : baseName(folder);
  return /^[.]*$/.test(name) ? 'my' : name;
}

function outputFile(out: string): string {
  if (out === '' || out === '-' || /[/\\]$/.test(out)) {
    throw new CnnvizError('usage', `-o ${out}: expected a file for the head`, { fix: '-o my.head' });
  }
  return out;
}
