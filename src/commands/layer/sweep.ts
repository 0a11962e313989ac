import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { addAlgorithmFlags, addLayerFlags } from '../../cli/conv-flags.js';
import { altOption, showOption, verboseOption } from '../../cli/picture-flags.js';

const EXAMPLES = `Examples:
  cnnviz sweep photo.jpg -k edge3x3 --stride 1,2,4,8            what a stride costs and keeps
  cnnviz sweep plane.png --patch 445,421,70,70 --bias 500,0,-500,-1000 --relu --pixels 255
  cnnviz sweep photo.jpg -k sobel-x -k sobel-y --activation none,relu
  cnnviz sweep photo.jpg -k edge3x3 --relu --stride 2,16 --bias 0,-1 --pool max:2,4:1,4
  cnnviz sweep photo.jpg -k edge3x3 --pool max,avg,none --pool-size 2,3x5 --pool-stride 2

Every combination of the values is a cell: one labelled picture on one scale, and a table.
Commas separate the values of --kernel (its names), --stride, --bias, --activation, --pool,
--pool-size and --pool-stride; --kernel and --patch may also be repeated. A pair is height x
width: --stride 1,2x3 are two strides.
`;

/** What is one value for `conv` and a list here. */
const LISTS: ReadonlyMap<string, string> = new Map([
  ['--stride', 'steps between neighbouring windows, such as 1,2,4 or 2x3,4'],
  ['--bias', 'numbers, p99, fire:1%, such as 500,0,-500'],
  ['--activation', 'none, relu, leaky_relu:0.01, sigmoid, tanh, gelu, relu6, elu, silu, hardswish, softplus'],
  ['--pool', 'none, max, avg, gauss: pools such as max:2,avg:3:1, or lists such as max,avg:2,3:1,2'],
]);

/** Adds `sweep`: its flags are here, what it does is loaded when it runs. */
export function addSweep(program: Command): void {
  const command = program
    .command('sweep')
    .summary('a grid over kernels, strides, biases, activations and pools')
    .description('Convolve one image with every combination of some parameters and show all maps on one scale.')
    .argument('<image>', 'an image, a .npy array, or - for standard input')
    .addHelpText('before', EXAMPLES);
  const kernels = addLayerFlags(command);
  for (const option of command.options) {
    const list = LISTS.get(option.long ?? '');
    if (list) [option.flags, option.description] = [`${option.long} <list>`, list];
  }
  command
    .optionsGroup('Layer:')
    .option('--pool-size <list>', 'sizes for the kinds of --pool (max unless given)')
    .option('--pool-stride <list>', 'strides for the pools; each its size unless given')
    .optionsGroup('Output:')
    .option('-o, --out <file>', 'FILE.png, or - for stdout (default: NAME.sweep.png)')
    .option('--scale <rule>', 'minmax, symmetric (zero is mid-grey), LO,HI or p1,p99', 'minmax')
    .addOption(
      new Option('--colormap <name>', 'colours of the values')
        .choices(['gray', 'viridis', 'magma', 'diverging'])
        .default('gray'),
    )
    .option('--no-clobber', 'refuse to replace a file that exists')
    .addOption(showOption())
    .addOption(altOption())
    .optionsGroup('Running:')
    .option('-j, --jobs <n>', 'threads for one large convolution', String(availableParallelism()))
    .option('--json', 'one JSON document on stdout', false)
    .addOption(verboseOption())
    .option('-q, --quiet', 'print nothing but failures', false);
  addAlgorithmFlags(command).action(async (image: string, options) => {
    const { runSweep } = await import('./run-sweep.js');
    await runSweep(image, { ...options, kernels });
  });
}
