import { type Command, Option } from 'commander';
import { addBatchFlags } from '../../cli/input-flags.js';
import { addLayersFlag, addPresetFlags, addWeightFlags } from '../../cli/network-flags.js';
import { altOption, showOption, verboseOption } from '../../cli/picture-flags.js';

const EXAMPLES = `Examples:
  cnnviz run "conv edge3x3 stride=2 | relu | max_pool 3 stride=2" photo.jpg --layers all
  cnnviz run alexnet --weights alexnet.pth dog.jpg --layers 'features.0,features.3' --top 3
  cnnviz run alexnet --init seed:1 dog.jpg --layers 'features.*'       without a checkpoint
  cnnviz run net.yaml@net.safetensors photos/ -o maps/                 your own network, a folder
  cnnviz run printed.txt@state.pth digit.png                           the text of print(model) and its state_dict
  cnnviz run model.onnx --input x=x.npy -o y.npy                       arrays in, exact numbers out
`;

/** Adds `run`: its flags are here, what it does is loaded when it runs. */
export function addRun(program: Command): void {
  const run = program
    .command('run')
    .summary('a whole network: maps of its layers, and the classes it sees')
    .description(
      `Run a network on images. NET is a pipe, a network file (.yaml, .json), the text of PyTorch's print(model), an ONNX
model, or a built-in: lenet5, alexnet, alexnet-2012, vgg11, vgg16, squeezenet1_1, resnet18. NET@FILE adds a checkpoint.`,
    )
    .argument('<net>', 'the network')
    .argument('[images...]', 'images, .npy arrays, folders, globs, or - for standard input')
    .addHelpText('before', EXAMPLES);
  addWeightFlags(run).optionsGroup('Layers:');
  addLayersFlag(run, 'names or globs with commas, output or all (default: output)')
    .option('--top <n>', 'name the n best classes (default: 5, when the network ends in classes)')
    .option('--labels <file>', "class names, one a line (default: ImageNet's for 1,000 classes)")
    .option('--exact', 'only algorithms that add in one fixed order; no batch norm folded', false);
  addPresetFlags(run)
    .optionsGroup('Output:')
    .option('-o, --out <place>', 'FILE.npy, FILE.png, a folder, - for stdout, or a template with {name} {layer} {map}')
    .addOption(new Option('--format <format>', 'pictures or exact numbers').choices(['png', 'npy']))
    .option('--maps', 'each channel in a file of its own, instead of one labelled sheet a layer', false)
    .option('--scale <rule>', 'minmax, symmetric (zero is mid-grey), LO,HI or p1,p99', 'minmax')
    .addOption(new Option('--depth <bits>', 'bits of a grey, with --maps').choices(['8', '16']).default('8'))
    .addOption(
      new Option('--colormap <name>', 'colours of the values')
        .choices(['gray', 'viridis', 'magma', 'diverging'])
        .default('gray'),
    )
    .option('--no-clobber', 'refuse to replace files that exist')
    .addOption(showOption())
    .addOption(altOption());
  addBatchFlags(run)
    .option(
      '--json',
      'one JSON document with the statistics of the layers on stdout; pictures only when asked for',
      false,
    )
    .addOption(verboseOption())
    .option('-q, --quiet', 'print nothing but failures', false)
    .action(async (network: string, images: string[], options) => {
      const { runNetwork } = await import('./run-network.js');
      await runNetwork(network, images, options);
    });
}
