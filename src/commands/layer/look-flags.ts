import { arg } from '../../cli/command.js';
import { flag, under } from '../../cli/flags.js';
import { algorithmFlags, layerFlags, pixelFlags } from '../../cli/layer-flags.js';
import { networkInputFlags, weightFlags } from '../../cli/network-flags.js';
import { parsePosition } from '../../cli/parse.js';

/** What says a layer to look at: the flags of `conv` for one layer, those of `run` for a network, and which map. */
export const lookFlags = {
  ...layerFlags,
  ...pixelFlags,
  ...weightFlags,
  ...under('Network input:', networkInputFlags),
  ...under('Place:', {
    layer: flag.text('-l, --layer <name>', 'which layer, such as features.3, conv or relu (default: the last)'),
    channel: flag.whole('--channel <n>', 'which map: of several kernels, or of the layer (default: 0)', 0),
    item: flag.whole('--item <n>', 'which item of a batch', 0, '0'),
  }),
  ...algorithmFlags,
};

/** A place on an image or a map. */
export function positionFlag(spec: string, about: string) {
  return flag.of(spec, about, parsePosition, ({ x, y }) => `${x},${y}`);
}

/** What is looked at. */
export const lookArgs = { what: arg.any('IMAGE with --kernel or --patch; or NET and IMAGE') };

/** How help tells of -j. */
export const LOOK_JOBS = 'threads within one image';
