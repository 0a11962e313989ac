import { EXIT } from '../../cli/exit.js';
import { collectInputs, type InputFlags, nothingToDo } from '../../cli/input-flags.js';
import { parseJobs } from '../../cli/parse.js';
import type { Progress } from '../../cli/progress.js';
import { openTerminal } from '../../cli/terminal.js';
import { CnnvizError } from '../../core/errors.js';
import type { Input } from '../../io/inputs.js';
import { exportFeatures } from './export-features.js';
import { type FeatureFlags, featureJob } from './head-job.js';
import { describeFeatures, featuresJson } from './head-report.js';
import { findLabelledImages, hasClassFolders } from './labelled-images.js';

interface HeadFeaturesFlags extends FeatureFlags, InputFlags {
  readonly csv?: string;
  readonly out: string;
  readonly clobber: boolean;
  readonly jobs: string;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
}

/** `cnnviz head features`: a network's features of images as .npy or .csv; exits with 1 when an image failed. */
export async function runHeadFeatures(images: readonly string[], flags: HeadFeaturesFlags): Promise<void> {
  const { out, clobber, json } = flags;
  if (out !== '-' && !/\.(npy|csv)$/i.test(out)) {
    throw new CnnvizError('usage', `-o ${out}: features are written as .npy or .csv`, { fix: '-o features.npy' });
  }
  if (out === '-' && json) {
    throw new CnnvizError('usage', 'stdout can carry the table or --json, not both', { fix: '-o features.csv' });
  }
  const job = { features: featureJob(flags), out, clobber, threads: parseJobs(flags.jobs) };
  const terminal = await openTerminal({
    quiet: flags.quiet,
    verbose: flags.verbose,
    reserveStdout: json || out === '-',
  });
  const found = await imagesOf(images, flags);
  if (found.inputs.length === 0) {
    if (flags.passWithNoInputs) return;
    throw nothingToDo(images, flags);
  }
  let bar: Progress | null = null;
  const result = await exportFeatures(
    { ...job, ...found },
    {
      images(done, total, failed) {
        bar ??= terminal.progress(total);
        bar.update(done, failed);
      },
      failure: (error) => terminal.fail(error),
    },
    terminal.send,
  ).finally(() => bar?.stop());
  for (const note of [...found.notes, ...result.notes]) terminal.note(`note: ${note}`);
  if (json) await terminal.send(new TextEncoder().encode(`${featuresJson(result)}\n`));
  else for (const line of describeFeatures(result, terminal.style)) terminal.print(line);
  process.exitCode = result.failed.length > 0 ? EXIT.failed : EXIT.done;
}

/** A list, one folder with sub-folders for classes, or images of no class. */
async function imagesOf(images: readonly string[], flags: HeadFeaturesFlags) {
  const [folder = null, ...more] = images;
  if (flags.csv !== undefined && more.length > 0) {
    throw new CnnvizError('usage', '--csv names the images: at most a folder goes with it', { fix: 'leave them out' });
  }
  const isLabelled =
    flags.csv !== undefined || (folder !== null && more.length === 0 && (await hasClassFolders(folder)));
  if (isLabelled) return findLabelledImages({ folder, csv: flags.csv ?? null });
  const inputs: readonly Input[] = await collectInputs(images, flags, 'cnnviz head features photos/');
  return { inputs, labels: inputs.map(() => null), notes: [] };
}
