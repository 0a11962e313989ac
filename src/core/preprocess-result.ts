import type { PreprocessPlan } from './preprocess-geometry.js';
import type { InputFacts, OutputFile } from './result.js';

/** One step of the preparation of an image and what it leaves. scaled or normalised: samples have become numbers. */
export interface StepSize {
  readonly name: 'decoded' | 'resized' | 'cropped' | 'scaled' | 'normalised';
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** The values of one channel. */
export interface ChannelFacts {
  /** red, green, blue or gray */
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

/** A step with its values: whole samples until they become numbers. */
export interface StepFacts extends StepSize {
  /** One for each channel; none for a resized image of which only the crop was made. */
  readonly values: readonly ChannelFacts[];
}

/** How one image became a network's input. */
export interface PreprocessResult {
  readonly input: InputFacts;
  /** "224×224 (shorter side 256, centre crop, mean/std)" */
  readonly preprocess: string;
  readonly plan: PreprocessPlan;
  /** [C, H, W] */
  readonly shape: readonly number[];
  readonly steps: readonly StepFacts[];
  readonly outputs: readonly OutputFile[];
}
