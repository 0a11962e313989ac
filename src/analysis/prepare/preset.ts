import type { Image } from '../../core/image.js';
import {
  colourText,
  fitText,
  type GeometryJob,
  type ImagePreset,
  normalizeText,
  type PresetChoice,
  type PresetName,
} from '../../core/job.js';
import { checkPixels, type PreprocessPlan, planPreprocess } from '../../core/preprocess-geometry.js';
import { choosePreset, NO_CHOICE, presetFor } from '../../core/preset.js';
import type { StepSize } from '../../core/result.js';
import type { EngineInput } from '../../engine/input.js';
import { imageToInput } from '../../engine/preprocess.js';
import { cropImage, resizeArea, resizeBilinear } from '../../engine/resize.js';
import type { NetworkSpec } from '../../models/networks/index.js';

/** A step with the picture it left. */
export interface PreprocessStep extends StepSize {
  /** Null for the tensor, and for a resized picture of which only the crop was made. */
  readonly image: Image | null;
}

/** A preset that says a size; of a digit network-input.ts takes care. */
type SizePreset = Pick<ImagePreset, 'geometry' | 'preprocess'>;

/** A photograph as a network reads it. */
export interface PreparedImage {
  /** What was found out on the way, in a line; null: nothing. */
  readonly said: string | null;
  /** The cropped picture, samples still whole numbers. */
  readonly image: Image;
  /** [C, H, W] */
  readonly input: EngineInput;
  readonly plan: PreprocessPlan;
  /** In their order: decoded, resized and cropped where asked for, then the tensor. */
  readonly steps: readonly PreprocessStep[];
}

/**
 * Resize, centre crop, pixels → numbers, as torchvision's Resize, CenterCrop, ToTensor and Normalize on a PIL image, bit
 * for bit. Only what the crop keeps is resized.
 * @throws CnnvizError 'usage' or 'shape' when the preset does not suit the image
 */
export function preprocessImage(image: Image, preset: SizePreset): PreparedImage {
  // the bars of a letterbox lie around all of it
  if (preset.geometry.fit?.kind === 'letterbox') return auditImage(image, preset);
  const plan = planPreprocess(image.width, image.height, preset.geometry);
  const cropped = cropOfResized(image, plan);
  return finish(image, cutStep(preset.geometry) === null ? cropped : null, cropped, plan, preset);
}

/** The same, with every picture in between: the whole image is resized, to show what the crop leaves out. */
export function auditImage(image: Image, preset: SizePreset): PreparedImage {
  const plan = planPreprocess(image.width, image.height, preset.geometry);
  checkPixels(plan.resized, 'resized');
  const resized = resizeBilinear(image, plan.resized.width, plan.resized.height);
  return finish(image, resized, cropImage(resized, plan.crop, plan.fill), plan, preset);
}

/** What brings the resized image to its size; null: nothing. */
function cutStep({ crop, fit }: GeometryJob): 'cropped' | 'letterboxed' | null {
  if (fit?.kind === 'letterbox') return 'letterboxed';
  return crop !== null || fit ? 'cropped' : null;
}

/** The step that makes numbers. */
export function lastStep({ normalize }: ImagePreset['preprocess'], { shape }: EngineInput): StepSize {
  const [channels, height, width] = shape;
  return { name: normalize === null ? 'scaled' : 'normalised', width, height, channels };
}

function finish(
  decoded: Image,
  resized: Image | null,
  cropped: Image,
  plan: PreprocessPlan,
  { geometry, preprocess }: SizePreset,
): PreparedImage {
  const { channels } = decoded;
  const input = imageToInput(cropped, preprocess);
  const steps: PreprocessStep[] = [{ name: 'decoded', ...plan.original, channels, image: decoded }];
  if (geometry.resize !== null) steps.push({ name: 'resized', ...plan.resized, channels, image: resized });
  const { width, height } = plan.crop;
  const cut = cutStep(geometry);
  if (cut !== null) steps.push({ name: cut, width, height, channels, image: cropped });
  steps.push({ ...lastStep(preprocess, input), image: null });
  return { image: cropped, input, plan, steps, said: null };
}

/** The part of the crop that lies inside the resized image, resized; then the border of zeros. */
function cropOfResized(image: Image, { resized, crop }: PreprocessPlan): Image {
  const x = Math.max(0, crop.x);
  const y = Math.max(0, crop.y);
  const width = Math.min(crop.width, resized.width);
  const height = Math.min(crop.height, resized.height);
  const inside = resizeArea(image, resized.width, resized.height, { x, y, width, height });
  return cropImage(inside, { x: crop.x - x, y: crop.y - y, width: crop.width, height: crop.height });
}

