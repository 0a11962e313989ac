import { CnnvizError } from '../core/errors.js';
import { scaleText } from '../core/job.js';
import { commandText, INVISIBLE } from '../core/text.js';
import type { Look, PackedNetwork, PageData } from './page-data.js';
import type { PageState } from './state.js';

/** The shell line that makes what is seen, or why there is none. */
export type ShellLine = { readonly line: string } | { readonly refused: string };

/** A flag with its value; null: it has none. */
export type SaidFlag = readonly [flag: string, value: string | null];

const SWITCHES: readonly string[] = ['--as-printed', '--gray', '--rgb', '--exact', '--flip'];
/** What says how an image is prepared. */
export const PRESET_FLAGS: readonly string[] = [
  '--preset',
  '--resize',
  '--crop',
  '--fit',
  '--gray',
  '--pixels',
  '--normalize',
  '--channels',
  '--layout',
];
/** What says how a file is decoded. */
export const DECODE_FLAGS: readonly string[] = ['--background', '--page', '--range', '--rgb'];
/** What says a network's numbers. */
export const WEIGHT_FLAGS: readonly string[] = ['--weights', '--init', '--as-printed'];

/** Why a line cannot be: told to the reader as it stands. */
export function refuse(why: string): never {
  throw new CnnvizError('usage', why);
}

/** The line of these words. @throws CnnvizError for a word that no keyboard has */
export function lineOf(words: readonly string[]): ShellLine {
  const odd = words.find((word) => new RegExp(`${INVISIBLE}|\\u001b`, 'u').test(word));
  if (odd !== undefined) refuse('a name holds letters that cannot be seen, and that a shell should not be given');
  return { line: commandText(words) };
}

/** The words before the image, apart: the network, and the flags behind it. */
export function readArgs({ args }: Pick<PackedNetwork, 'args'>): { net: string | null; flags: SaidFlag[] } {
  const flags: SaidFlag[] = [];
  let net: string | null = null;
  for (let at = 0; at < args.length; at++) {
    const word = args[at];
    if (!word.startsWith('--')) net = word;
    else flags.push(SWITCHES.includes(word) ? [word, null] : [word, args[++at]]);
  }
  return { net, flags };
}

/** Those of some names, as words. */
export function wordsOfFlags(flags: readonly SaidFlag[], names: readonly string[]): string[] {
  return flags
    .filter(([flag]) => names.includes(flag))
    .flatMap(([flag, value]) => (value === null ? [flag] : [flag, value]));
}

/** The image as a word that no shell and no program takes for a flag. */
export function imageWord({ images }: PageData, { image }: PageState): string {
  if (image === null) {
    refuse('the picture was given to the page and has no name here: save it, and name the file in its place');
  }
  const { path } = images[image];
  return path.startsWith('-') && path !== '-' ? `./${path}` : path;
}

/** How greys and colours are chosen. `isFigure`: in a labelled picture, where blue and orange are what stands without a flag. */
export function lookWords({ scale, colormap, each }: Look, isFigure: boolean): string[] {
  return [
    ...(scale.kind === 'auto' ? [] : ['--scale', scaleText(scale)]),
    ...(colormap === 'gray' && !isFigure ? [] : ['--colormap', colormap]),
    ...(each && isFigure ? ['--each'] : []),
  ];
}

/** Whether one map alone has the greys it has among the others. */
export function isOwnScale({ scale, each }: Look, channels: number): boolean {
  return each || channels === 1 || scale.kind === 'fixed';
}
