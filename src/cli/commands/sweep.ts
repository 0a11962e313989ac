import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { addAlgorithmFlags, addLayerFlags } from './layer-flags.js';
import { altOption, showOption } from './picture-flags.js';

const EXAMPLES = `Examples:
  cnnviz sweep photo.jpg -k edge3x3 --stride 1,2,4,8            what a stride costs and keeps
  cnnviz sweep plane.png --patch 445,421,70,70 --bias 500,0,-500,-1000 --relu --pixels 255
  cnnviz sweep photo.jpg -k sobel-x -k sobel-y --activation none,relu
  cnnviz sweep photo.jpg -k edge3x3 --relu --stride 2,16 --bias 0,-1 --pool max:2,4:1,4
  cnnviz sweep photo.jpg -k edge3x3 --pool max,avg,none --pool-size 2,3x5 --pool-stride 2

Every combination of the values is a cell: one labelled picture on one scale, and a table.
--kernel and --patch may be repeated; --stride, --bias, --activation, --pool, --pool-size and
--pool-stride take lists with commas. A pair is height x width: --stride 1,2x3 are two strides.
`;

/** Adds `sweep`: its flags are here, what it does is loaded when it runs. */
export function addSweep(program: Command): void {
  const command = program
    .command('sweep')
    .summary('a grid over kernels, strides, biases, activations and pools')
    .description('Convolve one image with every combination of some parameters and show all maps on one scale.')
    .argument('<image>', 'an image, a .npy array, or - for standard input')
    .addHelpText('before', EXAMPLES);
  const kernels = addLayerFlags(command);
  command
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
    .option('-q, --quiet', 'print nothing but failures', false);
  addAlgorithmFlags(command).action(async (image: string, options) => {
    const { runSweep } = await import('../run-sweep.js');
    await runSweep(image, { ...options, kernels });
  });
}
