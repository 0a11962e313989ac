import type { PreprocessJob } from './job.js';

/** What happens to an image's size, before its pixels become numbers. */
export interface GeometryJob {
  /** The shorter side, in pixels, the other in proportion; or [height, width]; null: as it is. */
  readonly resize: number | readonly [number, number] | null;
  /** [height, width] of the middle to keep; what is smaller gets a border of zeros. Null: all of it. */
  readonly crop: readonly [number, number] | null;
}

/** How a photograph becomes a network's input: resize, crop, then pixels → numbers. Plain JSON. */
export interface ImagePreset {
  readonly geometry: GeometryJob;
  readonly preprocess: PreprocessJob;
}

export type PresetName = 'imagenet' | 'none';

/** What a user changes of how images are prepared; null leaves a part as it is. */
export interface PresetChoice {
  /** The preset to begin with; null: the network's own. */
  readonly name: PresetName | null;
  readonly resize: GeometryJob['resize'];
  readonly crop: GeometryJob['crop'];
  readonly gray: boolean;
  readonly pixels: PreprocessJob['pixels'] | null;
  readonly normalize: PreprocessJob['normalize'];
}

/**
 * imagenet: as torchvision's classifiers are evaluated, Resize(256), CenterCrop(224), ToTensor, Normalize.
 * none: the image as it is, pixels in [0, 1].
 * Source: pytorch.org/vision, models: "the images are resized to 256, followed by a central crop of 224"
 */
export const PRESETS: Readonly<Record<PresetName, ImagePreset>> = {
  imagenet: {
    geometry: { resize: 256, crop: [224, 224] },
    preprocess: {
      pixels: 'unit',
      gray: false,
      normalize: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    },
  },
  none: {
    geometry: { resize: null, crop: null },
    preprocess: { pixels: 'unit', gray: false, normalize: null },
  },
};

/** A preset by its name; `crop` replaces the side of its square crop (227 for the AlexNet of 2012), if it has one. */
export function presetFor(name: PresetName, crop?: number): ImagePreset {
  const preset = PRESETS[name];
  if (crop === undefined || preset.geometry.crop === null) return preset;
  return { ...preset, geometry: { ...preset.geometry, crop: [crop, crop] } };
}

/** A preset with a user's changes. `own`: what to begin with when the choice names no preset. */
export function choosePreset(
  { name, resize, crop, gray, pixels, normalize }: PresetChoice,
  own: ImagePreset,
): ImagePreset {
  const { geometry, preprocess } =
    name === null ? own : presetFor(name, name === 'imagenet' ? own.geometry.crop?.[0] : undefined);
  return {
    geometry: { resize: resize ?? geometry.resize, crop: crop ?? geometry.crop },
    preprocess: {
      pixels: pixels ?? preprocess.pixels,
      gray: gray || preprocess.gray,
      normalize: normalize ?? preprocess.normalize,
    },
  };
}
