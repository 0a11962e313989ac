import { arg } from '../../cli/command.js';
import { flag, under } from '../../cli/flags.js';
import { labelsFlag, presetFlags, weightFlags } from '../../cli/network-flags.js';
import type { Output } from '../../cli/standard-flags.js';

/** The flags of every command about one class of one image. */
export const classFlags = {
  ...under('Class:', {
    class: flag.text(
      '-c, --class <K>',
      'a class by its number, or its name or the beginning of it (default: the best one)',
    ),
    labels: labelsFlag,
  }),
  ...weightFlags,
  ...presetFlags,
};

/** Its arguments. */
export const classArgs = {
  net: arg.one('the network with its weights, as for run: NET or NET@WEIGHTS'),
  image: arg.one('an image, a .npy array, or - for standard input'),
};

/** What such a command writes. */
export function classOutput(name: string): Output {
  return {
    endings: ['.png', '.npy'],
    what: 'the result',
    about: `FILE.png, FILE.npy for exact numbers, FOLDER/ or - for stdout (default: IMAGE.${name}.png here)`,
    draws: true,
    raw: 'exact numbers instead of a picture',
  };
}

/** How help tells of --json and -j. */
export const CLASS_WORDS = {
  json: 'one JSON document on stdout; a picture only with -o',
  jobs: 'threads for one large convolution',
} as const;
