import { type Command, Option } from 'commander';
import { CnnvizError } from '../core/errors.js';
import type { PaddingMode } from '../core/geometry.js';
import type { ColormapName, Job, LayerJob, OutputJob, PatchMode, PixelRange, ProductKind } from '../core/job.js';
import {
  parseActivation,
  parseBias,
  parseColour,
  parseKernels,
  parseNormalize,
  parsePadding,
  parsePair,
  parsePatch,
  parsePixelCount,
  parsePool,
  parseScale,
  parseWhole,
} from './parse.js';

/** Adds the flags that say one layer and the pixels it reads; gives the kernels, in the order they were given. */
export function addLayerFlags(command: Command): ConvFlags['kernels'] {
  const kernels: ConvFlags['kernels'][number][] = [];
  const collect = (flag: 'kernel' | 'patch') => (text: string) => {
    kernels.push({ flag, text });
    return kernels;
  };
  command
    .optionsGroup('Kernels:')
    .option(
      '-k, --kernel <kernel>',
      'names with commas (see `cnnviz kernels`; sobel is the gradient magnitude), FILE.npy, .json, .csv, .txt or "1 0 -1; 1 0 -1"; may be repeated',
      collect('kernel'),
    )
    .option(
      '-p, --patch <x,y,w,h[@image]>',
      'cut the kernel out of the image (or of another); may be repeated',
      collect('patch'),
    )
    .addOption(
      new Option('--patch-mode <mode>', 'what a patch is measured by')
        .choices(['zero-mean', 'raw', 'ncc'])
        .default('zero-mean'),
    )
    .option('--flip', 'turn kernels by 180°: true convolution instead of cross-correlation', false)
    .optionsGroup('Layer:')
    .option('--stride <n|h,w>', 'step between neighbouring windows; 2,3 and 2x3 are the same', '1')
    .option('--padding <n|h,w|t,l,b,r|rule>', 'border around the image; rules: same, valid, full', '0')
    .addOption(
      new Option('--padding-mode <mode>', 'what the border holds')
        .choices(['zeros', 'reflect', 'replicate', 'circular'])
        .default('zeros'),
    )
    .option('--dilation <n|h,w>', 'distance between neighbouring taps of a kernel', '1')
    .option('--groups <n>', 'split channels and kernels into n independent groups', '1')
    .option('--bias <bias>', 'a number, FILE.npy (one per kernel), p99 or fire:1%')
    .option(
      '--activation <name[:number]>',
      'relu, leaky_relu:0.01, sigmoid, tanh, gelu, relu6, elu, silu, hardswish, softplus',
    )
    .option('--relu', 'short for --activation relu', false)
    .option('--pool <kind[:size[:stride]]>', 'max, avg or gauss pooling, such as max (2), max:3:2 or gauss:3:2')
    .optionsGroup('Pixels:')
    .option('--gray', 'convert to gray first (0.299 R + 0.587 G + 0.114 B)', false)
    .addOption(
      new Option('--pixels <range>', 'unit: [0, 1], 255: [0, 255], signed: [-1, 1]')
        .choices(['unit', '255', 'signed'])
        .default('unit'),
    )
    .option('--normalize <imagenet|MEAN/STD>', '(x − mean) / std per channel')
    .option('--background <colour>', 'lay transparent images over this colour (else alpha is dropped)')
    .option('--max-pixels <n>', 'refuse larger images', '100M');
  return kernels;
}

/** Adds the flags that choose among algorithms. */
export function addAlgorithmFlags(command: Command): Command {
  return command
    .option('--exact', 'only algorithms that add in one fixed order: see docs/trust.md', false)
    .option('--algorithm <name>', 'take this algorithm (see `cnnviz plan`) or say why it cannot be taken');
}

/** The flags of `conv` as commander hands them over: texts, and defaults filled in. */
export interface ConvFlags {
  /** --kernel and --patch in the order they were given. */
  readonly kernels: readonly { readonly flag: 'kernel' | 'patch'; readonly text: string }[];
  readonly patchMode: PatchMode;
  readonly stride: string;
  readonly padding: string;
  readonly paddingMode: PaddingMode;
  readonly dilation: string;
  readonly groups: string;
  readonly flip: boolean;
  readonly bias?: string;
  readonly activation?: string;
  readonly relu: boolean;
  readonly pool?: string;
  readonly gray: boolean;
  readonly pixels: PixelRange;
  readonly normalize?: string;
  readonly background?: string;
  readonly maxPixels: string;
  readonly scale: string;
  readonly depth: '8' | '16';
  readonly colormap: ColormapName;
  readonly sheet: boolean;
  readonly strip: boolean;
  readonly exact: boolean;
  readonly algorithm?: string;
  readonly out?: string;
  readonly format?: 'png' | 'npy';
  readonly clobber: boolean;
}

