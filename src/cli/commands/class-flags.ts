import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { addPresetFlags, addWeightFlags } from './network-flags.js';
import { altOption, showOption } from './picture-flags.js';

/** Adds the arguments and flags of commands about one class of one image; `own` adds the command's between them. */
export function addClassCommand(
  program: Command,
  name: string,
  words: { readonly summary: string; readonly description: string; readonly examples: string },
  own: (command: Command) => void,
): Command {
  const command = program
    .command(name)
    .summary(words.summary)
    .description(words.description)
    .argument('<net>', 'the network with its weights, as for run: NET or NET@WEIGHTS')
    .argument('<image>', 'an image, a .npy array, or - for standard input')
    .addHelpText('before', words.examples)
    .optionsGroup('Class:')
    .option('-c, --class <K>', 'a class by its number, or its name or the beginning of it (default: the best one)')
    .option('--labels <file>', "class names, one a line (default: ImageNet's for 1,000 classes)");
  own(command);
  addWeightFlags(command);
  addPresetFlags(command)
    .optionsGroup('Output:')
    .option('-o, --out <file>', `FILE.png, FILE.npy for exact numbers, - for stdout (default: IMAGE.${name}.png here)`)
    .option('--raw', 'exact numbers instead of a picture', false)
    .option('--no-clobber', 'refuse to replace files that exist')
    .addOption(showOption())
    .addOption(altOption())
    .option('--json', 'one JSON document on stdout; a picture only with -o', false)
    .option('-q, --quiet', 'print nothing but failures', false)
    .optionsGroup('Running:')
    .option('-j, --jobs <n>', 'threads for one large convolution', String(availableParallelism()));
  return command;
}
