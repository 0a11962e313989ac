import { type Command, Option } from 'commander';
import { addAlgorithmFlags, addLayerFlags } from '../../cli/conv-flags.js';
import { addBatchFlags } from '../../cli/input-flags.js';
import { altOption, showOption, verboseOption } from '../../cli/picture-flags.js';

const EXAMPLES = `Examples:
  cnnviz conv photo.jpg --kernel edge3x3 --stride 2       one feature map: photo.edge3x3.png
  cnnviz conv photo.jpg -k sobel-x -k sobel-y --sheet     two kernels, one labelled picture
  cnnviz conv photo.jpg --patch 210,140,70,70 --strip     a piece of the photo as the kernel
  cnnviz conv photo.jpg -k "0 1 0; 1 -4 1; 0 1 0" --relu --pool max:2
  cnnviz conv photos/ -r -o maps/ --kernel edge3x3        a folder, its tree kept
  cnnviz conv photo.jpg -k outline3x3 -o map.npy          exact float32 numbers
`;

/** Adds `conv`: its flags are here, what it does is loaded when it runs. */
export function addConv(program: Command): void {
  const conv = program
    .command('conv')
    .summary('one convolutional layer: kernels → bias → activation → pooling → maps')
    .description('Convolve images with kernels and write the feature maps as pictures or numbers.')
    .argument('[images...]', 'images, .npy arrays, folders, globs, or - for standard input')
    .addHelpText('before', EXAMPLES);
  const kernels = addLayerFlags(conv);
  conv
    .optionsGroup('Output:')
    .option(
      '-o, --out <place>',
      'FILE.png, FILE.npy, a folder, - for stdout, or a template with {name} {map} {ext} {dir}',
    )
    .addOption(new Option('--format <format>', 'pictures or exact numbers').choices(['png', 'npy']))
    .option('--scale <rule>', 'minmax, symmetric (zero is mid-grey), LO,HI or p1,p99', 'minmax')
    .addOption(new Option('--depth <bits>', 'bits of a grey').choices(['8', '16']).default('8'))
    .addOption(
      new Option('--colormap <name>', 'colours of the values')
        .choices(['gray', 'viridis', 'magma', 'diverging'])
        .default('gray'),
    )
    .option('--sheet', 'all maps in one labelled picture, one scale', false)
    .option('--strip', 'input ▸ kernel ▸ map side by side', false)
    .option('--no-clobber', 'refuse to replace files that exist')
    .addOption(showOption())
    .addOption(altOption());
  addBatchFlags(conv)
    .option('-n, --dry-run', 'say shapes, cost and names of outputs; write nothing', false)
    .option('--json', 'one JSON document on stdout', false)
    .addOption(verboseOption())
    .option('-q, --quiet', 'print nothing but failures', false);
  addAlgorithmFlags(conv).action(async (images: string[], options) => {
    const { runConv } = await import('./run-conv.js');
    await runConv(images, { ...options, kernels });
  });
}
