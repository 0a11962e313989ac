import { type Outcome, runAll } from '../batch/run-all.js';
import { CnnvizError } from '../core/errors.js';
import type { OutputJob } from '../core/job.js';
import { choosePreset, type ImagePreset, PRESETS } from '../core/preprocess-job.js';
import type { PreprocessResult } from '../core/preprocess-result.js';
import { altOfPreprocess } from '../reports/alt.js';
import { briefPreprocess, describePreprocess, preprocessJson } from '../reports/preprocess.js';
import { summaryLine } from '../reports/text.js';
import { Claims, checkPlaces } from '../stages/place.js';
import { type PreprocessFileJob, preprocessFile, preprocessProduct } from '../stages/preprocess-file.js';
import { collectInputs, type InputFlags, nothingToDo } from './collect-inputs.js';
import type { PictureFlags } from './commands/picture-flags.js';
import { outputTarget, refuseForeign } from './conv-job.js';
import { exitCodeOfBatch } from './exit.js';
import { type PresetFlags, presetChoice } from './network-job.js';
import { parseColour, parsePixelCount } from './parse.js';
import { showPictures, writtenBy } from './show/show.js';
import { openTerminal } from './terminal.js';

export interface PreprocessFlags extends PresetFlags, InputFlags, PictureFlags {
  readonly preset: 'imagenet' | 'none';
  readonly audit: boolean;
  readonly out?: string;
  readonly clobber: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** More images than this get a line each instead of a table each. */
const TABLES = 3;

/** One image is decoded while another is resized. */
const IN_FLIGHT = 2;

/** `cnnviz preprocess`: flags → checked job → images → tensors, or pictures of the steps; sets the exit code. */
export async function runPreprocess(images: readonly string[], flags: PreprocessFlags): Promise<void> {
  const job = preprocessJob(flags);
  const toStdout = job.output.target.kind === 'stdout';
  if (toStdout && flags.json) {
    throw new CnnvizError('usage', 'stdout can carry the result or --json, not both', {
      fix: `write the result to a file: -o x.${flags.audit ? 'png' : 'npy'}`,
    });
  }
  const terminal = await openTerminal({ quiet: flags.quiet, reserveStdout: toStdout || flags.json });
  const inputs = await collectInputs(images, flags, 'cnnviz preprocess photo.jpg');
  if (inputs.length === 0) {
    if (flags.passWithNoInputs) return;
    throw nothingToDo(images, flags);
  }
  await checkPlaces(job.output, inputs, [preprocessProduct(job)]);
  const bar = terminal.progress(inputs.length);
  const report = (outcome: Outcome<PreprocessResult>): void => {
    if (outcome.error) terminal.fail(outcome.error);
    else if (inputs.length > TABLES) terminal.print(briefPreprocess(outcome.result, terminal.style));
    else for (const line of describePreprocess(outcome.result, terminal.style)) terminal.print(line);
    if (flags.alt && outcome.result) terminal.print(altOfPreprocess(outcome.result));
  };
  const context = { claims: new Claims(job.output), send: terminal.send };
  const outcomes = await runAll(inputs, (input) => preprocessFile(job, input, context), IN_FLIGHT, {
    progress: (done, failed) => bar.update(done, failed),
    outcome: report,
  }).finally(() => bar.stop());
  if (flags.json) {
    const records = outcomes.map(({ input, result, error }) => ({ path: input.path, result, error }));
    await terminal.send(new TextEncoder().encode(`${preprocessJson(records)}\n`));
  }
  await showPictures(writtenBy(outcomes), flags.show, terminal);
  if (inputs.length > 1) {
    const failed = outcomes.filter(({ error }) => error).length;
    terminal.note(summaryLine(outcomes.length - failed, failed, inputs.length - outcomes.length));
  }
  process.exitCode = exitCodeOfBatch(outcomes);
}

/** @throws CnnvizError 'usage' for values or combinations that make no sense */
function preprocessJob(flags: PreprocessFlags): PreprocessFileJob {
  const preset = choosePreset(presetChoice(flags)!, PRESETS.none);
  checkPreset(preset);
  return {
    decode: {
      background: flags.background === undefined ? null : parseColour(flags.background),
      maxPixels: parsePixelCount(flags.maxPixels),
    },
    preset,
    output: outputJob(flags),
  };
}

/** The statistics of ImageNet are those of colour pixels in [0, 1]. */
function checkPreset({ preprocess }: ImagePreset): void {
  const { pixels, gray, normalize } = preprocess;
  if (normalize !== PRESETS.imagenet.preprocess.normalize) return;
  if (pixels !== 'unit') {
    throw new CnnvizError('usage', `the mean and std of ImageNet are for pixels in [0, 1], not --pixels ${pixels}`, {
      fix: 'leave --pixels out, or add --preset none or a --normalize MEAN/STD of your own',
    });
  }
  if (gray) {
    throw new CnnvizError('usage', 'the mean and std of ImageNet are for three channels, --gray leaves one', {
      fix: 'add --normalize with one mean and one std, such as 0.45/0.22, or --preset none',
    });
  }
}

function outputJob({ out, audit, clobber }: PreprocessFlags): OutputJob {
  refuseForeign(out);
  const ending = /\.(png|npy)$/i.exec(out ?? '')?.[1].toLowerCase();
  const wanted = audit ? 'png' : 'npy';
  if (ending !== undefined && ending !== wanted) {
    const what = audit ? '--audit draws a picture, .npy holds numbers' : 'the tensor is written as .npy';
    throw new CnnvizError('usage', `${out}: ${what}`, {
      fix: audit ? '-o FILE.png, or leave --audit out' : '-o FILE.npy, or add --audit for a picture of the steps',
    });
  }
  return { products: [audit ? 'sheet' : 'npy'], target: outputTarget(out, ending), clobber };
}
