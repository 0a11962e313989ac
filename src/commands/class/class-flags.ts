import { arg } from '../../cli/command.js';
import { flag, under } from '../../cli/flags.js';
import { labelsFlag, pageFlags, presetFlags, weightFlags } from '../../cli/network-flags.js';
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
  ...pageFlags,
};

/** Its arguments. */
export const classArgs = {
  net: arg.one('the network with its weights, as for run: NET or NET@WEIGHTS'),
  image: arg.one('an image, a .npy array, or - for standard input'),
};

/** The flags of `top`, without where its images come from. */
export const topFlags = {
  layer: flag.needed('-l, --layer <name>', 'the layer'),
  channel: flag.list(
    '--channel <n>',
    'which channels to show, with commas (default: the first eight on the sheet, all with --json)',
  ),
  count: flag.whole('--count <n>', 'patches for each channel', 1, '9'),
  perImage: flag.whole('--per-image <n>', 'how many patches of one image may count', 1, '1'),
  ...weightFlags,
  ...presetFlags,
  ...pageFlags,
};

/** What such a command writes. */
export function classOutput(name: string): Output {
  return {
    endings: ['.png', '.npy', '.svg'],
    what: 'the result',
    about: `FILE.png, FILE.svg, FILE.npy for exact numbers, FOLDER/ or - for stdout (default: IMAGE.${name}.png here)`,
    draws: true,
    raw: 'exact numbers instead of a picture',
  };
}

/** How help tells of --json and -j. */
export const CLASS_WORDS = {
  json: 'one JSON document on stdout; a picture only with -o',
  jobs: 'threads within one image',
  profile: true,
} as const;
