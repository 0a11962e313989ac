import type { Command } from 'commander';
import { addLookFlags, typedFlags } from '../../cli/look-flags.js';
import { altOption, showOption, verboseOption } from '../../cli/picture-flags.js';

const EXAMPLES = `Examples:
  cnnviz explain photo.jpg --kernel edge3x3 --stride 2 --at 188,42      patch × kernel, channel by channel
  cnnviz explain photo.jpg -k edge3x3 --relu --pool max:2 --at 94,21    with activation and pooling window
  cnnviz explain "conv edge3x3 | relu" photo.jpg --layer relu --at 8,4  a pipe
  cnnviz explain alexnet@alexnet.pth dog.jpg --layer features.3 --channel 5 --at 3,4
  cnnviz explain photo.jpg --kernel edge3x3 --at 188,42 -o why.png      as a picture, numbers in the cells
`;

/** Adds `explain`: its flags are here, what it does is loaded when it runs. */
export function addExplain(program: Command): void {
  const explain = program
    .command('explain')
    .summary('one number of a map: patch × kernel, channel by channel, + bias')
    .description(
      `Show how one value of a layer's output came about. IMAGE with a kernel is one layer, with the flags of conv;
NET IMAGE is a pipe or network, with those of run. The sum follows the engine's order. It gives the same bits, or the bound of the difference is printed.`,
    )
    .argument('[what...]', 'IMAGE with --kernel or --patch; or NET and IMAGE')
    .addHelpText('before', EXAMPLES);
  const kernels = addLookFlags(explain);
  explain
    .option('--at <x,y>', "position in the layer's output, from the top left (default: its largest value)")
    .optionsGroup('Output:')
    .option('--all', 'every product of large kernels, not the largest only', false)
    .option('-o, --out <file>', 'draw it: FILE.png')
    .option('--no-clobber', 'refuse to replace a file that exists')
    .addOption(showOption())
    .addOption(altOption())
    .option('--json', 'one JSON document on stdout, every number', false)
    .addOption(verboseOption())
    .option('-q, --quiet', 'print nothing but failures', false)
    .action(async (what: string[], options) => {
      const { runExplain } = await import('./run-explain.js');
      await runExplain(what, { ...options, kernels, typed: typedFlags(explain) });
    });
}
