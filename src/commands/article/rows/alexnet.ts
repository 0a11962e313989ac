import { formatNumber, groupDigits } from '../../../core/text.js';
import { type Check, equal, law } from '../claim.js';
import { networkRunOf, type SummaryDocument, summaryOf } from '../documents.js';
import { picture, type RowDefinition, type SectionDefinition, table } from '../row.js';

/** One line of AlexNet: layer, output, parameters, MACs, receptive field, pixels between neighbours. */
type Line = readonly [name: string, out: string, params: number, macs: number, field: number, jump: number];

/** Computed by hand and with PyTorch; fields agree with google-research/receptive_field. */
const TORCHVISION: readonly Line[] = [
  ['features.0', '64×55×55', 23_296, 70_276_800, 11, 4],
  ['features.2', '64×27×27', 0, 0, 19, 8],
  ['features.3', '192×27×27', 307_392, 223_948_800, 51, 8],
  ['features.5', '192×13×13', 0, 0, 67, 16],
  ['features.6', '384×13×13', 663_936, 112_140_288, 99, 16],
  ['features.8', '256×13×13', 884_992, 149_520_384, 131, 16],
  ['features.10', '256×13×13', 590_080, 99_680_256, 163, 16],
  ['features.12', '256×6×6', 0, 0, 195, 32],
];
const PAPER: readonly Line[] = [
  ['conv1', '96×55×55', 34_944, 105_415_200, 11, 4],
  ['pool1', '96×27×27', 0, 0, 19, 8],
  ['conv2', '256×27×27', 307_456, 223_948_800, 51, 8],
  ['pool2', '256×13×13', 0, 0, 67, 16],
  ['conv3', '384×13×13', 885_120, 149_520_384, 99, 16],
  ['conv4', '384×13×13', 663_936, 112_140_288, 131, 16],
  ['conv5', '256×13×13', 442_624, 74_760_192, 163, 16],
  ['pool5', '256×6×6', 0, 0, 195, 32],
];
const TOTALS = {
  alexnet: [61_100_840, 714_188_480],
  'alexnet-2012': [60_965_224, 724_406_816],
} as const;
const CLASSIFIER = [58_631_144, 58_621_952] as const;

const F14: RowDefinition = {
  id: 'F14',
  title: 'AlexNet',
  shows: 'The network of 2012 with its split over two GPUs and 1000 classes.',
  figures: () => [picture('F14.png', 'summary', 'alexnet-2012'), table('summary', 'alexnet-2012', '--diff', 'alexnet')],
  facts: () => [
    ['summary', 'alexnet'],
    ['summary', 'alexnet-2012'],
  ],
  checks: ({ facts }) => {
    const [torchvision, paper] = facts.map(summaryOf);
    return [
      ...linesOf('alexnet', torchvision, TORCHVISION),
      ...totalsOf('alexnet', torchvision),
      ...linesOf('alexnet-2012', paper, PAPER),
      ...totalsOf('alexnet-2012', paper),
    ];
  },
  see: ({ facts: [, paper] }) => {
    const { params, macs } = summaryOf(paper);
    return `${groupDigits(params)} parameters and ${groupDigits(macs)} multiply-accumulates. Where the drawing says groups 2, each half of the maps reads only its own GPU’s half. Below, of each layer: output · parameters · MACs · receptive field · stride.`;
  },
};

function linesOf(network: string, { layers }: SummaryDocument, golden: readonly Line[]): Check[] {
  return golden.map(([name, ...numbers]) => {
    const layer = layers.find((one) => one.name === name);
    const found = layer && [
      layer.outShape.slice(1).join('×'),
      layer.params,
      layer.macs,
      layer.field?.[0].size ?? 0,
      layer.field?.[0].jump ?? 0,
    ];
    return equal(`${network} ${name}`, lineText(numbers), found ? lineText(found) : 'no such layer');
  });
}

function lineText(numbers: readonly (string | number)[]): string {
  return numbers.map((one) => (typeof one === 'number' ? groupDigits(one) : one)).join(' · ');
}