/** The job the flags ask for. @throws CnnvizError 'usage' for values or combinations that make no sense. */
export function convJob(flags: ConvFlags): Job {
  if (flags.kernels.length === 0) {
    throw new CnnvizError('usage', 'conv needs a kernel', {
      fix: 'add --kernel edge3x3 (`cnnviz kernels` lists them) or cut one from the image: --patch x,y,width,height',
    });
  }
  const normalize = flags.normalize === undefined ? null : parseNormalize(flags.normalize);
  if (flags.normalize === 'imagenet' && flags.pixels !== 'unit') {
    throw new CnnvizError('usage', `--normalize imagenet is for pixels in [0, 1], not --pixels ${flags.pixels}`, {
      fix: 'leave --pixels out',
    });
  }
  const output = outputJob(flags);
  checkPicture(flags, output.products);
  return {
    decode: {
      background: flags.background === undefined ? null : parseColour(flags.background),
      maxPixels: parsePixelCount(flags.maxPixels),
    },
    preprocess: { pixels: flags.pixels, gray: flags.gray, normalize },
    layer: layerJob(flags),
    picture: { scale: parseScale(flags.scale), depth: flags.depth === '16' ? 16 : 8, colormap: flags.colormap },
    output,
  };
}

/** The layer the flags say; --weight of `plan` may stand for its kernels. */
export function layerJob(flags: ConvFlags): LayerJob {
  if (flags.activation !== undefined && flags.relu) {
    throw new CnnvizError('usage', '--relu and --activation exclude each other', { fix: 'keep one of them' });
  }
  const activation = flags.relu ? { name: 'relu' as const, parameter: null } : null;
  return {
    kernels: flags.kernels.flatMap(({ flag, text }) =>
      flag === 'patch' ? [parsePatch(text, flags.patchMode)] : parseKernels(text),
    ),
    flip: flags.flip,
    stride: parsePair('--stride', flags.stride),
    padding: parsePadding(flags.padding),
    paddingMode: flags.paddingMode,
    dilation: parsePair('--dilation', flags.dilation),
    groups: parseWhole('--groups', flags.groups, 1),
    bias: flags.bias === undefined ? null : parseBias(flags.bias),
    activation: flags.activation === undefined ? activation : parseActivation(flags.activation),
    pool: flags.pool === undefined ? null : parsePool(flags.pool),
    exact: flags.exact,
    algorithm: flags.algorithm ?? null,
  };
}

function checkPicture(flags: ConvFlags, products: readonly ProductKind[]): void {
  if (flags.depth !== '16') return;
  if (flags.colormap !== 'gray') {
    throw new CnnvizError('usage', '--depth 16 is for grey maps: colour maps have 256 steps', {
      fix: `leave out --depth 16 or --colormap ${flags.colormap}`,
    });
  }
  if (!products.includes('maps')) {
    throw new CnnvizError('usage', '--depth 16 is for maps in files of their own', {
      fix: 'leave it out with --sheet, --strip and .npy output (which is exact)',
    });
  }
}

/** Endings of files that are pictures or data, but not ones that maps are written as. */
const FOREIGN = /\.(jpe?g|webp|gif|tiff?|avif|bmp|svg|pdf|npz|json|csv|txt)$/i;

/** @throws CnnvizError 'usage' for endings of files that maps are not written as */
export function refuseForeign(out: string | undefined): void {
  if (out === undefined || !FOREIGN.test(out)) return;
  throw new CnnvizError('usage', `${out}: maps are written as .png or .npy`, {
    fix: '-o FILE.png, -o FILE.npy or -o FOLDER',
  });
}

function outputJob({ out, format, sheet, strip, clobber }: ConvFlags): OutputJob {
  const ending = /\.(png|npy)$/i.exec(out ?? '')?.[1].toLowerCase();
  refuseForeign(out);
  if (ending !== undefined && format !== undefined && ending !== format) {
    throw new CnnvizError('usage', `${out}: the ending says ${ending}, --format says ${format}`, {
      fix: 'keep one of them',
    });
  }
  const npy = (format ?? ending) === 'npy';
  const pictures: ProductKind[] = [...(sheet ? (['sheet'] as const) : []), ...(strip ? (['strip'] as const) : [])];
  if (npy && pictures.length > 0) {
    throw new CnnvizError('usage', `--${pictures[0]} draws a picture, .npy holds numbers`, {
      fix: 'run it once for each',
    });
  }
  return {
    products: npy ? ['npy'] : pictures.length > 0 ? pictures : ['maps'],
    target: outputTarget(out, ending),
    clobber,
  };
}

/** What -o means. */
export function outputTarget(out: string | undefined, ending: string | undefined): OutputJob['target'] {
  if (out === undefined) return { kind: 'working-folder' };
  if (out === '') throw new CnnvizError('usage', '-o: expected a place to write to, got ""');
  if (out === '-') return { kind: 'stdout' };
  if (/\{(name|map|layer|ext|dir)\}/.test(out)) return { kind: 'template', path: out };
  return ending === undefined ? { kind: 'folder', path: out } : { kind: 'file', path: out };
}
