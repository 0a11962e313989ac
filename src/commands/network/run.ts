import { arg, command } from '../../cli/command.js';
import { flag, under, type ValuesOf } from '../../cli/flags.js';
import type { Frame } from '../../cli/frame.js';
import { BATCH_WORDS, batchFlags, manyInputs } from '../../cli/input-flags.js';
import { labelsFlag, numbersJob, pageFlags, presetFlags, weightFlags } from '../../cli/network-flags.js';
import { eachFlag, figureOf, mapFlags, pictureOf, writesNumbers } from '../../cli/picture-flags.js';
import { CnnvizError } from '../../core/errors.js';
import type { NetworkJob, OutputJob, ProductKind } from '../../core/job.js';
import type { PlannedNetworkRun } from './run-inputs.js';

const runFlags = {
  ...weightFlags,
  ...under('Layers:', {
    layers: flag.list('-l, --layers <names>', 'names or globs with commas, output or all (default: output)'),
    top: flag.whole('--top <n>', 'name the n best classes (default: 5, when the network ends in classes)', 1),
    labels: labelsFlag,
    exact: flag.on('--exact', 'only algorithms that add in one fixed order; no batch norm folded'),
  }),
  ...presetFlags,
  ...pageFlags,
  ...under('Output:', {
    overview: flag.on('--overview', 'the whole network in one picture: input, maps of each size, best classes'),
    maps: flag.on('--maps', 'each channel in a file of its own, instead of one labelled sheet a layer'),
    each: eachFlag,
    histogram: flag.on(
      '--histogram',
      'how large the activations are: one picture for all layers (default: every layer)',
    ),
  }),
  ...mapFlags('bits of a grey, with --maps'),
  ...batchFlags,
};

/** `cnnviz run`: a whole network on images. */
export const run = command({
  name: 'run',
  description: `Run a network on images. NET is a pipe, a network file (.yaml, .json), the text of PyTorch's print(model), a model
(.onnx, .keras, .h5, .tflite, .pt2, model.json of TensorFlow.js or Teachable Machine), a head, a checkpoint of a network that is built
in, or such a network's name: digits, alexnet, vgg16, resnet50 … (docs/networks.md). NET@FILE adds a checkpoint; digits has one.`,
  examples: `Examples:
  cnnviz run digits seven.png                                          a trained network that ships: which digit is it?
  cnnviz run "conv edge3x3 stride=2 | relu | max_pool 3 stride=2" photo.jpg --layers all
  cnnviz run alexnet --weights alexnet.pth dog.jpg --layers 'features.0,features.3' --top 3
  cnnviz run resnet18 dog.jpg                                          trained weights, after cnnviz get resnet18
  cnnviz run digits seven.png --layers conv1,relu1,pool1               what trained kernels see in a digit
  cnnviz run alexnet@alexnet.pth dog.jpg --overview                    the whole network in one picture
  cnnviz run net.yaml@net.safetensors photos/ -o maps/                 your own network, a folder
  cnnviz run printed.txt@state.pth digit.png                           the text of print(model) and its state_dict
  cnnviz run my.head photo.jpg                                         your own classes, after cnnviz head train
  cnnviz run model.onnx --input x=x.npy -o y.npy                       arrays in, exact numbers out
`,
  common: ['--weights', '--layers', '--top', '--preset', '--out'],
  args: {
    net: arg.one('the network'),
    images: arg.any('images, .npy arrays, folders, .tar archives, globs, or - for standard input'),
  },
  flags: runFlags,
  output: {
    endings: ['.png', '.npy', '.svg'],
    what: 'the layer',
    inBuckets: true,
    about:
      'FILE.npy, FILE.png, FILE.svg, a folder, s3://BUCKET/FOLDER/, - for stdout, or a template with {name} {index} {layer} {map}',
    draws: true,
  },
  ...BATCH_WORDS,
  json: 'one JSON document with the statistics of the layers on stdout; pictures only when asked for',
  dryRun: 'say shapes, cost and names of outputs; compute and write nothing',
  verbose: true,
  profile: true,
  async answer({ net, images, flags }, frame) {
    const { partsAsked } = await import('../../cli/parts-asked.js');
    const { refuseSwapped } = await import('../../cli/argument-order.js');
    refuseSwapped('run', net, images);
    const asked = runJob(net, flags, frame, partsAsked(flags, frame));
    const isFed = images.length === 0 && flags.filesFrom.length === 0;
    const named = isFed ? [] : await manyInputs(images, flags, 'cnnviz run NET photo.jpg', frame);
    if (named === null) return {};
    const { namesOfRun } = await import('../../run/recipe.js');
    const { answerMany, answerPlans, gathered } = await import('../../cli/run-many.js');
    const { describePlannedRun, fedInput, openRun, runPlanner } = await import('./run-inputs.js');
    const found = isFed ? [fedInput(net)] : named;
    const inputs = await gathered(found, asked.output);
    const isOfOne = inputs.length === 1 ? { isOfOne: true as const } : {};
    const job = { ...asked, output: { ...asked.output, names: namesOfRun(asked), ...isOfOne } };
    const materials = await openRun(job, isFed, frame);
    if (frame.dryRun) {
      const describe = (plan: PlannedNetworkRun) => describePlannedRun(plan, job, frame.style);
      return answerPlans(inputs, runPlanner(job, materials, inputs), describe, frame);
    }
    const { altOfNetworkRun } = await import('../../cli/alt.js');
    const { briefNetworkRun, describeNetworkRun, networkRecord } = await import('./run-report.js');
    const madeUp = job.request.init !== null;
    const order = { task: { kind: 'run' as const, job }, materials, inputs, named: images.length, products: null };
    return answerMany(order, flags, frame, {
      describe: (result) => describeNetworkRun(result, { madeUp, colormap: job.picture.colormap }, frame.style),
      brief: (result) => briefNetworkRun(result, madeUp, frame.style),
      warnings: ({ warnings }) => warnings,
      faults: ({ faults }) => faults,
      alt: (result) => altOfNetworkRun(net, result),
      record: (record) => networkRecord(net, record),
      head: { command: 'run', network: net },
    });
  },
});

