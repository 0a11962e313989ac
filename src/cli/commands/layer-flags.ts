import { type Command, Option } from 'commander';
import type { ConvFlags } from '../conv-job.js';

/** Adds the flags that say one layer and the pixels it reads; gives the kernels, in the order they were given. */
export function addLayerFlags(command: Command): ConvFlags['kernels'] {
  const kernels: ConvFlags['kernels'][number][] = [];
  const collect = (flag: 'kernel' | 'patch') => (text: string) => {
    kernels.push({ flag, text });
    return kernels;
  };
  command
    .optionsGroup('Kernels:')
    .option(
      '-k, --kernel <kernel>',
      'names with commas (see `cnnviz kernels`; sobel is the gradient magnitude), FILE.npy, .json, .csv, .txt or "1 0 -1; 1 0 -1"; may be repeated',
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
    .option('--stride <n|h,w>', 'step between neighbouring windows; 2,3 and 2x3 are the same', '1')
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
    .option('--pool <kind[:size[:stride]]>', 'max, avg or gauss pooling, such as max (2), max:3:2 or gauss:3:2')
    .optionsGroup('Pixels:')
    .option('--gray', 'convert to gray first (0.299 R + 0.587 G + 0.114 B)', false)
    .addOption(
      new Option('--pixels <range>', 'unit: [0, 1], 255: [0, 255], signed: [-1, 1]')
        .choices(['unit', '255', 'signed'])
        .default('unit'),
    )
    .option('--normalize <imagenet|MEAN/STD>', '(x − mean) / std per channel')
    .option('--background <colour>', 'lay transparent images over this colour (else alpha is dropped)')
    .option('--max-pixels <n>', 'refuse larger images', '100M');
  return kernels;
}

/** Adds the flags that choose among algorithms. */
export function addAlgorithmFlags(command: Command): Command {
  return command
    .option('--exact', 'only algorithms with the one order of summation (see ARCHITECTURE.md)', false)
    .option('--algorithm <name>', 'take this algorithm (see `cnnviz plan`) or say why it cannot be taken');
}