/** How what a preset is named after resizes, where that is not as it is done here. */
const OTHER_FILTERS: Partial<Readonly<Record<PresetName, string>>> = {
  caffe: 'Keras takes the nearest pixel unless it is told otherwise, and Caffe uses OpenCV',
  'keras-tf': 'Keras takes the nearest pixel unless it is told otherwise',
  yolox: "YOLOX uses OpenCV's bilinear filter, which does not antialias",
};

/** What is to be said of an image that was resized as its preset's own code does not; null: nothing. */
export function filterNote(
  choice: Pick<PresetChoice, 'name'> | null,
  { original, resized }: PreprocessPlan,
): string | null {
  const other = choice?.name ? OTHER_FILTERS[choice.name] : undefined;
  const isSame = original.width === resized.width && original.height === resized.height;
  if (other === undefined || isSame) return null;
  return `resized as PIL does it, bilinear with antialiasing; ${other}: pixels differ, the more the image shrinks`;
}

/** Pixels in [0, 1], size as it is. */
export const NO_PRESET: ImagePreset = presetFor('none');

/** How a network says its images are prepared; null when it says nothing. */
export function presetOf({ preset, input }: NetworkSpec): ImagePreset | null {
  if (preset === null) return null;
  if (typeof preset !== 'string') return preset;
  const own = presetFor(preset, input?.at(-1));
  return input ? choosePreset({ ...NO_CHOICE, name: preset }, own, [input[1], input[2]]) : own;
}

/** "1200×900 → 224×224 (imagenet: shorter side 256, centre crop, mean/std)", the part after the arrow. */
export function presetWords(
  { geometry, preprocess, digit, layout }: ImagePreset,
  { width, height }: Pick<Image, 'width' | 'height'>,
): string {
  if (digit) return `${width}×${height} (as MNIST${preprocess.normalize ? ', mean/std' : ''})`;
  const { resize, crop, fit } = geometry;
  const steps: string[] = [];
  if (fit) steps.push(fitWords(fit));
  else if (typeof resize === 'number') steps.push(`shorter side ${resize}`);
  else if (resize) steps.push(`resized to ${resize[1]}×${resize[0]}`);
  if (crop) steps.push('centre crop');
  if (preprocess.gray) steps.push('gray');
  if (preprocess.channels) steps.push('BGR');
  if (preprocess.pixels !== 'unit') steps.push(`pixels ${preprocess.pixels}`);
  if (preprocess.normalize) steps.push('mean/std');
  if (layout) steps.push('channels last');
  return `${width}×${height}${steps.length === 0 ? ' (pixels in [0, 1])' : ` (${steps.join(', ')})`}`;
}

/** "letterboxed, bars of 114" */
function fitWords(fit: NonNullable<GeometryJob['fit']>): string {
  if (fit.kind === 'crop') return 'scaled to cover, centre crop';
  return `letterboxed${fit.corner ? ' into the upper left corner' : ''}, bars of ${colourText(fit.colour)}`;
}

/** (x − 0) / 1 gives x again: what takes the place of a preset's own mean and std where there are none. */
export const NOTHING_SUBTRACTED = { mean: [0], std: [1] } as const;

/** The flags that say a preset. */
export function presetArgs({ geometry, preprocess, digit, layout }: ImagePreset): string[] {
  const args: string[] = digit ? ['--preset', 'mnist'] : ['--preset', 'none', ...geometryArgs(geometry)];
  if (preprocess.gray && !digit) args.push('--gray');
  if (preprocess.pixels !== 'unit') args.push('--pixels', preprocess.pixels);
  const normalize = preprocess.normalize ?? (digit ? NOTHING_SUBTRACTED : null);
  if (normalize) args.push('--normalize', normalizeText(normalize));
  if (preprocess.channels) args.push('--channels', preprocess.channels);
  if (layout) args.push('--layout', layout);
  return args;
}

/** The flags that say a size. */
export function geometryArgs({ resize, crop, fit }: GeometryJob): string[] {
  return [
    ...(resize === null ? [] : ['--resize', typeof resize === 'number' ? String(resize) : resize.join(',')]),
    ...(crop === null ? [] : ['--crop', crop.join(',')]),
    ...(fit ? ['--fit', fitText(fit)] : []),
  ];
}