function totalsOf(network: keyof typeof TOTALS, { layers, params, macs }: SummaryDocument): Check[] {
  const linear = layers.filter(({ kind }) => kind === 'linear');
  const sum = (of: 'params' | 'macs') => linear.reduce((total, layer) => total + layer[of], 0);
  return [
    equal(`${network} fully connected layers`, lineText(CLASSIFIER), lineText([sum('params'), sum('macs')])),
    equal(`${network} in all`, lineText(TOTALS[network]), lineText([params, macs])),
  ];
}

interface PreprocessDocument {
  readonly results: readonly {
    readonly shape: readonly number[];
    readonly steps: readonly { readonly values: readonly { readonly min: number; readonly max: number }[] }[];
    readonly plan: { readonly resized: { readonly width: number; readonly height: number } };
  }[];
}

const T1: RowDefinition = {
  id: 'T1',
  title: 'The photograph as AlexNet wants it',
  shows: 'Input resized, cropped and normalised.',
  figures: ({ file }) => [picture('T1.png', 'preprocess', file, '--preset', 'imagenet', '--audit')],
  checks: ({ documents: [document] }) => {
    const [{ shape, plan }] = (document as PreprocessDocument).results;
    return [
      equal('shorter side after resizing', '256', String(Math.min(plan.resized.width, plan.resized.height))),
      equal('what the network reads', '3×224×224', shape.join('×')),
    ];
  },
  see: ({ photo, documents: [document] }) => {
    const [{ plan, steps }] = (document as PreprocessDocument).results;
    const { values } = steps[steps.length - 1];
    const lo = Math.min(...values.map(({ min }) => min));
    const hi = Math.max(...values.map(({ max }) => max));
    return `${photo.width}×${photo.height} → ${plan.resized.width}×${plan.resized.height} → the middle 224×224; then minus the mean of ImageNet’s colours, divided by their spread: numbers from ${formatNumber(lo)} to ${formatNumber(hi)}.`;
  },
};

/** What every figure with weights has to say. */
const SEEDED = 'The weights are made up (--init seed:1): no trained ones ship; alexnet@alexnet.pth takes real ones';

function filtersOf(document: unknown): readonly { readonly shape: readonly number[] }[] {
  return (document as { readonly filters: readonly { readonly shape: readonly number[] }[] }).filters;
}

const T2: RowDefinition = {
  id: 'T2',
  title: 'The model and its weights',
  shows: 'A trained model is imported.',
  figures: () => [picture('T2.png', 'filters', 'alexnet', '--init', 'seed:1')],
  facts: () => [['summary', 'alexnet']],
  checks: ({ facts: [summary], documents: [document] }) => {
    const [{ shape }] = filtersOf(document);
    return [
      equal('parameters', '61,100,840', groupDigits(summaryOf(summary).params)),
      equal('features.0.weight', '64×3×11×11', shape.join('×')),
    ];
  },
  see: ({ documents: [document] }) => {
    const [M, C, kH, kW] = filtersOf(document)[0].shape;
    return `The ${M} kernels of the first convolution, ${kW}×${kH} over ${C} colours. ${SEEDED} and shows edges and colours here instead of noise.`;
  },
};

const LAYERS = ['features.0', 'features.3', 'features.6'];

const T3: RowDefinition = {
  id: 'T3',
  title: 'What its layers compute',
  shows: 'The maps of each layer, and 1000 classes.',
  figures: ({ file }) => [
    {
      args: ['run', 'alexnet', file, '--init', 'seed:1', '--layers', LAYERS.join(), '-o', 'T3.{layer}.png'],
      files: LAYERS.map((layer) => `T3.${layer}.png`),
    },
  ],
  facts: () => [['summary', 'alexnet']],
  checks: ({ documents: [document], facts: [summary] }) => {
    const { layers } = networkRunOf(document);
    const sizes = layers.map(({ shape }) => shape.slice(1).join('×')).join(', ');
    return [
      equal('maps of the first three convolutions', '64×55×55, 192×27×27, 384×13×13', sizes),
      equal('classes', '1000', String(summaryOf(summary).layers.at(-1)?.outShape.at(-1))),
    ];
  },
  see: ({ documents: [document] }) => {
    const { layers, top } = networkRunOf(document);
    const firing = layers.map((layer) => `${formatNumber((100 * layer.firing) / layer.count)} %`).join(', ');
    return `Ever more and ever smaller maps; above zero: ${firing}. ${SEEDED}: the shapes are AlexNet’s, what lights up is chance, and so is the class it names${top?.[0] ? ` (“${top[0].label}”)` : ''}.`;
  },
};

