import type { Command } from 'commander';
import { addLookFlags, typedFlags } from '../../cli/look-flags.js';
import { altOption, showOption } from '../../cli/picture-flags.js';

const EXAMPLES = `Examples:
  cnnviz field photo.jpg --kernel edge3x3 --stride 2 --at 188,42        what one output sees: photo.field.png
  cnnviz field alexnet dog.jpg --layer features.3 --at 3,4              through all layers before it; no weights needed
  cnnviz field alexnet dog.jpg --layer features.12 --at 2,2 --crop      the piece of the image alone
  cnnviz field "conv edge3x3 | max_pool 2" photo.jpg --pixel 100,50     which outputs see a pixel
`;

/** Adds `field`: its flags are here, what it does is loaded when it runs. */
export function addField(program: Command): void {
  const field = program
    .command('field')
    .summary('receptive field of an output position, on the image')
    .description(
      `Show which pixels one position of a layer's output sees, through the whole stack of layers before it; how far
neighbouring fields overlap; and how many fields see each pixel. IMAGE with a kernel is one layer; NET IMAGE a network.`,
    )
    .argument('[what...]', 'IMAGE with --kernel or --patch; or NET and IMAGE')
    .addHelpText('before', EXAMPLES);
  const kernels = addLookFlags(field, '--centre-crop');
  field
    .option('--at <x,y>', "position in the layer's output, from the top left (default: its middle)")
    .option('--pixel <x,y>', 'the reverse: which outputs see this pixel of the input')
    .optionsGroup('Output:')
    .option('--crop', 'write the piece of the image that is seen, instead of the figure', false)
    .option('-o, --out <file>', 'FILE.png, a folder, or - for stdout (default: NAME.field.png)')
    .option('--no-clobber', 'refuse to replace a file that exists')
    .addOption(showOption())
    .addOption(altOption())
    .option('--json', 'one JSON document on stdout; a picture only with -o', false)
    .option('-q, --quiet', 'print nothing but failures', false)
    .action(async (what: string[], options) => {
      const { runField } = await import('./run-field.js');
      await runField(what, { ...options, kernels, typed: typedFlags(field) });
    });
}
