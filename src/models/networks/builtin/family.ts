import type { ImagePreset } from '../../../core/job.js';
import { presetFor } from '../../../core/preset.js';
import type { LayerSpec, NetworkSpec } from '../spec.js';

/** A built-in network. A family of them is a file of this folder. */
export interface Builtin {
  readonly name: string;
  /** What people call it: "ResNet-50". */
  readonly title: string;
  readonly summary: string;
  /** It is none of torchvision's. */
  readonly isOwn?: true;
  /** [C, H, W] */
  readonly input: readonly number[];
  readonly preset: NetworkSpec['preset'];
  readonly layers: () => LayerSpec[];
  /** What its tensors do not tell and is taken as torchvision has it, after "taken as in torchvision: ". */
  readonly assumed?: string;
  /** Beginnings of names of tensors that only training uses: "aux1.". */
  readonly trainingOnly?: readonly string[];
  /** The images it was trained on were resized by cubic curves, as torchvision says. */
  readonly isBicubic?: true;
}

/** What is true of a built-in network, without its layers. */
export type BuiltinTraits = Omit<Builtin, 'layers'>;

/** The size of photographs that most networks read. */
export const PHOTO = [3, 224, 224] as const;

/**
 * How photographs are prepared: shorter side, square crop, ImageNet's mean and std.
 * Source: torchvision/transforms/_presets.py, ImageClassification
 */
export function photoPreset(resize: number, crop: number, normalize?: { mean: number[]; std: number[] }): ImagePreset {
  const { preprocess } = presetFor('imagenet');
  return {
    geometry: { resize, crop: [crop, crop] },
    preprocess: normalize ? { ...preprocess, normalize } : preprocess,
  };
}
