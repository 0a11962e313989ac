import type { PreprocessJob } from './job.js';

/** How an image is brought to a size. */
export interface GeometryJob {
  /** The shorter side, or [height, width]; null: as it is. Bilinear with antialiasing, as PIL. */
  readonly resize: number | readonly [number, number] | null;
  /** [height, width] of the middle; null: all. */
  readonly crop: readonly [number, number] | null;
}

/** How an image becomes the input of a network. */
export interface ImagePreset {
  readonly geometry: GeometryJob;
  readonly preprocess: PreprocessJob;
}

/** torchvision's mean and std of ImageNet, for pixels in [0, 1]. */
export const IMAGENET_STATISTICS = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/**
 * imagenet: shorter side 256, centre crop, mean/std · none: size as it is, pixels in [0, 1].
 * @param crop the side of the crop; 224 unless the network reads another
 */
export function presetFor(name: 'imagenet' | 'none', crop = 224): ImagePreset {
  if (name === 'none') {
    return { geometry: { resize: null, crop: null }, preprocess: { pixels: 'unit', gray: false, normalize: null } };
  }
  return {
    geometry: { resize: 256, crop: [crop, crop] },
    preprocess: { pixels: 'unit', gray: false, normalize: IMAGENET_STATISTICS },
  };
}
