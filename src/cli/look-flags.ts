import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { CnnvizError } from '../core/errors.js';
import type { PoolJob } from '../core/job.js';
import type { PlaceRequest } from '../core/value-place.js';
import { findInputs, type Input } from '../io/inputs.js';
import type { LayerRequest } from '../run/kept-run.js';
import { refuseSwapped } from './argument-order.js';
import { addAlgorithmFlags, addLayerFlags, type ConvFlags, convJob } from './conv-flags.js';
import { addWeightFlags, networkJob, type PresetFlags, type WeightFlags } from './network-flags.js';
import { parsePool, parsePosition, parseWhole } from './parse.js';

/**
 * Adds what says a layer to look at: the flags of `conv` for one layer, those of `run` for a network, and the place.
 * `cropFlag`: how the centre crop is called where --crop means something else.
 */
export function addLookFlags(command: Command, cropFlag = '--crop'): ConvFlags['kernels'] {
  const kernels = addLayerFlags(command);
  addAlgorithmFlags(addWeightFlags(command))
    .optionsGroup('Network input:')
    .addOption(
      new Option(
        '--preset <name>',
        'imagenet: shorter side 256, centre crop 224, mean/std; none: as it is (default: as the network says)',
      ).choices(['imagenet', 'none']),
    )
    .option('--resize <n|h,w>', 'the shorter side, or both, before the crop')
    .option(`${cropFlag} <n|h,w>`, 'the middle of the image')
    .optionsGroup('Place:')
    .option('-l, --layer <name>', 'which layer, such as features.3, conv or relu (default: the last)')
    .option('--channel <n>', 'which map: of several kernels, or of the layer (default: 0)')
    .option('--item <n>', 'which item of a batch', '0')
    .option('-j, --jobs <n>', 'threads for one large convolution', String(availableParallelism()));
  return kernels;
}

/** Which of the flags were typed: defaults of `conv` must not reach a network. */
export function typedFlags(command: Command): Set<string> {
  return new Set(Object.keys(command.opts()).filter((name) => command.getOptionValueSource(name) === 'cli'));
}

/** The flags of commands that look at one layer, as commander hands them over. */
export interface LookFlags
  extends Omit<ConvFlags, 'scale' | 'depth' | 'colormap' | 'sheet' | 'strip' | 'format' | 'clobber'>,
    WeightFlags,
    Pick<PresetFlags, 'preset' | 'resize'> {
  readonly crop?: string | boolean;
  readonly centreCrop?: string;
  readonly layer?: string;
  readonly channel?: string;
  readonly item: string;
  readonly at?: string;
  /** --pixel of `field`. */
  readonly pixel?: string;
  readonly jobs: string;
  /** The names of the flags that were typed. */
  readonly typed: ReadonlySet<string>;
}

/** Of what `conv` and `run` take: nothing is drawn by them here. */
const NOTHING_DRAWN = {
  scale: 'minmax',
  depth: '8',
  colormap: 'gray',
  clobber: true,
  sheet: false,
  strip: false,
  maps: false,
  json: true,
} as const;

/** Flags that say one layer's settings: a network says its own. */
const LAYER_ONLY: Readonly<Record<string, string>> = {
  flip: '--flip',
  stride: '--stride',
  padding: '--padding',
  paddingMode: '--padding-mode',
  dilation: '--dilation',
  groups: '--groups',
  bias: '--bias',
  activation: '--activation',
  relu: '--relu',
  pool: '--pool',
  patchMode: '--patch-mode',
  algorithm: '--algorithm',
};

/** Flags of a network and its input: one layer has no use for them. */
const NETWORK_ONLY: Readonly<Record<string, string>> = {
  weights: '--weights',
  init: '--init',
  asPrinted: '--as-printed',
  input: '--input',
  preset: '--preset',
  resize: '--resize',
  centreCrop: '--centre-crop',
};

/** What is an image by its name, for an example that can be typed. */
const PICTURE = /\.(?:png|jpe?g|webp|gif|tiff?|avif|npy)$/i;

/**
 * What to look at: IMAGE with a kernel (one layer, the flags of `conv`), or NET IMAGE (a network, the flags of `run`).
 * @throws CnnvizError 'usage' when it is neither, or flags of one are given for the other
 */
