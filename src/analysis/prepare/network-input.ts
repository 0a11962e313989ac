import { CnnvizError } from '../../core/errors.js';
import type { Image } from '../../core/image.js';
import type { ImagePreset, NetworkJob, PresetChoice } from '../../core/job.js';
import { areOfImagenet, choosePreset } from '../../core/preset.js';
import type { InputFacts } from '../../core/result.js';
import { sizeOf } from '../../core/tensor.js';
import { type DType, isFloat, newNumbers, type Value, type ValueInfo } from '../../core/values.js';
import { prepareDigit } from '../../engine/digit.js';
import { type EngineInput, numbersOf } from '../../engine/input.js';
import { imageToInput } from '../../engine/preprocess.js';
import { npyToValue } from '../../models/npy.js';
import { toChannelsFirst } from '../channels-last.js';
import type { Runnable } from '../kept-run.js';
import { asStored, isChannelsLast } from './channels-last.js';
import type { DeclaredInput } from './declared-input.js';
import { holeWarnings, type Preparation, type PreparedInput, pictureOfInput } from './prepared-input.js';
import {
  auditImage,
  filterNote,
  lastStep,
  NO_PRESET,
  type PreparedImage,
  type PreprocessStep,
  preprocessImage,
  presetWords,
} from './preset.js';
import { scaledNote, scaledPreset } from './scaled-input.js';

/** What a network says of what it reads. */
export interface NetworkInput {
  /** What files are named after and tables say: "alexnet", the file's name, "pipe". */
  readonly name: string;
  /** The size of one input [C, H, W] it is made for; null: any, or more than one input. */
  readonly input: readonly number[] | null;
  /** The channels it reads; null: any, or more than one input. */
  readonly channels: number | null;
  /** What its file declares of the one input that no array feeds; null: nothing that must hold. */
  readonly declared: DeclaredInput | null;
  /** How its images are prepared; null: nothing is said. */
  readonly preset: ImagePreset | null;
  /** It is a network with a head of one's own; absent: it is none. */
  readonly head?: HeadTraits;
}

/** A network as it was said, with its weights at hand; bound to an input it is a Model. */
export interface OpenedNetwork extends Runnable, NetworkInput {
  readonly notes: readonly string[];
  /** The names of its classes, where its own file has them; absent: nothing names them. */
  readonly classes?: readonly string[];
  /** Names of the parameters that a checkpoint gives, and training learns; null: not told, of an ONNX graph. */
  readonly learnt: ReadonlySet<string> | null;
}

/** What a head says beside its layers. */
export interface HeadTraits {
  /** The network its features come from. */
  readonly features: string;
  /** What transparent images are laid over, unless somebody says otherwise; null: alpha is dropped. */
  readonly background: string | null;
  /** Its features were computed by algorithms of the one order only. */
  readonly exact: boolean;
}

type Declared = Pick<NetworkInput, 'name' | 'declared'>;
type Reads = Declared & Partial<Pick<NetworkInput, 'input'>>;

/** Types that hold every byte. */
const BYTES: readonly DType[] = ['uint8', 'uint16', 'uint32', 'uint64', 'int16', 'int32', 'int64'];

/**
 * How images are prepared: as was asked, or as the network says. A network that reads whole numbers gets bytes.
 * @throws CnnvizError 'usage' when numbers are asked for that its type cannot be
 */
export function preparation(choice: PresetChoice | null, own: ImagePreset, network: Reads): ImagePreset {
  const [, height, width] = network.input ?? [];
  const preset = choice ? choosePreset(choice, own, network.input ? [height, width] : null) : own;
  if (preset.layout && !network.declared?.channelsLast) {
    throw new CnnvizError('usage', `${network.name} reads [N, C, H, W], --layout nhwc says [N, H, W, C]`, {
      fix: 'leave --layout out',
      scope: 'command',
    });
  }
  const { declared } = network;
  if (!declared || isFloat(declared.dtype)) return preset;
  const { dtype, name } = declared;
  const refuse = (what: string, fix: string): never => {
    throw new CnnvizError('usage', `${network.name}: its input "${name}" is ${dtype}: ${what}`, {
      fix,
      scope: 'command',
    });
  };
  if (dtype === 'int8' && declared.scaled) return scaledPreset(choice, preset, declared, refuse);
  if (!BYTES.includes(dtype)) refuse('it cannot hold the bytes 0 … 255 of an image', feed(name));
  if (choice?.name === 'imagenet') {
    const [H, W] = declared.shape?.slice(-2) ?? [];
    const size = typeof H === 'number' && typeof W === 'number' ? `--resize ${H},${W}` : '--resize 256 --crop 224,224';
    refuse(
      'it reads the bytes 0 … 255, --preset imagenet normalises them',
      `${size} in the place of --preset imagenet`,
    );
  }
  if (choice?.name && NOT_BYTES.includes(choice.name)) {
    refuse(`it reads the bytes 0 … 255, --preset ${choice.name} gives others`, `leave --preset ${choice.name} out`);
  }
  if (choice?.normalize) refuse('it reads the bytes 0 … 255, which --normalize takes away', 'leave --normalize out');
  if (choice?.pixels && choice.pixels !== '255') {
    refuse(`it reads the bytes 0 … 255, --pixels ${choice.pixels} gives others`, 'leave --pixels out');
  }
  return { ...preset, preprocess: { ...preset.preprocess, pixels: '255', normalize: null } };
}

