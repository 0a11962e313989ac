import { CnnvizError } from '../core/errors.js';
import type { Pair } from '../core/geometry.js';
import {
  type FitChoice,
  type ImagePreset,
  type NetworkJob,
  type NetworkRequest,
  type PixelRange,
  PRESET_NAMES,
  type PresetChoice,
  type PresetName,
} from '../core/job.js';
import { PRESETS } from '../core/preset.js';
import { type TensorLike, toTensor } from '../core/tensor.js';
import { type Input, toInput } from '../io/inputs.js';
import { asFile } from '../io/memory-files.js';
import { writeNpy } from '../models/npy.js';

/** A file by its path, or its bytes. */
export type FileLike = string | Uint8Array;

/** An image file by its path or its bytes; or an array that is taken as it is, [C, H, W] or [N, C, H, W]. */
export type ImageLike = FileLike | TensorLike;

/** How pixels become numbers, and a photograph a network's input; what is left out is as the network says. */
export interface PreprocessOptions {
  /**
   * imagenet: shorter side 256, centre crop 224, mean and std, as torchvision; mnist: a digit; caffe, keras-tf, yolox: as
   * those prepare images; none: the image as it is.
   */
  readonly preset?: PresetName;
  /** The shorter side, or [height, width]; before the crop. Bilinear with antialiasing, as torchvision.transforms.Resize. */
  readonly resize?: number | Pair;
  /** The middle of the image, n for n×n or [height, width]; what lies outside is zero, as torchvision's CenterCrop. */
  readonly crop?: number | Pair;
  /** One channel, 0.299 R + 0.587 G + 0.114 B. Default false. */
  readonly gray?: boolean;
  /** 'unit' [0, 1], '255' [0, 255] or 'signed' [−1, 1]. */
  readonly pixels?: PixelRange;
  /** (x − mean) / std, one number for each channel or one for all. */
  readonly normalize?: { readonly mean: readonly number[]; readonly std: readonly number[] };
  /** The order of the colours. A preset's own mean and std are reversed with them; those of `normalize` are as fed. */
  readonly channels?: 'rgb' | 'bgr';
  /** nhwc: for a network that reads [N, H, W, C] and does not declare it. */
  readonly layout?: 'nchw' | 'nhwc';
  /** How an image comes to both sides of `resize`, or to the size that the network says. Default: stretched. */
  readonly fit?: FitChoice;
  /** '#rrggbb' to lay transparent pixels over; without it alpha is dropped. */
  readonly background?: string;
  /** Larger images are refused before their pixels are read. Default 100 million. */
  readonly maxPixels?: number;
}

/** Where a network's numbers come from. */
export interface WeightOptions {
  /** A checkpoint: .pth, .safetensors, .npz; the same as 'NET@FILE'. */
  readonly weights?: FileLike;
  /** The seed of made-up He weights, for a network without a checkpoint. */
  readonly init?: number;
  /** The text of print(model) is the whole network, whatever it seems to leave out. Default false. */
  readonly asPrinted?: boolean;
}

/** Gives `use` the image as an input that can be read. */
export function withInput<T>(image: ImageLike, use: (input: Input) => Promise<T>): Promise<T> {
  if (typeof image === 'string') return use(toInput(image, ''));
  if (image instanceof Uint8Array) return asFile(image, 'image', (path) => use(toInput(path, '')));
  return asFile(writeNpy(toTensor(image, 'image')), 'image.npy', (path) => use(toInput(path, '')));
}

/** Gives `use` the network's request, its bytes lent names. */
export async function withRequest<T>(
  network: FileLike,
  { weights, init, asPrinted = false }: WeightOptions,
  use: (request: NetworkRequest) => Promise<T>,
): Promise<T> {
  if (init !== undefined && !(Number.isSafeInteger(init) && init >= 0)) {
    throw new CnnvizError('usage', `init: expected a seed, a whole number from 0, got ${init}`, { fix: '{ init: 1 }' });
  }
  const within = (file: FileLike | undefined, name: string, next: (path: string | null) => Promise<T>) =>
    file instanceof Uint8Array ? asFile(file, name, next) : next(file ?? null);
  return within(network, 'network', (path) =>
    within(weights, 'weights', (weightPath) =>
      use({
        network: path!,
        weights: weightPath,
        init: init ?? null,
        ...(asPrinted ? { asPrinted } : {}),
        inputs: [],
      }),
    ),
  );
}

