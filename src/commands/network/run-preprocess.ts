import { altOfPreprocess } from '../../cli/alt.js';
import { outputTarget, refuseForeign } from '../../cli/conv-flags.js';
import { collectInputs, nothingToDo } from '../../cli/input-flags.js';
import { type PresetFlags, presetChoice } from '../../cli/network-flags.js';
import { parseColour, parsePixelCount } from '../../cli/parse.js';
import { type BatchFlags, checkStdout, runMany } from '../../cli/run-many.js';
import { openTerminal } from '../../cli/terminal.js';
import { CnnvizError } from '../../core/errors.js';
import { choosePreset, type ImagePreset, type OutputJob, PRESETS } from '../../core/job.js';
import { type PreprocessFileJob, preprocessProduct } from '../../run/preprocess-file.js';
import { briefPreprocess, describePreprocess, preprocessRecord } from './preprocess-report.js';

interface PreprocessFlags extends PresetFlags, BatchFlags {
  readonly preset: 'imagenet' | 'none';
  readonly audit: boolean;
  readonly out?: string;
  readonly clobber: boolean;
}

/** `cnnviz preprocess`: flags → checked job → images → tensors, or pictures of the steps; sets the exit code. */
export async function runPreprocess(images: readonly string[], flags: PreprocessFlags): Promise<void> {
  const job = preprocessJob(flags);
  const { output } = job;
  checkStdout(output, flags, 'result');
  const reserveStdout = output.target.kind === 'stdout' || flags.json || flags.jsonl;
  const terminal = await openTerminal({ quiet: flags.quiet, reserveStdout });
  const inputs = await collectInputs(images, flags, 'cnnviz preprocess photo.jpg');
  if (inputs.length === 0) {
    if (flags.passWithNoInputs) return;
    throw nothingToDo(images, flags);
  }
  const products = [preprocessProduct(job)];
  const task = { kind: 'preprocess' as const, job };
  const order = { task, materials: null, inputs, named: images.length, products };
  process.exitCode = await runMany(order, flags, terminal, {
    describe: (result) => describePreprocess(result, terminal.style),
    brief: (result) => briefPreprocess(result, terminal.style),
    warnings: () => [],
    faults: () => [],
    alt: altOfPreprocess,
    record: preprocessRecord,
    head: { command: 'preprocess' },
  });
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