/** Presets whose numbers are no bytes. */
const NOT_BYTES: readonly PresetChoice['name'][] = ['caffe', 'keras-tf'];

function feed(name: string): string {
  return `hand it in as an array: --input ${name}=FILE.npy`;
}

/**
 * Holds an image [N, C, H, W] against the declared shape. `size`: width and height of the image before.
 * @throws CnnvizError 'shape' with the declared size and the flags that give it
 */
export function checkDeclaredShape(
  shape: readonly number[],
  { name: network, declared }: Declared,
  { geometry, preprocess }: ImagePreset,
  { width, height }: { readonly width: number; readonly height: number },
): void {
  if (!declared?.shape) return;
  const { name, dtype, channelsLast } = declared;
  const isImage = declared.shape.length === 3 || declared.shape.length === 4;
  const written = asStored(declared)
    .shape!.slice(isImage ? -3 : 0)
    .map((side) => side ?? 'any')
    .join(', ');
  const refuse = (what: string, fix: string): never => {
    throw new CnnvizError(
      'shape',
      `${network} reads [${written}]${channelsLast ? ' with channels last' : ''}, ${what}`,
      { fix },
    );
  };
  if (!isImage) refuse('which is no image [N, C, H, W]', feed(name));
  const sides = declared.shape.slice(-3);
  const [C, H, W] = sides;
  if (shape.slice(-3).every((side, axis) => sides[axis] === null || side === sides[axis])) return;
  if (!channelsLast && !declared.slides && isChannelsLast(sides)) {
    refuse(
      'channels last: images are fed as [N, C, H, W]',
      `${feed(name)}; or export it with channels first (tf2onnx: --inputs-as-nchw ${name})`,
    );
  }
  const found = `the image gives [${shape.slice(-3).join(', ')}] (${width}×${height})`;
  if (C !== null && C !== shape[1]) {
    refuse(found, preprocess.gray && C === 3 ? 'leave --gray out' : `${feed(name)} of ${C} channels`);
  }
  const [h, w] = [H ?? height, W ?? width];
  const resize = `--resize ${h},${w}${geometry.crop === null ? '' : ` --crop ${h},${w}`}`;
  const isUntouched =
    geometry.resize === null && geometry.crop === null && preprocess.normalize === null && preprocess.pixels === 'unit';
  // what Keras trained, it trained on pixels of many kinds: a note tells of them once it runs
  const asImagenet = isFloat(dtype) && !channelsLast && isUntouched && C === 3 && H === 224 && W === 224;
  refuse(found, `${asImagenet ? '--preset imagenet (shorter side 256, centre crop, mean/std), or ' : ''}${resize}`);
}

/**
 * Holds an array, or a size that was asked for, against what the file declares: the same kind of number, every side as
 * declared. The first side, N, is free: several items are fed one after another. `given`: how the array is called.
 * @throws CnnvizError 'shape' with the declared type or size
 */
export function checkDeclaredArray(
  { dtype, shape }: ValueInfo,
  given: string,
  network: string,
  declared: Pick<DeclaredInput, 'name' | 'dtype' | 'shape'> | null,
): void {
  if (!declared) return;
  const sides = declared.shape;
  const isSame = dtype === declared.dtype || (isFloat(dtype) && isFloat(declared.dtype));
  const what = `${network}: its input "${declared.name}" is ${declared.dtype}`;
  if (!isSame) {
    throw new CnnvizError('shape', `${what}, ${given} is ${dtype}`, {
      fix: `numpy.save(file, array.astype('${declared.dtype}')), in the range the network was made for`,
    });
  }
  const fits = (side: number | null, axis: number) =>
    side === null || side === shape[axis] || (axis === 0 && side === 1);
  if (sides === null || (sides.length === shape.length && sides.every(fits))) return;
  const written = sides.map((side) => side ?? 'any').join(', ');
  const isOneLess =
    shape.length === sides.length - 1 && sides.slice(1).every((side, i) => side === null || side === shape[i]);
  throw new CnnvizError('shape', `${what} [${written}], ${given} is [${shape.join(', ')}]`, {
    fix: isOneLess ? 'numpy.save(file, array[None])' : `expected an array of [${written}]`,
  });
}

