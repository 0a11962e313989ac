import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { addPresetFlags, asPrintedOption } from './network-flags.js';
import { verboseOption } from './verbose-flag.js';

/** Adds the flags that say which features of which network. */
export function addFeatureFlags(command: Command): Command {
  command
    .optionsGroup('Features:')
    .option('-f, --features <net>', 'the network whose layers are frozen, as for run: alexnet, net.yaml@w.pth, m.onnx')
    .option('-w, --weights <file>', 'its checkpoint; the same as NET@FILE')
    .option('--init <seed:N>', 'made-up He weights instead: such features know nothing, but show how it goes')
    .addOption(asPrintedOption())
    .option('-l, --layer <name>', 'cut behind this layer (default: what enters the last layer with weights)')
    .addOption(
      new Option('--reduce <rule>', 'a layer of maps: their means, their largest values, or every value')
        .choices(['mean', 'max', 'flatten'])
        .default('mean'),
    )
    .option('--exact', 'only algorithms with the one order of summation; no batch norm folded', false);
  return addPresetFlags(command);
}

/** Adds the flags that say where a head's network is. */
export function addHeadNetworkFlags(command: Command): Command {
  return command
    .optionsGroup('Network:')
    .option(
      '-w, --weights <file>',
      'the checkpoint it was trained on (default: the file of that name, here or beside it)',
    )
    .option('-f, --features <net>', 'the network it was trained on, when that is a file in another place')
    .option('--max-pixels <n>', 'refuse larger images', '100M');
}

/** Adds the flags every command on labelled images or heads has. */
export function addHeadRunningFlags(command: Command): Command {
  return command
    .optionsGroup('Running:')
    .option('-j, --jobs <n>', 'threads for one large convolution', String(availableParallelism()))
    .option('--json', 'one JSON document on stdout', false)
    .addOption(verboseOption())
    .option('-q, --quiet', 'print nothing but failures', false);
}
