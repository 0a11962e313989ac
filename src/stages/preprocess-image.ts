import type { Image } from '../core/image.js';
import { checkPixels, type PreprocessPlan, planPreprocess } from '../core/preprocess-geometry.js';
import type { ImagePreset } from '../core/preprocess-job.js';
import type { StepSize } from '../core/preprocess-result.js';
import { cropImage } from '../engine/crop.js';
import type { EngineInput } from '../engine/input.js';
import { imageToInput } from '../engine/preprocess.js';
import { resizeArea, resizeBilinear } from '../engine/resize.js';

/** A photograph as a network reads it. */
export interface PreparedImage {
  /** The cropped picture, samples still whole numbers. */
  readonly image: Image;
  /** [C, H, W] */
  readonly input: EngineInput;
  readonly plan: PreprocessPlan;
  /** In their order: decoded, resized and cropped where asked for, then the tensor. */
  readonly steps: readonly StepSize[];
}

/**
 * Resize, centre crop, pixels → numbers, as torchvision's Resize, CenterCrop, ToTensor and Normalize on a PIL image, bit
 * for bit. Only what the crop keeps is resized.
 * @throws CnnvizError 'usage' or 'shape' when the preset does not suit the image
 */
export function preprocessImage(image: Image, preset: ImagePreset): PreparedImage {
  const plan = planPreprocess(image.width, image.height, preset.geometry);
  return finish(cropOfResized(image, plan), plan, preset);
}

/** The same, with the pictures of the steps in between: the whole image is resized to show what the crop leaves out. */
export function auditImage(image: Image, preset: ImagePreset): PreparedImage & { readonly pictures: readonly Image[] } {
  const plan = planPreprocess(image.width, image.height, preset.geometry);
  checkPixels(plan.resized, 'resized');
  const { resize, crop } = preset.geometry;
  const resized = resizeBilinear(image, plan.resized.width, plan.resized.height);
  const cropped = cropImage(resized, plan.crop);
  const pictures = [image, ...(resize === null ? [] : [resized]), ...(crop === null ? [] : [cropped])];
  return { ...finish(cropped, plan, preset), pictures };
}

function finish(cropped: Image, plan: PreprocessPlan, preset: ImagePreset): PreparedImage {
  const { resize, crop } = preset.geometry;
  const input = imageToInput(cropped, preset.preprocess);
  const { channels } = cropped;
  const steps: StepSize[] = [{ name: 'decoded', ...plan.original, channels }];
  if (resize !== null) steps.push({ name: 'resized', ...plan.resized, channels });
  const { width, height } = plan.crop;
  if (crop !== null) steps.push({ name: 'cropped', width, height, channels });
  const last = preset.preprocess.normalize === null ? 'scaled' : 'normalised';
  steps.push({ name: last, width, height, channels: input.shape[0] });
  return { image: cropped, input, plan, steps };
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