/**
 * Holds a size [C, H, W] that was asked for against what the file declares.
 * @throws CnnvizError 'shape' with the declared size
 */
export function checkDeclaredSize(size: readonly number[] | null, { name: network, declared }: Declared): void {
  // [C, H, W] of whatever the file says
  const sides = declared?.shape?.slice(-3);
  if (!size || !sides || sides.every((side, axis) => side === null || side === size[axis])) return;
  const fixed = sides.map((side, axis) => side ?? size[axis]).join(',');
  const written = sides.map((side) => side ?? 'any').join(', ');
  throw new CnnvizError('shape', `${network} reads [${written}], --size says [${size.join(', ')}]`, {
    fix: sides.length === 3 ? `--size ${fixed}` : 'leave --size out',
  });
}

/** An image's numbers in the declared type: whole ones for a network that reads those. */
export function declaredValue(
  input: EngineInput,
  shape: readonly number[],
  { declared }: Declared,
): EngineInput | Value {
  if (!declared || isFloat(declared.dtype)) return input;
  const { dtype } = declared;
  const numbers = numbersOf(input);
  const data = newNumbers(dtype, numbers.length);
  const { scale, zero } = (dtype === 'int8' && declared.scaled) || { scale: 1, zero: 0 };
  for (let i = 0; i < data.length; i++) {
    const whole = Math.round(numbers[i] / scale) + zero;
    data[i] = dtype === 'int8' ? Math.max(-128, Math.min(127, whole)) : whole;
  }
  return { dtype, shape, data };
}

/** The type that an image is fed in. */
export function declaredType({ declared }: Declared): DType {
  return declared && !isFloat(declared.dtype) ? declared.dtype : 'float32';
}

/**
 * What is to be said of pixels that nobody prepared: few files of models say how they want them. Null: it was asked for
 * something, or the network does it itself.
 */
export function unpreparedNote(choice: PresetChoice | null, channels: number, { declared }: Declared): string | null {
  if (!declared || declared.isPrepared || !isFloat(declared.dtype) || channels !== 3) return null;
  if (choice && (choice.name !== null || choice.pixels !== null || choice.normalize !== null)) return null;
  if (declared.channelsLast)
    return 'pixels are fed in [0, 1]: Keras trains on what it was given, often --pixels 255, --preset keras-tf or --preset caffe';
  const [H, W] = declared.shape?.slice(-2) ?? [null, null];
  const takes224 = [H, W].every((side) => side === null || side === 224) && choice === null;
  const flag = takes224 ? '--preset imagenet' : '--normalize imagenet';
  return `pixels are fed in [0, 1], not normalised: what torchvision trained expects ${flag}`;
}

/** Of a network's job, what says how its images are prepared. */
export type SourceJob = Pick<NetworkJob, 'decode' | 'preset'>;

/** How a network's input is prepared: an image as the preset says, an array is taken as it is. */
export function networkPreparation(opened: NetworkInput, job: SourceJob): Preparation {
  return {
    checkSize: null,
    keepsGray: false,
    image: (image, stored) => prepareImage(opened, job, image, stored),
    array: (array) => takeArray(opened, npyToValue(array)),
  };
}

/** An image as the job says, or the network. @throws CnnvizError 'shape' or 'usage' when it does not suit the network */
export function prepareImage(
  opened: NetworkInput,
  job: Pick<SourceJob, 'preset'>,
  image: Image,
  { colour, depth }: Pick<InputFacts, 'colour' | 'depth'>,
): PreparedInput {
  const preset = presetOfJob(job, opened);
  const prepared = preparePicture(image, preset);
  const shape = [1, ...prepared.input.shape.slice(-3)];
  checkDeclaredShape(shape, opened, preset, image);
  checkSize(shape, opened, isSizeChosen(job.preset), `${image.width}×${image.height}`);
  const note = opened.preset === null ? unpreparedNote(job.preset, shape[1], opened) : null;
  const words = opened.declared?.channelsLast ? ({ ...preset, layout: 'nhwc' } as const) : preset;
  const x = declaredValue(prepared.input, shape, opened);
  return {
    facts: {
      width: image.width,
      height: image.height,
      channels: shape[1],
      ...(preset.preprocess.channels && { order: preset.preprocess.channels }),
      items: 1,
      colour,
      depth,
    },
    info: { dtype: declaredType(opened), shape },
    x,
    dropsBatch: true,
    preset,
    preprocess: presetWords(words, prepared.image),
    picture: { image, plan: prepared.plan },
    drawn: () => pictureOfInput(x, preset.preprocess.channels ?? null),
    warnings: [
      note,
      scaledNote(opened.declared),
      orderNote(preset),
      filterNote(job.preset, prepared.plan),
      prepared.said,
    ].filter((text) => text !== null),
  };
}

