import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { addInputFlags } from '../../cli/input-flags.js';
import { addPresetFlags, asPrintedOption } from '../../cli/network-flags.js';
import { verboseOption } from '../../cli/picture-flags.js';

/** Adds `head` with its commands: one's own classifier on a network's frozen layers. */
export function addHead(program: Command): void {
  const head = program
    .command('head')
    .summary('my own classes: a classifier on frozen layers')
    .description(
      `Teach a network classes of your own: its layers stay as they are (frozen), a small classifier learns from what they
compute. Train one from folders of images, ask it about new ones, measure it.`,
    )
    .addHelpText(
      'before',
      `Examples:
  cnnviz head train photos/ --features alexnet --weights alexnet.pth -o my.head   one sub-folder per class
  cnnviz head predict my.head new/*.jpg --weights alexnet.pth
  cnnviz head eval my.head test/ --weights alexnet.pth
`,
    );
  addTrain(head);
  addPredict(head);
  addEval(head);
  addFeatures(head);
}

function addTrain(head: Command): void {
  const train = head
    .command('train')
    .summary('learn classes from folders of images')
    .description(
      `Learn a classifier from images: a folder with one sub-folder per class, or a list of path,label. The network's features
of each image are computed once and kept beside the head, so that training again takes seconds.`,
    )
    .argument('[folder]', 'a folder with a sub-folder for each class')
    .addHelpText(
      'before',
      `Examples:
  cnnviz head train photos/ --features alexnet --weights alexnet.pth -o my.head
  cnnviz head train --csv labels.csv --features resnet18@resnet18.pth --class-weight balanced
  cnnviz head train photos/ --features net.yaml@net.pth --layer features.8 --hidden 32 --curve curve.png
  cnnviz head train photos/ --features squeezenet1_1 --init seed:1 --confusion confusion.png    without a checkpoint
`,
    )
    .option('--csv <file>', 'lines of path,label instead of sub-folders; paths from <folder>, else from the list on');
  addFeatureFlags(train)
    .optionsGroup('Learning:')
    .option('--l2 <number>', '½·l2·‖weights‖² is added to the sum of the losses (default: 1)')
    .option('--C <number>', "the same as scikit-learn's C: 1 / l2")
    .option('--hidden <n>', 'one hidden layer of n units with ReLU (default: none)')
    .addOption(
      new Option('--class-weight <rule>', 'balanced: rare classes count more')
        .choices(['none', 'balanced'])
        .default('none'),
    )
    .option('--holdout <share>', 'images of each class held out to stop early and to measure on; 0: none', '0.2')
    .option('--patience <n>', 'stop after n iterations without a smaller loss on held-out images', '10')
    .option('--iterations <n>', 'at most', '500')
    .option('--seed <n>', 'chooses the held-out images and the start of a hidden layer', '1')
    .optionsGroup('Output:')
    .option('-o, --out <file>', "the head, a safetensors file (default: the folder's name with .head)")
    .option('--curve <file>', 'the learning curve as a PNG')
    .option('--confusion <file>', 'the confusion matrix as a PNG')
    .option('--cache <file>', "keep features in this file (default: the head's name with .features)")
    .option('--no-cache', 'keep no features')
    .option('--no-clobber', 'refuse to replace files that exist');
  addHeadRunningFlags(train).action(async (folder: string | undefined, options) => {
    const { runHeadTrain } = await import('./run-head-train.js');
    await runHeadTrain(folder ?? null, options);
  });
}

function addPredict(head: Command): void {
  const predict = head
    .command('predict')
    .summary('what a head says of images')
    .description('Say which of its classes a head sees in images. Its network must be at hand, with the same weights.')
    .argument('<head>', 'a head that head train wrote')
    .argument('[images...]', 'images, .npy arrays, folders, globs, or - for standard input')
    .addHelpText(
      'before',
      `Examples:
  cnnviz head predict my.head photo.jpg --weights alexnet.pth
  cnnviz head predict my.head photos/ -r --top 1 --jsonl > answers.jsonl
`,
    )
    .option('--top <n>', 'name the n likeliest classes (default: 3)');
  addHeadNetworkFlags(predict);
  addInputFlags(predict).option('--jsonl', 'one JSON document a line and image on stdout, as they come', false);
  addHeadRunningFlags(predict).action(async (path: string, images: string[], options) => {
    const { runHeadPredict } = await import('./run-head-predict.js');
    await runHeadPredict(path, images, options);
  });
}

