import { arg, command, group } from '../../cli/command.js';
import { flag } from '../../cli/flags.js';
import { inputFlags } from '../../cli/input-flags.js';
import { evaluationFiles, featureFlags, headFlags, learningFlags, listFlag, trainingFiles } from './head-flags.js';

/** What stands at the places of these commands. */
const PLACES = {
  head: arg.one('a head that head train wrote'),
  folder: arg.maybe('a folder with a sub-folder for each class'),
} as const;

/** How help tells of --json and -j, and that -v is there. */
const WORDS = {
  json: 'one JSON document on stdout',
  jobs: 'threads within one image',
  verbose: true,
  profile: true,
} as const;

const train = command({
  name: 'train',
  summary: 'learn classes from folders of images',
  description: `Learn a classifier from images: a folder with one sub-folder per class, or a list of path,label. The network's features
of each image are computed once and kept beside the head, so that training again takes seconds.`,
  examples: `Examples:
  cnnviz head train photos/ --features alexnet --weights alexnet.pth -o my.head
  cnnviz head train photos/ --features resnet18                trained weights, after cnnviz get resnet18
  cnnviz head train --csv labels.csv --features resnet18@resnet18.pth --class-weight balanced
  cnnviz head train photos/ --features net.yaml@net.pth --layer features.8 --hidden 32 --curve curve.png
  cnnviz head train photos/ --features squeezenet1_1 --init seed:1 --confusion confusion.png    without a checkpoint
`,
  common: ['--features', '--weights', '--init', '--confusion', '--out'],
  args: { folder: PLACES.folder },
  flags: { csv: listFlag, ...featureFlags, ...learningFlags, ...trainingFiles },
  output: {
    endings: ['.head', '.safetensors'],
    what: 'the head',
    about: "the head, a safetensors file: FILE.head, FOLDER/ or - for stdout (default: the folder's name with .head)",
    draws: false,
  },
  namedFigures: true,
  ...WORDS,
  async answer({ folder = null, flags }, frame) {
    const { trainAnswer } = await import('./train-head.js');
    return trainAnswer({ folder, csv: flags.csv }, flags, frame);
  },
});

const predict = command({
  name: 'predict',
  summary: 'what a head says of images',
  description: 'Say which of its classes a head sees in images. Its network must be at hand, with the same weights.',
  examples: `Examples:
  cnnviz head predict my.head photo.jpg --weights alexnet.pth
  cnnviz head predict my.head photos/ -r --top 1 --jsonl > answers.jsonl
`,
  args: {
    head: PLACES.head,
    images: arg.any('images, .npy arrays, folders, .tar archives, globs, or - for standard input'),
  },
  flags: { top: flag.whole('--top <n>', 'name the n likeliest classes', 1, '3'), ...headFlags, ...inputFlags },
  jsonl: 'one JSON document a line and image on stdout, as they come',
  ...WORDS,
  async answer({ head, images, flags }, frame) {
    const { predictAnswer } = await import('./predict-images.js');
    return predictAnswer(head, images, flags, frame);
  },
});

const evaluate = command({
  name: 'eval',
  summary: 'how good a head is on labelled images',
  description: 'Measure a head on images whose classes are known: a folder with a sub-folder per class, or a list.',
  examples: `Examples:
  cnnviz head eval my.head test/ --weights alexnet.pth --confusion confusion.png
  cnnviz head eval my.head --csv test.csv --json
`,
  args: PLACES,
  flags: { csv: listFlag, ...headFlags, ...evaluationFiles },
  namedFiles: true,
  namedFigures: true,
  ...WORDS,
  async answer({ head, folder = null, flags }, frame) {
    const { evaluateAnswer } = await import('./evaluate-head.js');
    return evaluateAnswer(head, { folder, csv: flags.csv }, flags, frame);
  },
});

const features = command({
  name: 'features',
  summary: "a network's features of images, for other tools",
  description: `Write what a layer computes for images as rows of numbers: FILE.npy, float32 [images, features], or FILE.csv with path,
label and features. Rows are in the order of the names; an image that cannot be read has none.`,
  examples: `Examples:
  cnnviz head features photos/ --features alexnet@alexnet.pth -o features.npy
  cnnviz head features photos/*.jpg --features resnet18@resnet18.pth --layer layer3.1.relu_1 -o features.csv
`,
  common: ['--features', '--weights', '--layer', '--out'],
  args: { images: arg.any('a folder with a sub-folder for each class, or images, folders, globs') },
  flags: {
    csv: flag.text('--csv <file>', 'lines of path,label instead of images'),
    ...featureFlags,
    ...inputFlags,
  },
  output: {
    endings: ['.npy', '.csv'],
    what: 'the table',
    about: 'FILE.npy, FILE.csv, FOLDER/ for features.npy, or - for a .csv on stdout',
    required: true,
    draws: false,
  },
  ...WORDS,
  async answer({ images, flags }, frame) {
    const { featuresAnswer } = await import('./export-features.js');
    return featuresAnswer(images, flags, frame);
  },
});

/** `cnnviz head`: one's own classifier on a network's frozen layers. */
export const head = group(
  {
    name: 'head',
    description: `Teach a network classes of your own: its layers stay as they are (frozen), a small classifier learns from what they
compute. Train one from folders of images, ask it about new ones, measure it.`,
    examples: `Examples:
  cnnviz head train photos/ --features alexnet --weights alexnet.pth -o my.head   one sub-folder per class
  cnnviz head predict my.head new/*.jpg --weights alexnet.pth
  cnnviz head eval my.head test/ --weights alexnet.pth
`,
  },
  [train, predict, evaluate, features],
);
