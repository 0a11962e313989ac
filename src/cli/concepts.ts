/** What a word means, and the flags of a layer that show it. */
interface Concept {
  readonly words: readonly string[];
  readonly means: string;
  readonly flags: string;
}

const CONCEPTS: readonly Concept[] = [
  {
    words: [
      'conv',
      'conv2d',
      'convolution',
      'cross-correlation',
      'correlation',
      'kernel',
      'filter',
      'weight',
      'weights',
    ],
    means: 'each value is the sum of a window of the input times the kernel',
    flags: '--kernel edge3x3',
  },
  { words: ['bias'], means: 'a number added to every value of a map', flags: '--kernel edge3x3 --bias -0.5' },
  {
    words: ['relu', 'activation', 'nonlinearity', 'sigmoid', 'tanh'],
    means: 'a function of each value alone; ReLU is max(0, x)',
    flags: '--kernel edge3x3 --relu',
  },
  {
    words: ['pool', 'pooling', 'max_pool', 'avg_pool', 'gauss_pool', 'maxpooling'],
    means: 'one value stands for a window of the map: its largest, or its mean',
    flags: '--kernel edge3x3 --pool max:2',
  },
  { words: ['stride'], means: 'the step between neighbouring windows', flags: '--kernel edge3x3 --stride 2' },
  { words: ['padding', 'pad'], means: 'a border around the input', flags: '--kernel edge3x3 --padding 1' },
  { words: ['dilation'], means: 'the distance between the taps of a kernel', flags: '--kernel edge3x3 --dilation 2' },
  {
    words: ['feature_map', 'map', 'channel', 'receptive_field'],
    means: 'a value of a map comes from one window of the input',
    flags: '--kernel edge3x3',
  },
];

function bare(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, '');
}

/** The concept that a word names, or null. */
export function findConcept(word: string): Omit<Concept, 'words'> | null {
  return CONCEPTS.find(({ words }) => words.some((one) => bare(one) === bare(word))) ?? null;
}
