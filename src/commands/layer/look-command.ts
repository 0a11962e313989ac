import { refuseSwapped } from '../../cli/argument-order.js';
import type { Flags, ValuesOf } from '../../cli/flags.js';
import type { Frame } from '../../cli/frame.js';
import { oneInput } from '../../cli/input-flags.js';
import { oneLayerJob } from '../../cli/layer-flags.js';
import { refuseLayerFlags, refuseNetworkFlags } from '../../cli/look-kind.js';
import { numbersJob } from '../../cli/network-flags.js';
import { CnnvizError } from '../../core/errors.js';
import type { PoolJob } from '../../core/job.js';
import type { Input } from '../../io/inputs.js';
import type { LayerRequest } from '../../run/shape.js';
import type { lookFlags } from './look-flags.js';

type LookValues = ValuesOf<typeof lookFlags>;

/** A layer to look at, and the input it reads. */
export interface Look {
  readonly request: LayerRequest;
  readonly input: Input;
}

/** What is an image by its name, for an example that can be typed. */
const PICTURE = /\.(?:png|jpe?g|webp|gif|tiff?|avif|npy)$/i;
/**
 * What to look at: IMAGE with a kernel (one layer, the flags of `conv`), or NET IMAGE (a network, the flags of `run`).
 * @param table the flags of the command
 * @throws CnnvizError 'usage' when it is neither, or flags of one are given for the other
 */
export async function openLook(
  args: readonly string[],
  flags: LookValues,
  { name, typed }: Frame,
  table: Flags,
): Promise<Look> {
  const image = args.find((arg) => PICTURE.test(arg)) ?? 'photo.jpg';
  const usage = `cnnviz ${name} ${image} --kernel edge3x3, or cnnviz ${name} 'conv edge3x3 | relu' ${image}`;
  if (flags.kernel.length > 0 || flags.patch.length > 0) {
    refuseNetworkFlags(typed, table);
    if (args.length !== 1) throw wrongCount(args, 'one image and a kernel', usage);
    return {
      request: { kind: 'layer', job: oneLayerJob(flags), layer: flags.layer },
      input: await oneInput(args[0]),
    };
  }
  // a pool alone needs no kernel: it is a pipe of one layer
  const pool = args.length === 1 ? flags.pool : null;
  refuseLayerFlags(typed, table, pool ? ['pool'] : []);
  const pixels = typed.has('pixels') ? flags.pixels : null;
  return lookAtNetwork(name, pool ? [poolPipe(pool), args[0]] : args, { ...flags, pixels }, usage);
}

async function lookAtNetwork(
  command: string,
  args: readonly string[],
  flags: Omit<LookValues, 'pixels'> & { readonly pixels: LookValues['pixels'] | null },
  usage: string,
): Promise<Look> {
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
  const job = numbersJob(args[0], flags, { layers: [flags.layer ?? 'output'], exact: flags.exact });
  const input = isFed ? { path: args[0], name: 'network', ext: '', relative: '' } : await oneInput(args[1]);
  return { request: { kind: 'network', job, layer: flags.layer }, input };
}

/** "max_pool kernel_size=2,2 stride=2,2" */
function poolPipe({ kind, kernelSize, stride, sigma }: PoolJob): string {
  return `${kind}_pool kernel_size=${kernelSize.join()} stride=${stride.join()}${sigma ? ` sigma=${sigma.join()}` : ''}`;
}

function wrongCount(args: readonly string[], expected: string, fix: string): CnnvizError {
  return new CnnvizError('usage', `expected ${expected}, got ${args.length === 0 ? 'nothing' : args.join(' ')}`, {
    fix,
  });
}

/** The words of a recipe that say which map and item; --channel counts the kernels of one layer through all banks. */
export function mapArgs(
  { request }: Look,
  { channel, item }: Pick<LookValues, 'channel' | 'item'>,
  found: { readonly channel: number; readonly isVector: boolean } | null = null,
): string[] {
  const map = request.kind === 'layer' || found === null ? (channel ?? 0) : found.channel;
  return [
    ...(map > 0 || found?.isVector ? ['--channel', String(map)] : []),
    ...(item > 0 ? ['--item', String(item)] : []),
  ];
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