interface HeadDocument {
  readonly classes: readonly { readonly name: string; readonly images: number }[];
  readonly training: number;
  readonly heldOut: number;
  readonly evaluation: { readonly right: number };
  readonly weightsSha256: { readonly before: string; readonly after: string };
  readonly headSha256: string;
}

const TRAIN = ['head', 'train', 'halves', '--features', 'net.yaml', '--init', 'seed:1', '-o', 'T4.head'];

const T4: RowDefinition = {
  id: 'T4',
  title: 'Your own classes on frozen layers',
  shows: 'The convolutional layers are frozen, the classifier is replaced by one’s own and trained.',
  figures: () => [
    { args: [...TRAIN, '--confusion', 'T4.png'], files: ['T4.png', 'T4.head'] },
    table('head', 'predict', 'T4.head', 'halves/top/1.png', 'halves/bottom/1.png'),
  ],
  facts: () => [[...TRAIN, '--no-cache']],
  checks: ({ documents: [document], facts: [again] }) => {
    const { classes, weightsSha256, headSha256 } = document as HeadDocument;
    const short = (hash: string) => `${hash.slice(0, 16)}…`;
    return [
      equal(
        'classes and their images',
        'bottom 12, top 12',
        classes.map(({ name, images }) => `${name} ${images}`).join(', '),
      ),
      law(
        'the frozen layers’ weights: their SHA-256 after training is that before',
        short(weightsSha256.before),
        short(weightsSha256.after),
        weightsSha256.before === weightsSha256.after,
      ),
      law(
        'trained again with the same seed, from the images on: the same head, bit for bit',
        short(headSha256),
        short((again as HeadDocument).headSha256),
        headSha256 === (again as HeadDocument).headSha256,
      ),
    ];
  },
  see: ({ documents: [document] }) => {
    const { training, heldOut, evaluation } = document as HeadDocument;
    return `halves/ has twelve tiles each of the upper and the lower half of the photograph. net.yaml’s layers stay as they are (made up, never trained); a classifier on their output learns from ${training} tiles which half is which, and tells ${evaluation.right} of ${heldOut} it has not seen.`;
  },
};

const T5: RowDefinition = {
  id: 'T5',
  title: 'Your own network from scratch',
  shows: 'A network of one’s own, defined layer by layer.',
  figures: ({ file }) => [
    {
      args: ['run', 'net.yaml', file, '--init', 'seed:1', '--layers', 'conv1,conv2', '-o', 'T5.{layer}.png'],
      files: ['T5.conv1.png', 'T5.conv2.png'],
    },
    table('summary', 'net.yaml'),
  ],
  facts: ({ file }) => [
    ['run', 'net.yaml', file, '--init', 'seed:1', '--layers', 'all'],
    ['run', 'net.yaml', file, '--init', 'seed:1', '--layers', 'all'],
  ],
  checks: ({ facts }) => {
    const [one, other] = facts.map((document) => JSON.stringify(networkRunOf(document).layers));
    const [again, before] = [one === other, networkRunOf(facts[0]).layers.length];
    return [
      law(
        'run twice with one seed',
        'the same statistics of every layer',
        again ? `the same in ${before} layers` : 'different',
        again,
      ),
    ];
  },
  see: () =>
    'net.yaml lies beside this page: change a line and run the command again. --init seed:1 makes up He-initialised weights, the same on every machine, until the network has learnt its own.',
};

export const ALEXNET: SectionDefinition = { title: 'AlexNet, and your own', rows: [F14, T1, T2, T3, T4, T5] };
