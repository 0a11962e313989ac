import { type Flag, flag, under, type ValuesOf } from '../../cli/flags.js';
import { asPrintedFlag, initFlag, maxPixelsFlag, presetFlags, presetOf, requestOf } from '../../cli/network-flags.js';
import { parseNumber } from '../../cli/parse.js';
import { CnnvizError } from '../../core/errors.js';
import type { TrainingSettings } from '../../core/head.js';
import { stem } from '../../io/paths.js';
import type { FeatureJob } from './feature-extractor.js';
import type { HeadJob } from './open-head.js';

/** Which features of which network. */
export const featureFlags = {
  ...under('Features:', {
    features: flag.text(
      '-f, --features <net>',
      'the network whose layers are frozen, as for run: alexnet, net.yaml@w.pth, m.onnx',
    ),
    weights: flag.text('-w, --weights <file>', 'its checkpoint; the same as NET@FILE'),
    init: {
      ...initFlag,
      about: 'made-up He weights instead: such features know nothing, but show how it goes',
    },
    asPrinted: asPrintedFlag,
    layer: flag.text('-l, --layer <name>', 'cut behind this layer (default: what enters the last layer with weights)'),
    reduce: flag.choice(
      '--reduce <rule>',
      'a layer of maps: their means, their largest values, or every value',
      ['mean', 'max', 'flatten'],
      'mean',
    ),
    exact: flag.on('--exact', 'only algorithms that add in one fixed order; no batch norm folded'),
  }),
  ...presetFlags,
};

/** How a head is trained. */
export const learningFlags = under('Learning:', {
  l2: flag.of('--l2 <number>', '½·l2·‖weights‖² is added to the sum of the losses (default: 1)', parsePenalty),
  C: flag.of('--C <number>', "the same as scikit-learn's C: 1 / l2", parseInversePenalty),
  hidden: flag.whole('--hidden <n>', 'one hidden layer of n units with ReLU (default: none)', 1),
  classWeight: flag.choice('--class-weight <rule>', 'balanced: rare classes count more', ['none', 'balanced'], 'none'),
  holdout: flag.of(
    '--holdout <share>',
    'images of each class held out to stop early and to measure on; 0: none',
    parseShare,
    String,
    '0.2',
  ),
  patience: flag.whole('--patience <n>', 'stop after n iterations without a smaller loss on held-out images', 1, '10'),
  iterations: flag.whole('--iterations <n>', 'at most', 1, '500'),
  seed: flag.whole('--seed <n>', 'chooses the held-out images and the start of a hidden layer', 0, '1'),
});

/** A list in place of sub-folders. */
export const listFlag = flag.text(
  '--csv <file>',
  'lines of path,label instead of sub-folders; paths from <folder>, else from the list on',
);

const confusionFlag = flag.of('--confusion <file>', 'the confusion matrix as a PNG or SVG', parsePicture);

/** What `head train` writes beside the head. */
export const trainingFiles = under('Output:', {
  curve: flag.of('--curve <file>', 'the learning curve as a PNG or SVG', parsePicture),
  confusion: confusionFlag,
  cache: cacheFlag(),
  // commander writes it to `cache`
  noCache: flag.off('--no-cache', 'keep no features'),
});

/** A file, false for --no-cache, null when nothing is said. */
function cacheFlag(): Flag<string | false | null> {
  return {
    ...flag.text('--cache <file>', "keep features in this file (default: the head's name with .features)"),
    read: (raw) => (typeof raw === 'string' || raw === false ? raw : null),
    words: (value, long) => (value === null ? [] : value === false ? ['--no-cache'] : [long, value]),
  };
}

/** What `head eval` writes. */
export const evaluationFiles = under('Output:', { confusion: confusionFlag });

/** Where a head's network is. */
export const headFlags = under('Network:', {
  weights: flag.text(
    '-w, --weights <file>',
    'the checkpoint it was trained on (default: the file of that name, here or beside it)',
  ),
  features: flag.text('-f, --features <net>', 'the network it was trained on, when that is a file in another place'),
  maxPixels: maxPixelsFlag,
});

/** @throws CnnvizError 'usage' when no network is named */
export function featureJob(flags: ValuesOf<typeof featureFlags>): FeatureJob {
  const { features, layer, reduce, exact, background, maxPixels } = flags;
  if (features === null) {
    throw new CnnvizError('usage', 'no network is named whose features to take', {
      fix: '--features alexnet --weights alexnet.pth; or any network that cnnviz run takes',
    });
  }
  const request = requestOf(features, flags);
  return { request, decode: { background, maxPixels }, preset: presetOf(flags), layer, reduce, exact };
}

/** @throws CnnvizError 'usage' */
export function trainingSettings({ l2, C, iterations, ...flags }: ValuesOf<typeof learningFlags>): TrainingSettings {
  if (l2 !== null && C !== null) {
    throw new CnnvizError('usage', '--l2 and --C say the same: C is 1 / l2', { fix: 'keep one of them' });
  }
  const { hidden, classWeight, holdout, seed, patience } = flags;
  return {
    l2: C === null ? (l2 ?? 1) : 1 / C,
    hidden,
    classWeight,
    holdout,
    seed,
    maxIterations: iterations,
    patience,
  };
}

/** Which head, on which network. */
export function headJob(head: string, flags: ValuesOf<typeof headFlags>, threads: number): HeadJob {
  const { features, weights, maxPixels } = flags;
  return { head, network: { network: features, weights }, maxPixels, threads };
}

function parsePenalty(long: string, text: string): number {
  const l2 = parseNumber(long, text);
  if (l2 >= 0) return l2;
  throw new CnnvizError('usage', `${long}: expected a number from 0, got ${text}`);
}

function parseInversePenalty(long: string, text: string): number {
  const C = parseNumber(long, text);
  if (1 / C >= 0 && Number.isFinite(1 / C)) return C;
  throw new CnnvizError('usage', `${long}: expected a number above 0, got ${text}`);
}

function parseShare(long: string, text: string): number {
  const share = parseNumber(long, text, '0.2');
  if (share >= 0 && share < 1) return share;
  throw new CnnvizError('usage', `${long}: expected a share from 0 to below 1, got ${text}`, {
    fix: '0.2 holds a fifth of each class out, 0 none',
  });
}

/** A picture's file. @throws CnnvizError 'usage' when it is no .png or .svg */
function parsePicture(long: string, text: string): string {
  if (/\.(png|svg)$/i.test(text)) return text;
  throw new CnnvizError('usage', `${long} ${text}: the picture is written as .png or .svg`, {
    fix: `${long} ${stem(text) || 'picture'}.png`,
  });
}
