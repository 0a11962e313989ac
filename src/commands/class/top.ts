import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { addInputFlags } from '../../cli/input-flags.js';
import { addPresetFlags, addWeightFlags } from '../../cli/network-flags.js';
import { altOption, showOption } from '../../cli/picture-flags.js';

const EXAMPLES = `Examples:
  cnnviz top alexnet@alexnet.pth photos/ --layer features.0 --channel 12     the nine patches it likes best
  cnnviz top alexnet@alexnet.pth photos/ -r --layer features.10 --channel 3,7 --count 5
  cnnviz top net.onnx photos/ --layer conv2 --json                           every channel, as numbers
`;

/** Adds `top`: the patches that excite a channel most. */
export function addTop(program: Command): void {
  const top = program
    .command('top')
    .summary('the patches of a folder of images that excite a channel most')
    .description(
      `Run a network over images and cut out what each channel of a layer responds to most strongly: what the place sees (its
receptive field), from the original image. All channels in one pass; one patch an image, so that neighbours do not repeat.`,
    )
    .argument('<net>', 'the network with its weights, as for run: NET or NET@WEIGHTS')
    .argument('[images...]', 'images, .npy arrays, folders, globs')
    .addHelpText('before', EXAMPLES)
    .requiredOption('-l, --layer <name>', 'the layer')
    .option(
      '--channel <n>',
      'which channels to show, with commas (default: the first eight on the sheet, all with --json)',
      (text: string, all: string[]) => [...all, ...text.split(',').filter((part) => part !== '')],
      [],
    )
    .option('--count <n>', 'patches for each channel', '9')
    .option('--per-image <n>', 'how many patches of one image may count', '1');
  addWeightFlags(top);
  addPresetFlags(top)
    .optionsGroup('Output:')
    .option('-o, --out <file>', 'FILE.png, or - for stdout (default: NET.LAYER.top.png here)')
    .option('--no-clobber', 'refuse to replace files that exist')
    .addOption(showOption())
    .addOption(altOption())
    .option('--json', 'one JSON document on stdout; a sheet only with -o', false)
    .option('-q, --quiet', 'print nothing but failures', false);
  addInputFlags(top)
    .option('-j, --jobs <n>', 'threads for one large convolution', String(availableParallelism()))
    .action(async (network: string, images: string[], options) => {
      const { runTop } = await import('./run-top.js');
      await runTop(network, images, options);
    });
}
