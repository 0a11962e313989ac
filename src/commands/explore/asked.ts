import { isNetwork, refuseSwapped } from '../../cli/argument-order.js';
import { longOf } from '../../cli/flags.js';
import type { Frame } from '../../cli/frame.js';
import { refuseLayerFlags, refuseNetworkFlags } from '../../cli/look-kind.js';
import { CnnvizError } from '../../core/errors.js';
import { type ExploreValues, exploreFlags } from './explore-flags.js';

/** What the words of the line ask for. */
export type Asked =
  | { readonly kind: 'layer'; readonly images: readonly string[] }
  | {
      readonly kind: 'networks';
      /** One; two that are compared; or one, with its checkpoints. */
      readonly networks: readonly string[];
      readonly checkpoints: readonly string[];
      readonly images: readonly string[];
    };

const USAGE = 'cnnviz explore digits seven.png, or cnnviz explore photo.jpg --kernel edge3x3';

/** The words in front of the images. @throws CnnvizError 'usage' when they cannot be shown together */
export function readAsked(words: readonly string[], flags: ExploreValues, { typed }: Frame): Asked {
  if (flags.kernel.length > 0 || flags.patch.length > 0) {
    refuseNetworkFlags(typed, exploreFlags);
    const stray = (['layers', 'labels', 'checkpoint'] as const).find((key) => typed.has(key));
    if (stray) throw forNetworks(longOf(exploreFlags[stray]));
    if (words.length === 0) throw new CnnvizError('usage', 'a kernel needs an image', { fix: USAGE });
    return { kind: 'layer', images: words };
  }
  refuseLayerFlags(typed, exploreFlags);
  const checkpoints = flags.checkpoint;
  if (words.length === 0 && checkpoints.length === 0) {
    return { kind: 'networks', networks: ['digits'], checkpoints, images: [] };
  }
  if (words.length === 0)
    throw new CnnvizError('usage', '--checkpoint: of which network?', {
      fix: 'cnnviz explore digits --checkpoint FILE',
    });
  const [first, ...others] = words;
  refuseSwapped('explore', first, others);
  const second = others.length > 0 && isNetwork(others[0]) ? others[0] : null;
  if (second === null) return { kind: 'networks', networks: [first], checkpoints, images: others };
  if (checkpoints.length > 0) {
    throw new CnnvizError('usage', '--checkpoint is for one network, and two are named', {
      fix: 'leave one of them out',
    });
  }
  const third = others.slice(1).find(isNetwork);
  if (third !== undefined) {
    throw new CnnvizError('usage', `${third}: a third network, and two are compared`, {
      fix: 'make a page of each two',
    });
  }
  return { kind: 'networks', networks: [first, second], checkpoints, images: others.slice(1) };
}

function forNetworks(flag: string): CnnvizError {
  return new CnnvizError('usage', `${flag} is for a network, not for one layer given by --kernel or --patch`, {
    fix: 'leave it out',
  });
}
