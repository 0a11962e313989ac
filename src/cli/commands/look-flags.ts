import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import type { ConvFlags } from '../conv-job.js';
import { addAlgorithmFlags, addLayerFlags } from './layer-flags.js';
import { addWeightFlags } from './network-flags.js';

/**
 * Adds what says a layer to look at: the flags of `conv` for one layer, those of `run` for a network, and the place.
 * `cropFlag`: how the centre crop is called where --crop means something else.
 */
export function addLookFlags(command: Command, cropFlag = '--crop'): ConvFlags['kernels'] {
  const kernels = addLayerFlags(command);
  addAlgorithmFlags(addWeightFlags(command))
    .optionsGroup('Network input:')
    .addOption(
      new Option(
        '--preset <name>',
        'imagenet: shorter side 256, centre crop 224, mean/std; none: as it is (default: as the network says)',
      ).choices(['imagenet', 'none']),
    )
    .option('--resize <n|h,w>', 'the shorter side, or both, before the crop')
    .option(`${cropFlag} <n|h,w>`, 'the middle of the image')
    .optionsGroup('Place:')
    .option('-l, --layer <name>', 'which layer, such as features.3, conv or relu (default: the last)')
    .option('--channel <n>', 'which map: of several kernels, or of the layer (default: 0)')
    .option('--item <n>', 'which item of a batch', '0')
    .option('-j, --jobs <n>', 'threads for one large convolution', String(availableParallelism()));
  return kernels;
}

/** Which of the flags were typed: defaults of `conv` must not reach a network. */
export function typedFlags(command: Command): Set<string> {
  return new Set(Object.keys(command.opts()).filter((name) => command.getOptionValueSource(name) === 'cli'));
}