/** The job the flags ask for. @throws CnnvizError 'usage' */
function runJob(
  net: string,
  flags: ValuesOf<typeof runFlags>,
  frame: Frame,
  parts: Pick<OutputJob, 'parts'>,
): NetworkJob {
  const { top, exact, labels, maps, histogram, overview, each, format } = flags;
  const { target, clobber, out, json } = frame;
  const isNumbers = writesNumbers(flags, target);
  if (isNumbers && maps) {
    throw new CnnvizError('usage', '--maps draws pictures, .npy holds numbers', { fix: 'keep one of them' });
  }
  if (histogram && (isNumbers || maps || overview)) {
    const other = maps ? '--maps is many' : overview ? '--overview is another' : '.npy holds numbers';
    throw new CnnvizError('usage', `--histogram is one picture, ${other}`, { fix: 'keep one of them' });
  }
  if (overview && (isNumbers || maps || each || flags.layers.length > 0)) {
    const other = isNumbers ? '.npy' : maps ? '--maps' : each ? '--each' : '--layers';
    throw new CnnvizError('usage', `--overview chooses its layers and draws them in one picture: not with ${other}`, {
      fix: 'keep one of them',
    });
  }
  const layers = histogram && flags.layers.length === 0 ? ['all'] : flags.layers;
  const isAsked = maps || histogram || overview || out !== null || format !== null;
  const kind = kindAsked(isNumbers, flags);
  const products = json && !isAsked ? [] : [kind];
  const picture = pictureOf(flags, kind === 'sheet' || kind === 'overview');
  if (picture.depth === 16 && (picture.colormap !== 'gray' || !products.includes('maps'))) {
    throw new CnnvizError('usage', '--depth 16 is for grey maps in files of their own', {
      fix: 'add --maps, or leave it out',
    });
  }
  return {
    ...numbersJob(net, flags, { layers: layers.length > 0 ? layers : ['output'], exact, labels }),
    picturesImplied: layers.length === 0 && !isAsked,
    top,
    picture,
    output: {
      products,
      target,
      clobber,
      ...parts,
      ...figureOf(frame, format, !isNumbers && !maps, 'leave --maps out'),
    },
  };
}

function kindAsked(
  isNumbers: boolean,
  { maps, histogram, overview }: { readonly maps: boolean; readonly histogram: boolean; readonly overview: boolean },
): ProductKind {
  if (isNumbers) return 'npy';
  return maps ? 'maps' : histogram ? 'histogram' : overview ? 'overview' : 'sheet';
}
