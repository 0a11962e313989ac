import { flag, under, type ValuesOf } from '../../cli/flags.js';
import { algorithmFlags, layerFlags, pixelFlags } from '../../cli/layer-flags.js';
import { labelsFlag, layersFlag, networkInputFlags, weightFlags } from '../../cli/network-flags.js';
import { parseByteCount, parseWhole } from '../../cli/parse.js';
import { CnnvizError } from '../../core/errors.js';

/** The flags of `explore`: those of `conv` for one layer, those of `run` for networks, and what is made of them. */
export const exploreFlags = {
  ...layerFlags,
  ...pixelFlags,
  ...weightFlags,
  ...under('Network input:', networkInputFlags),
  ...under('Layers:', {
    layers: layersFlag('names or globs with commas: what is shown and put into the page (default: all)'),
    labels: labelsFlag,
    checkpoint: flag.texts(
      '--checkpoint <file|folder>',
      'one network at several moments of its training; may be repeated; a folder is what train --checkpoints keeps',
    ),
  }),
  ...under('Running:', { exact: algorithmFlags.exact }),
  ...under('Page:', {
    open: flag.on('--open', "show it, with the system's opener"),
    maxSize: flag.of(
      '--max-size <bytes>',
      'refuse a larger page, such as 100M',
      (long, text) => parseByteCount(long, text),
      String,
      '32M',
    ),
    serve: flag.on('--serve', 'no file: show it from here until Ctrl-C, weights as they are asked for'),
    port: flag.of('--port <n>', 'where --serve listens on 127.0.0.1 (default: any that is free)', parsePort),
  }),
};

export type ExploreValues = ValuesOf<typeof exploreFlags>;

function parsePort(long: string, text: string): number {
  const port = parseWhole(long, text, 1);
  if (port <= 65_535) return port;
  throw new CnnvizError('usage', `${long} ${text}: expected a number from 1 to 65535`);
}
