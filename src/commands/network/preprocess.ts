import { arg, command } from '../../cli/command.js';
import { flag, under, type ValuesOf } from '../../cli/flags.js';
import type { Frame } from '../../cli/frame.js';
import { BATCH_WORDS, batchFlags, manyInputs } from '../../cli/input-flags.js';
import { decodeOf, PRESETS_ABOUT, pageFlags, presetFlags, presetOf } from '../../cli/network-flags.js';
import { figureOf, formatFlags, writesNumbers } from '../../cli/picture-flags.js';
import { CnnvizError } from '../../core/errors.js';
import { type ImagePreset, type OutputJob, PRESET_NAMES } from '../../core/job.js';
import { areOfImagenet, choosePreset, PRESETS } from '../../core/preset.js';
import { extensionOf } from '../../io/paths.js';
import type { PlannedPreprocess, PreprocessFileJob } from '../../run/preprocess-file.js';

const preprocessFlags = {
  ...presetFlags,
  ...pageFlags,
  ...under('Pixels:', {
    preset: flag.choice('--preset <name>', PRESETS_ABOUT, PRESET_NAMES, 'imagenet'),
    channels: { ...presetFlags.channels, about: 'the order of the colours: rgb, bgr (default: as the preset says)' },
    layout: { ...presetFlags.layout, about: 'of the tensor: nchw or nhwc, channels last (default: nchw)' },
    fit: {
      ...presetFlags.fit,
      about: 'how an image comes to both sides of --resize: stretch, crop or letterbox[:COLOUR[:corner]]',
    },
    crop: { ...presetFlags.crop, about: 'the middle of the image; a smaller one gets a border of zeros' },
  }),
  ...formatFlags,
  ...under('Output:', {
    audit: flag.on('--audit', 'draw the steps in one labelled picture, instead of writing the tensor'),
  }),
  ...batchFlags,
};

/** `cnnviz preprocess`: from a photograph to the numbers a network reads. */
export const preprocess = command({
  name: 'preprocess',
  description:
    "Resize, crop and normalise images as torchvision does (PIL's bilinear filter, bit for bit), and write the tensor.",
  examples: `Examples:
  cnnviz preprocess dog.jpg                         what a classifier of ImageNet reads: dog.input.npy, [3, 224, 224]
  cnnviz preprocess dog.jpg --audit                 each step as a picture with its numbers: dog.preprocess.png
  cnnviz preprocess dog.jpg --crop 227 -o x.npy     as the AlexNet of 2012
  cnnviz preprocess seven.png --preset mnist --audit    one digit, any size and polarity, as MNIST's were made
  cnnviz preprocess digit.png --preset none --resize 32,32 --gray --normalize 0.13/0.31
  cnnviz preprocess photos/ -r -o inputs/           a folder, its tree kept
`,
  common: ['--preset', '--resize', '--crop', '--audit', '--out'],
  args: { images: arg.any('images, folders, globs, or - for standard input') },
  flags: preprocessFlags,
  output: {
    endings: ['.npy', '.png', '.svg'],
    what: 'the result',
    inBuckets: true,
    about:
      'FILE.npy (FILE.png or FILE.svg with --audit), a folder, s3://BUCKET/FOLDER/, - for stdout, or a template with {name} {map} {ext} {dir}',
    draws: true,
  },
  ...BATCH_WORDS,
  engine: false,
  dryRun: 'say shapes and names of outputs; write nothing',
  async answer({ images, flags }, frame) {
    const { partsAsked } = await import('../../cli/parts-asked.js');
    const job = preprocessJob(flags, frame, partsAsked(flags, frame));
    const found = await manyInputs(images, flags, 'cnnviz preprocess photo.jpg', frame);
    if (found === null) return {};
    const { answerMany, answerPlans, gathered } = await import('../../cli/run-many.js');
    const inputs = await gathered(found, job.output);
    const { planPreprocessFile, preprocessProduct } = await import('../../run/preprocess-file.js');
    const products = [preprocessProduct(job)];
    if (frame.dryRun) {
      const { checkPlaces } = await import('../../run/place.js');
      const { describePlannedPreprocess } = await import('./preprocess-report.js');
      await checkPlaces(job.output, inputs, products);
      const describe = (plan: PlannedPreprocess) => describePlannedPreprocess(plan, frame.style);
      return answerPlans(inputs, (input) => planPreprocessFile(job, input), describe, frame);
    }
    const { altOfPreprocess } = await import('../../cli/alt.js');
    const { briefPreprocess, describePreprocess, preprocessRecord } = await import('./preprocess-report.js');
    const task = { kind: 'preprocess' as const, job };
    const order = { task, materials: null, inputs, named: images.length, products };
    return answerMany(order, flags, frame, {
      describe: (result) => describePreprocess(result, frame.style),
      brief: (result) => briefPreprocess(result, frame.style),
      warnings: ({ input, warnings }) => warnings.map((warning) => `${input.path}: ${warning}`),
      faults: () => [],
      alt: altOfPreprocess,
      record: preprocessRecord,
      head: { command: 'preprocess' },
    });
  },
});

/** The job the flags ask for. @throws CnnvizError 'usage' for values or combinations that make no sense */
function preprocessJob(
  flags: ValuesOf<typeof preprocessFlags>,
  frame: Frame,
  parts: Pick<OutputJob, 'parts'>,
): PreprocessFileJob {
  const preset = choosePreset(presetOf(flags)!, PRESETS.none);
  checkPreset(preset);
  const { preset: name } = flags;
  const isOwn = name === 'imagenet' || name === 'mnist' || name === 'none';
  return { decode: decodeOf(flags), preset, ...(!isOwn && { name }), output: outputJob(flags, frame, parts) };
}

/** The statistics of ImageNet are those of colour pixels in [0, 1]. */
function checkPreset({ preprocess: { pixels, gray, normalize } }: ImagePreset): void {
  if (!areOfImagenet(normalize, 'any')) return;
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

function outputJob(flags: ValuesOf<typeof preprocessFlags>, frame: Frame, parts: Pick<OutputJob, 'parts'>): OutputJob {
  const { audit, format } = flags;
  const { target, clobber } = frame;
  const path = target.kind === 'file' || target.kind === 'template' ? target.path : '';
  const ending = /^\.(png|svg|npy)$/.exec(extensionOf(path).toLowerCase())?.[1];
  if (ending !== undefined && audit === (ending === 'npy')) {
    const what = audit ? '--audit draws a picture, .npy holds numbers' : 'the tensor is written as .npy';
    throw new CnnvizError('usage', `${path}: ${what}`, {
      fix: audit ? '-o FILE.png, or leave --audit out' : '-o FILE.npy, or add --audit for a picture of the steps',
    });
  }
  const isPicture = format === 'png' || format === 'svg';
  if (format !== null && format !== 'webdataset' && audit !== isPicture) {
    const what = audit ? '--audit draws a picture, this holds numbers' : 'the tensor is written as numbers';
    throw new CnnvizError('usage', `--format ${format}: ${what}`, {
      fix: audit ? 'keep one of them' : 'add --audit for a picture of the steps',
    });
  }
  writesNumbers(flags, target);
  return {
    products: [audit ? 'sheet' : 'npy'],
    target,
    clobber,
    ...parts,
    ...figureOf(frame, format, audit, 'add --audit'),
  };
}
