import { CnnvizError } from '../core/errors.js';
import type { Image } from '../core/image.js';
import type { ImagePreset } from '../core/preprocess-job.js';
import type { EngineInput } from '../engine/input.js';
import { imageToInput } from '../engine/preprocess.js';
import { centreCrop, resizeBilinear, shorterSideSize } from '../engine/resize.js';

/** A larger picture is refused before it is made. */
const MOST_PIXELS = 100e6;

/** One step from a picture to the next. */
export interface PreprocessStep {
  readonly name: 'decoded' | 'resized' | 'cropped';
  readonly image: Image;
}

export interface Preprocessed {
  /** The picture the network sees, before its samples become numbers. */
  readonly image: Image;
  readonly input: EngineInput;
  /** Each picture on the way, the decoded one first; steps that change nothing are left out. */
  readonly steps: readonly PreprocessStep[];
}

/** Resize, crop and values as torchvision's Resize, CenterCrop, ToTensor and Normalize. */
export function preprocessImage(image: Image, { geometry, preprocess }: ImagePreset): Preprocessed {
  const steps: PreprocessStep[] = [{ name: 'decoded', image }];
  let current = image;
  const { resize, crop } = geometry;
  if (resize !== null) {
    const [width, height] =
      typeof resize === 'number' ? shorterSideSize(image.width, image.height, resize) : [resize[1], resize[0]];
    if (width < 1 || height < 1 || width * height > MOST_PIXELS) {
      throw new CnnvizError('shape', `resized it would be ${width}×${height}: expected 1 to 100 million pixels`, {
        fix: 'give both sides: --resize height,width',
      });
    }
    if (width !== image.width || height !== image.height) {
      current = resizeBilinear(image, width, height);
      steps.push({ name: 'resized', image: current });
    }
  }
  if (crop !== null && (crop[0] !== current.height || crop[1] !== current.width)) {
    current = centreCrop(current, crop[1], crop[0]);
    steps.push({ name: 'cropped', image: current });
  }
  return { image: current, input: imageToInput(current, preprocess), steps };
}