export async function lookRequest(
  command: string,
  args: readonly string[],
  flags: LookFlags,
): Promise<{ readonly request: LayerRequest; readonly input: Input }> {
  refuseSplitPlace(args, flags);
  const image = args.find((arg) => PICTURE.test(arg)) ?? 'photo.jpg';
  const usage = `cnnviz ${command} ${image} --kernel edge3x3, or cnnviz ${command} 'conv edge3x3 | relu' ${image}`;
  const isLayer = flags.kernels.length > 0;
  if (isLayer) {
    refuseTyped(flags, NETWORK_ONLY, 'a network, not for one layer given by --kernel or --patch', 'leave it out');
    if (args.length !== 1) throw wrongCount(args, 'one image and a kernel', usage);
    // where the result goes is for this command: conv would refuse what it does not write
    const { out: _, ...layerFlags } = flags;
    const request = {
      kind: 'layer',
      job: convJob({ ...layerFlags, ...NOTHING_DRAWN }),
      layer: flags.layer ?? null,
    } as const;
    return { request, input: await oneInput(args[0]) };
  }
  // a pool alone needs no kernel: it is a pipe of one layer
  const pool = args.length === 1 && flags.pool !== undefined ? parsePool(flags.pool) : null;
  const { pool: poolFlag, ...others } = LAYER_ONLY;
  refuseTyped(
    flags,
    pool ? others : { ...others, pool: poolFlag },
    'one layer given by --kernel or --patch',
    'write it into the pipe: "conv edge3x3 stride=2"',
  );
  return lookAtNetwork(command, pool ? [poolPipe(pool), args[0]] : args, flags, usage);
}

async function lookAtNetwork(
  command: string,
  args: readonly string[],
  flags: LookFlags,
  usage: string,
): Promise<{ readonly request: LayerRequest; readonly input: Input }> {
  const isFed = args.length === 1 && flags.input.length > 0;
  if (!isFed && args.length < 2) {
    const concept = args.length === 1 ? findConcept(args[0]) : null;
    if (concept) {
      throw new CnnvizError('usage', `${args[0]}: ${concept.means}; ${command} shows it at one number of an image`, {
        fix: `cnnviz ${command} photo.jpg ${concept.flags}`,
      });
    }
    const what = args.length === 0 ? 'an image and a kernel' : 'a kernel';
    throw new CnnvizError('usage', `${command} needs ${what}, or a network and an image`, { fix: usage });
  }
  if (!isFed && args.length !== 2) throw wrongCount(args, 'a network and one image', usage);
  refuseSwapped(command, args[0], args.slice(1));
  const { pixels, crop: given, centreCrop, out: _, ...rest } = flags;
  const crop = centreCrop ?? (typeof given === 'string' ? given : undefined);
  const job = networkJob(args[0], {
    ...rest,
    ...NOTHING_DRAWN,
    layers: [flags.layer ?? 'output'],
    ...(flags.typed.has('pixels') ? { pixels } : {}),
    ...(crop === undefined ? {} : { crop }),
  });
  const input = isFed ? { path: args[0], name: 'network', ext: '', relative: '' } : await oneInput(args[1]);
  return { request: { kind: 'network', job, layer: flags.layer ?? null }, input };
}

/** "max_pool kernel_size=2,2 stride=2,2" */
function poolPipe({ kind, kernelSize, stride, sigma }: PoolJob): string {
  return `${kind}_pool kernel_size=${kernelSize.join()} stride=${stride.join()}${sigma ? ` sigma=${sigma.join()}` : ''}`;
}

function refuseTyped({ typed }: LookFlags, names: Readonly<Record<string, string>>, what: string, fix: string): void {
  const wrong = Object.keys(names).find((name) => typed.has(name));
  if (wrong !== undefined) throw new CnnvizError('usage', `${names[wrong]} is for ${what}`, { fix });
}

function wrongCount(args: readonly string[], expected: string, fix: string): CnnvizError {
  return new CnnvizError('usage', `expected ${expected}, got ${args.length === 0 ? 'nothing' : args.join(' ')}`, {
    fix,
  });
}

async function oneInput(path: string): Promise<Input> {
  const inputs = await findInputs([path], { recursive: false, lists: [] });
  if (inputs.length !== 1) {
    throw new CnnvizError('usage', `${path}: expected one image, got ${inputs.length}`, { fix: 'name a file' });
  }
  return inputs[0];
}

/** --at, --channel and --item. @throws CnnvizError 'usage' */
export function placeRequest({ at, channel, item }: Pick<LookFlags, 'at' | 'channel' | 'item'>): PlaceRequest {
  return {
    channel: channel === undefined ? null : parseWhole('--channel', channel, 0),
    item: parseWhole('--item', item, 0),
    at: at === undefined ? null : parsePosition('--at', at),
  };
}

/** Flags whose value is a position x,y. */
interface PlaceFlags {
  readonly at?: string | undefined;
  readonly pixel?: string | undefined;
}

/** --at 169 100: the second number came as an argument. @throws CnnvizError 'usage' */
export function refuseSplitPlace(args: readonly string[], { at, pixel }: PlaceFlags): void {
  const y = args.find((arg) => /^\d+$/.test(arg));
  if (y === undefined) return;
  for (const [flag, x] of [
    ['--at', at],
    ['--pixel', pixel],
  ] as const) {
    if (x === undefined || !/^\d+,?$/.test(x)) continue;
    throw new CnnvizError('usage', `${flag}: expected x,y, got "${x}" and "${y}" apart`, {
      fix: `${flag} ${x.replace(',', '')},${y}`,
    });
  }
}

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
function findConcept(word: string): Omit<Concept, 'words'> | null {
  return CONCEPTS.find(({ words }) => words.some((one) => bare(one) === bare(word))) ?? null;
}