function addEval(head: Command): void {
  const evaluate = head
    .command('eval')
    .summary('how good a head is on labelled images')
    .description('Measure a head on images whose classes are known: a folder with a sub-folder per class, or a list.')
    .argument('<head>', 'a head that head train wrote')
    .argument('[folder]', 'a folder with a sub-folder for each class')
    .addHelpText(
      'before',
      `Examples:
  cnnviz head eval my.head test/ --weights alexnet.pth --confusion confusion.png
  cnnviz head eval my.head --csv test.csv --json
`,
    )
    .option('--csv <file>', 'lines of path,label instead of sub-folders; paths from <folder>, else from the list on')
    .option('--confusion <file>', 'the confusion matrix as a PNG')
    .option('--no-clobber', 'refuse to replace files that exist');
  addHeadNetworkFlags(evaluate);
  addHeadRunningFlags(evaluate).action(async (path: string, folder: string | undefined, options) => {
    const { runHeadEval } = await import('./run-head-eval.js');
    await runHeadEval(path, folder ?? null, options);
  });
}

function addFeatures(head: Command): void {
  const features = head
    .command('features')
    .summary("a network's features of images, for other tools")
    .description(
      `Write what a layer computes for images as rows of numbers: FILE.npy, float32 [images, features], or FILE.csv with path,
label and features. Rows are in the order of the names; an image that cannot be read has none.`,
    )
    .argument('[images...]', 'a folder with a sub-folder for each class, or images, folders, globs')
    .addHelpText(
      'before',
      `Examples:
  cnnviz head features photos/ --features alexnet@alexnet.pth -o features.npy
  cnnviz head features photos/*.jpg --features resnet18@resnet18.pth --layer layer3.1.relu_1 -o features.csv
`,
    )
    .option('--csv <file>', 'lines of path,label instead of images')
    .requiredOption('-o, --out <file>', 'FILE.npy, FILE.csv, or - for the table on stdout')
    .option('--no-clobber', 'refuse to replace files that exist');
  addFeatureFlags(features);
  addInputFlags(features);
  addHeadRunningFlags(features).action(async (images: string[], options) => {
    const { runHeadFeatures } = await import('./run-head-features.js');
    await runHeadFeatures(images, options);
  });
}

/** Adds the flags that say which features of which network. */
function addFeatureFlags(command: Command): Command {
  command
    .optionsGroup('Features:')
    .option('-f, --features <net>', 'the network whose layers are frozen, as for run: alexnet, net.yaml@w.pth, m.onnx')
    .option('-w, --weights <file>', 'its checkpoint; the same as NET@FILE')
    .option('--init <seed:N>', 'made-up He weights instead: such features know nothing, but show how it goes')
    .addOption(asPrintedOption())
    .option('-l, --layer <name>', 'cut behind this layer (default: what enters the last layer with weights)')
    .addOption(
      new Option('--reduce <rule>', 'a layer of maps: their means, their largest values, or every value')
        .choices(['mean', 'max', 'flatten'])
        .default('mean'),
    )
    .option('--exact', 'only algorithms that add in one fixed order; no batch norm folded', false);
  return addPresetFlags(command);
}

/** Adds the flags that say where a head's network is. */
function addHeadNetworkFlags(command: Command): Command {
  return command
    .optionsGroup('Network:')
    .option(
      '-w, --weights <file>',
      'the checkpoint it was trained on (default: the file of that name, here or beside it)',
    )
    .option('-f, --features <net>', 'the network it was trained on, when that is a file in another place')
    .option('--max-pixels <n>', 'refuse larger images', '100M');
}

/** Adds the flags every command on labelled images or heads has. */
function addHeadRunningFlags(command: Command): Command {
  return command
    .optionsGroup('Running:')
    .option('-j, --jobs <n>', 'threads for one large convolution', String(availableParallelism()))
    .option('--json', 'one JSON document on stdout', false)
    .addOption(verboseOption())
    .option('-q, --quiet', 'print nothing but failures', false);
}
