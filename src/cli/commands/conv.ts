import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import type { ConvFlags } from '../conv-job.js';

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
  const kernels: ConvFlags['kernels'][number][] = [];
  const collect = (flag: 'kernel' | 'patch') => (text: string) => {
    kernels.push({ flag, text });
    return kernels;
  };
  program
    .command('conv')
    .summary('one convolutional layer: kernels → bias → activation → pooling → maps')
    .description('Convolve images with kernels and write the feature maps as pictures or numbers.')
    .argument('[images...]', 'images, .npy arrays, folders, globs, or - for standard input')
    .addHelpText('before', EXAMPLES)
    .optionsGroup('Kernels:')
    .option(
      '-k, --kernel <kernel>',
      'a name (see `cnnviz kernels`), FILE.npy, FILE.json or "1 0 -1; 1 0 -1"; may be repeated',
      collect('kernel'),
    )
    .option(
      '-p, --patch <x,y,w,h[@image]>',
      'cut the kernel out of the image (or of another); may be repeated',
      collect('patch'),
    )
    .addOption(
      new Option('--patch-mode <mode>', 'what a patch is measured by')
        .choices(['zero-mean', 'raw', 'ncc'])
        .default('zero-mean'),
    )
    .option('--flip', 'turn kernels by 180°: true convolution instead of cross-correlation', false)
    .optionsGroup('Layer:')
    .option('--stride <n|h,w>', 'step between neighbouring windows', '1')
    .option('--padding <n|h,w|t,l,b,r|rule>', 'border around the image; rules: same, valid, full', '0')
    .addOption(
      new Option('--padding-mode <mode>', 'what the border holds')
        .choices(['zeros', 'reflect', 'replicate', 'circular'])
        .default('zeros'),
    )
    .option('--dilation <n|h,w>', 'distance between neighbouring taps of a kernel', '1')
    .option('--groups <n>', 'split channels and kernels into n independent groups', '1')
    .option('--bias <bias>', 'a number, FILE.npy (one per kernel), p99 or fire:1%')
    .option(
      '--activation <name[:number]>',
      'relu, leaky_relu:0.01, sigmoid, tanh, gelu, relu6, elu, silu, hardswish, softplus',
    )
    .option('--relu', 'short for --activation relu', false)
    .option('--pool <kind:size[:stride]>', 'max, avg or gauss pooling, such as max:2 or gauss:3:2')
    .optionsGroup('Pixels:')
    .option('--gray', 'convert to gray first (0.299 R + 0.587 G + 0.114 B)', false)
    .addOption(
      new Option('--pixels <range>', 'unit: [0, 1], 255: [0, 255], signed: [-1, 1]')
        .choices(['unit', '255', 'signed'])
        .default('unit'),
    )
    .option('--normalize <imagenet|MEAN/STD>', '(x − mean) / std per channel')
    .option('--background <colour>', 'lay transparent images over this colour (else alpha is dropped)')
    .option('--max-pixels <n>', 'refuse larger images', '100M')
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
    .optionsGroup('Running:')
    .option('-r, --recursive', 'take folders with everything below them', false)
    .option(
      '--files-from <file>',
      'read input names from a file, one a line (- for stdin)',
      (path: string, all: string[]) => [...all, path],
      [],
    )
    .option('-0, --null', 'names in --files-from end with NUL instead of a line end', false)
    .option('--exact', 'only algorithms with the one order of summation (see ARCHITECTURE.md)', false)
    .option('-j, --jobs <n>', 'images in flight', String(Math.min(4, availableParallelism())))
    .option('--pass-with-no-inputs', 'succeed when nothing matches', false)
    .option('-n, --dry-run', 'say shapes, cost and names of outputs; write nothing', false)
    .option('--json', 'one JSON document on stdout', false)
    .option('-q, --quiet', 'print nothing but failures', false)
    .action(async (images: string[], options) => {
      const { runConv } = await import('../run-conv.js');
      await runConv(images, { ...options, kernels });
    });
}