/** Whether a size was asked for, and not only something of the pixels. */
function isSizeChosen(choice: PresetChoice | null): boolean {
  if (choice === null) return false;
  const { name, resize, crop, fit } = choice;
  return resize !== null || crop !== null || fit !== undefined || (name !== null && name !== 'none');
}

/** What is to be said of the mean of red that is subtracted from blue. */
function orderNote({ preprocess: { channels, normalize } }: ImagePreset): string | null {
  if (channels !== 'bgr' || !areOfImagenet(normalize, 'rgb')) return null;
  return 'the mean and std of ImageNet are those of red, green, blue; here blue is fed first and gets those of red: --normalize imagenet gives each colour its own';
}

/** How images are prepared: as the job says, as the network says, or not at all. */
export function presetOfJob({ preset }: Pick<SourceJob, 'preset'>, opened: NetworkInput): ImagePreset {
  return suitablePreset(preparation(preset, opened.preset ?? NO_PRESET, opened), opened);
}

/** A network of one channel sees grey. */
function suitablePreset(preset: ImagePreset, { name, channels }: NetworkInput): ImagePreset {
  if (channels !== 1 || preset.preprocess.gray) return preset;
  if (preset.preprocess.channels) {
    throw new CnnvizError('usage', `${name} reads one channel, which has no order of colours`, {
      fix: 'leave --channels out, and --preset none in the place of one for colours',
      scope: 'command',
    });
  }
  return { ...preset, preprocess: { ...preset.preprocess, gray: true } };
}

/** A network of one's own that says its size and no preparation: what is asked of the pixels may change it. */
function checkSize(
  shape: readonly number[],
  { input, preset, name, declared }: NetworkInput,
  isChosen: boolean,
  size: string,
): void {
  if (!input || preset || declared || isChosen || shape.slice(1).every((side, axis) => side === input[axis])) return;
  throw new CnnvizError(
    'shape',
    `${name} reads [${input.join(', ')}], the image gives [${shape.slice(1).join(', ')}] (${size})`,
    {
      fix: `${input.join() === '3,224,224' ? '--preset imagenet (shorter side 256, centre crop, mean/std), or ' : ''}--resize ${input[1]},${input[2]}`,
    },
  );
}

/** An array [N, C, H, W] or [C, H, W] as it is; of a network that declares them so, [N, H, W, C] or [H, W, C]. */
export function takeArray(opened: NetworkInput, given: Value): PreparedInput {
  const { declared } = opened;
  const isOneImage = given.shape.length === 3 && (opened.input !== null || opened.head !== undefined);
  const asGiven = isOneImage ? [1, ...given.shape] : given.shape;
  checkDeclaredArray({ ...given, shape: asGiven }, 'the array', opened.name, declared && asStored(declared));
  const { shape, dtype, data } = declared?.channelsLast && asGiven.length === 4 ? toChannelsFirst(given) : given;
  const fed = isOneImage ? [1, ...shape] : shape;
  const [width = 1, height = 1, channels = 1, items = 1] = [...shape].reverse();
  const x = { dtype, shape: fed, data };
  return {
    facts: {
      width,
      height,
      channels,
      items,
      colour: dtype,
      depth: 8 * (data.byteLength / Math.max(1, sizeOf(shape))),
    },
    info: { dtype, shape: fed },
    x,
    dropsBatch: isOneImage,
    preset: null,
    preprocess: 'an array, taken as it is',
    picture: null,
    drawn: () => pictureOfInput(x),
    warnings: holeWarnings(data),
  };
}

/** An image as its preset says. `isAudit`: with the whole image resized, to show what the crop leaves out. */
export function preparePicture(image: Image, preset: ImagePreset, isAudit = false): PreparedImage {
  const { digit, ...sizes } = preset;
  if (digit) return digitImage(image, preset);
  return isAudit ? auditImage(image, sizes) : preprocessImage(image, sizes);
}

/** A digit as MNIST has them. */
function digitImage(decoded: Image, { geometry: { crop }, preprocess }: ImagePreset): PreparedImage {
  const { image, ink, plan, said } = prepareDigit(decoded, crop ? { width: crop[1], height: crop[0] } : undefined);
  const input = imageToInput(image, preprocess);
  const steps: PreprocessStep[] = [
    { name: 'decoded', ...plan.original, channels: decoded.channels, image: decoded },
    { name: 'ink', ...plan.original, channels: 1, image: ink },
    { name: 'fitted', width: image.width, height: image.height, channels: 1, image },
    { ...lastStep(preprocess, input), image: null },
  ];
  return { image, input, plan, steps, said };
}
