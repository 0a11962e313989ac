import { arg, command } from '../../cli/command.js';
import { flag, under, type ValuesOf } from '../../cli/flags.js';
import type { Frame } from '../../cli/frame.js';
import { BATCH_WORDS, batchFlags, manyInputs } from '../../cli/input-flags.js';
import { algorithmFlags, layerFlags, oneLayerJob, pixelFlags } from '../../cli/layer-flags.js';
import { eachFlag, figureOf, mapFlags, pictureOf, writesDrawing, writesNumbers } from '../../cli/picture-flags.js';
import { CnnvizError } from '../../core/errors.js';
import type { Job, OutputJob, ProductKind } from '../../core/job.js';

const convFlags = {
  ...layerFlags,
  ...pixelFlags,
  ...mapFlags('bits of a grey'),
  ...under('Output:', {
    sheet: flag.on('--sheet', 'all maps in one labelled picture, one scale'),
    strip: flag.on('--strip', 'input ▸ kernel ▸ every step to the map, side by side'),
    each: eachFlag,
  }),
  ...batchFlags,
  ...algorithmFlags,
};

/** `cnnviz conv`: one convolutional layer on images. */
export const conv = command({
  name: 'conv',
  description: 'Convolve images with kernels and write the feature maps as pictures or numbers.',
  examples: `Examples:
  cnnviz conv photo.jpg --kernel edge3x3 --stride 2       one feature map: photo.edge3x3.s2.png
  cnnviz conv photo.jpg -k sobel-x -k sobel-y --sheet     two kernels, one labelled picture
  cnnviz conv photo.jpg --patch 210,140,70,70 --strip     a piece of the photo as the kernel
  cnnviz conv photo.jpg -k "0 1 0; 1 -4 1; 0 1 0" --relu --pool max:2
  cnnviz conv photos/ -r -o maps/ --kernel edge3x3        a folder, its tree kept
  cnnviz conv photo.jpg -k outline3x3 -o map.npy          exact float32 numbers
`,
  common: ['--kernel', '--stride', '--relu', '--strip', '--out'],
  args: { images: arg.any('images, .npy arrays, folders, .tar archives, globs, or - for standard input') },
  flags: convFlags,
  output: {
    endings: ['.png', '.npy', '.svg'],
    what: 'the map',
    inBuckets: true,
    about:
      'FILE.png, FILE.svg, FILE.npy, a folder, s3://BUCKET/FOLDER/, - for stdout, or a template with {name} {map} {ext} {dir}',
    draws: true,
  },
  ...BATCH_WORDS,
  dryRun: 'say shapes, cost and names of outputs; write nothing',
  verbose: true,
  profile: true,
  async answer({ images, flags }, frame) {
    const { partsAsked } = await import('../../cli/parts-asked.js');
    const asked = convJob(flags, frame, partsAsked(flags, frame));
    const found = await manyInputs(images, flags, 'cnnviz conv photo.jpg --kernel edge3x3', frame);
    if (found === null) return {};
    const { answerMany, answerPlans, gathered } = await import('../../cli/run-many.js');
    const inputs = await gathered(found, asked.output);
    const { openKernels } = await import('../../run/kernels.js');
    const { checkPlaces, productsOf } = await import('../../run/place.js');
    const { itemsOf } = await import('../../run/source.js');
    const { briefRun, describePlan, describeRun } = await import('../../reports/text.js');
    const { namesOfConv } = await import('../../run/recipe.js');
    const job = { ...asked, output: { ...asked.output, names: namesOfConv(asked) } };
    const subject = await openKernels(job);
    const products = new Map(inputs.map((input) => [input, productsOf(job, subject.mapNames, itemsOf(input))]));
    const productsOfInput = (input: (typeof inputs)[number]) => products.get(input)!;
    const { style } = frame;
    if (frame.dryRun) {
      await checkPlaces(job.output, inputs, productsOfInput);
      const { planKernels } = await import('../../run/shape.js');
      const planOf = (input: (typeof inputs)[number]) => planKernels(subject, input);
      return answerPlans(inputs, planOf, (plan) => describePlan(plan, style), frame);
    }
    const { altOfRun } = await import('../../cli/alt.js');
    const { convRecord } = await import('../../cli/batch-words.js');
    const task = { kind: 'conv' as const, job };
    const order = { task, materials: subject, inputs, named: images.length, products: productsOfInput };
    return answerMany(order, flags, frame, {
      describe: (result) => describeRun(result, job.layer, job.picture, style),
      brief: (result) => briefRun(result, style),
      faults: () => [],
      warnings: ({ input, warnings }) => warnings.map((warning) => `${input.path}: ${warning}`),
      alt: altOfRun,
      record: convRecord,
      head: { command: 'conv' },
    });
  },
});

/** The job the flags ask for. @throws CnnvizError 'usage' for values or combinations that make no sense */
function convJob(flags: ValuesOf<typeof convFlags>, frame: Frame, parts: Pick<OutputJob, 'parts'>): Job {
  const { target, clobber } = frame;
  const products = productsAsked(flags, target);
  const isFigure = products.some((kind) => kind === 'sheet' || kind === 'strip');
  const picture = pictureOf(flags, isFigure);
  const figure = figureOf(frame, flags.format, isFigure, 'add --strip or --sheet');
  const job = {
    ...oneLayerJob(flags),
    picture,
    output: { products, target, clobber, ...parts, ...figure },
  };
  if (picture.depth === 8) return job;
  if (picture.colormap !== 'gray') {
    throw new CnnvizError('usage', '--depth 16 is for grey maps: colour maps have 256 steps', {
      fix: `leave out --depth 16 or --colormap ${picture.colormap}`,
    });
  }
  if (!products.includes('maps')) {
    throw new CnnvizError('usage', '--depth 16 is for maps in files of their own', {
      fix: 'leave it out with --sheet, --strip and .npy output (which is exact)',
    });
  }
  return job;
}

function productsAsked(flags: ValuesOf<typeof convFlags>, target: Frame['target']): ProductKind[] {
  const isNumbers = writesNumbers(flags, target);
  const pictures = (['sheet', 'strip'] as const).filter((kind) => flags[kind]);
  if (isNumbers && pictures.length > 0) {
    throw new CnnvizError('usage', `--${pictures[0]} draws a picture, .npy holds numbers`, {
      fix: 'run it once for each',
    });
  }
  if (isNumbers) return ['npy'];
  if (pictures.length > 0) return pictures;
  // a drawing is a labelled picture
  return writesDrawing(flags, target) ? ['strip'] : ['maps'];
}
