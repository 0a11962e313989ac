import { parseShard } from '../../batch/shard.js';
import { flag, under } from '../../cli/flags.js';
import { inputFlags } from '../../cli/input-flags.js';
import { asPrintedFlag, initFlag, presetFlags } from '../../cli/network-flags.js';
import { toleranceFlag } from './tolerance.js';

/** What `check` can be given: what is run, what is expected of it, what is told of it. */
export const checkFlags = {
  ...under('What is run:', {
    pipe: flag.text('--pipe <pipe>', 'layers one after another, as for run'),
    network: flag.text(
      '--network <net>',
      'a built-in, a network file, a model (.onnx, .keras, .h5, .tflite, .pt2); NET@FILE adds a checkpoint',
    ),
    weights: flag.text('-w, --weights <file>', 'a checkpoint for --network'),
    init: { ...initFlag, about: 'made-up He weights, the same on every machine' },
    asPrinted: asPrintedFlag,
    layers: flag.list('-l, --layers <names>', 'the stages: names or globs with commas, output or all (default: all)'),
    exact: flag.on('--exact', 'only algorithms that add in one fixed order; no batch norm folded'),
  }),
  ...under('Baselines:', {
    baseline: flag.text('-b, --baseline <folder>', 'where the maps are stored: FOLDER/IMAGE.EXT/STAGE.npy'),
    tolerance: toleranceFlag,
    update: flag.on('--update', 'store what this run gives: writes what is new or differs, removes what is left over'),
    format: flag.choice('--format <format>', 'of what --update stores: exact arrays, or grey pictures', ['npy', 'png']),
    forceUpdate: flag.on('--force-update', 'let --update write although CI is set'),
  }),
  ...presetFlags,
  ...under('Reports:', {
    report: flag.text(
      '--report <folder>',
      'pictures of what was expected, what came and the difference, and index.html',
    ),
    junit: flag.text('--junit <file>', 'JUnit XML, for CI'),
  }),
  ...inputFlags,
  ...under('Running:', {
    shard: flag.of(
      '--shard <i/n>',
      'check part i of n, from 1; auto: as SLURM, Kubernetes, AWS Batch or Cloud Run say',
      (_, text) => parseShard(text, process.env),
      ({ index, count }) => `${index}/${count}`,
    ),
  }),
};