/** What the options change of how an image is prepared; null when they say nothing. @throws CnnvizError 'usage' */
export function presetChoiceOf(options: PreprocessOptions): PresetChoice | null {
  const { preset, resize, crop, gray = false, pixels, normalize, channels, layout, fit } = options;
  if (preset !== undefined && !(preset in PRESETS)) {
    throw new CnnvizError('usage', `preset: expected ${PRESET_NAMES.join(', ')}, got ${preset}`, {
      fix: "{ preset: 'imagenet' }",
    });
  }
  for (const [name, value] of [
    ['resize', resize],
    ['crop', crop],
  ] as const) {
    const sides = value === undefined ? [] : [value].flat();
    if (value !== undefined && !(sides.length <= 2 && sides.every((side) => Number.isSafeInteger(side) && side > 0))) {
      throw new CnnvizError('usage', `${name}: expected n or [height, width], whole numbers from 1, got ${value}`, {
        fix: `{ ${name}: 224 }`,
      });
    }
  }
  checkWord('channels', channels, ['rgb', 'bgr']);
  checkWord('layout', layout, ['nchw', 'nhwc']);
  checkWord('fit', fit?.kind, ['stretch', 'crop', 'letterbox']);
  if (fit?.kind === 'letterbox' && !/^#[0-9a-f]{6}$/.test(fit.colour)) {
    throw new CnnvizError('usage', `fit: expected a colour '#rrggbb', got ${fit.colour}`, {
      fix: "{ fit: { kind: 'letterbox', colour: '#727272' } }",
    });
  }
  if (normalize?.std.some((one) => one === 0)) {
    throw new CnnvizError('usage', 'normalize: a std is 0', { fix: 'numbers other than 0' });
  }
  const given =
    gray || [preset, resize, crop, pixels, normalize, channels, layout, fit].some((value) => value !== undefined);
  if (!given) return null;
  return {
    name: preset ?? null,
    resize: (resize as ImagePreset['geometry']['resize']) ?? null,
    crop: crop === undefined ? null : typeof crop === 'number' ? [crop, crop] : crop,
    gray,
    pixels: pixels ?? null,
    normalize: normalize ?? null,
    ...(channels && { channels }),
    ...(layout && { layout }),
    ...(fit && { fit }),
  };
}

function checkWord(name: string, value: string | undefined, words: readonly string[]): void {
  if (value === undefined || words.includes(value)) return;
  throw new CnnvizError('usage', `${name}: expected ${words.join(' or ')}, got ${value}`, {
    fix: `{ ${name}: '${words[0]}' }`,
  });
}

/** How image files are decoded. */
export function decodeJobOf({ background, maxPixels = 100e6 }: PreprocessOptions) {
  return { background: background ?? null, maxPixels };
}

/** A run of a network on an image. */
export interface NetworkRunOptions extends PreprocessOptions, WeightOptions {
  /** Only algorithms that add in the one order of summation; no batch norm folded. Default false. */
  readonly exact?: boolean;
  /** Threads within one input; no result depends on it. Default 1. */
  readonly threads?: number;
}

/** The job of a network that is run for its numbers: nothing is drawn, nothing is written. */
export function networkJob(
  request: NetworkRequest,
  options: NetworkRunOptions,
  { layers, labels = null }: { readonly layers: readonly string[]; readonly labels?: string | null },
): NetworkJob {
  return {
    request,
    decode: decodeJobOf(options),
    preset: presetChoiceOf(options),
    layers,
    picturesImplied: false,
    exact: options.exact ?? false,
    top: null,
    labels,
    picture: { scale: { kind: 'auto' }, depth: 8, colormap: 'gray' },
    output: { products: [], target: { kind: 'working-folder' }, clobber: true },
  };
}

/** Gives `use` the path of class names; null: the usual ones. */
export function withLabels<T>(
  labels: readonly string[] | FileLike | undefined,
  use: (path: string | null) => Promise<T>,
): Promise<T> {
  if (labels === undefined || typeof labels === 'string') return use(labels ?? null);
  const bytes = labels instanceof Uint8Array ? labels : new TextEncoder().encode(`${labels.join('\n')}\n`);
  return asFile(bytes, 'labels.txt', use);
}

/** Between pieces of work: lets timers and signals through. */
export async function pause(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

/** What a flag is called as an option of the library, where that is not its own name. */
const OPTION_OF: Readonly<Record<string, string>> = { 'no-clobber': 'clobber', 'as-printed': 'asPrinted' };

/**
 * Runs a function of the library: what goes wrong is told in the library's words. Flags become options ("--layer relu"
 * is "layer: relu"), and a fix that is a command line is left out.
 */
export async function inLibraryWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof CnnvizError ? inWords(error) : error;
  }
}

function inWords(error: CnnvizError): CnnvizError {
  const parts = (error.fix ?? '').split('; ').filter((part) => part !== '' && !/(?:^|[\s`:])cnnviz [a-z]/.test(part));
  const fix = parts.map(optionWords).join('; ');
  return new CnnvizError(error.code, optionWords(error.message), {
    fix: fix === '' ? 'see docs/library.md for what this function takes' : fix,
    cause: error,
  });
}

/** "--per-image 2" → "perImage: 2"; "--layer" alone → "layer" */
function optionWords(text: string): string {
  return text.replace(
    /(?<![\w-])--([a-z][a-z-]*)(?:(:)|([= ])(?=[\w.'"[-]+(?:$|[\s,;:)])))?/g,
    (_, flag, colon, gap) => {
      const name = OPTION_OF[flag] ?? flag.replace(/-([a-z])/g, (__: string, letter: string) => letter.toUpperCase());
      return `${name}${colon || gap ? ':' : ''}${gap ? ' ' : ''}`;
    },
  );
}
