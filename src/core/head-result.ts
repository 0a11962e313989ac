import type { Evaluation, FeatureOrigin, LearningPoint, TrainingSettings } from './head.js';

/** An image that was left out, and why. */
export interface LeftOut {
  readonly path: string;
  readonly error: { readonly code: string; readonly message: string; readonly fix: string | null };
}

/** Which numbers were learned from, or predicted with. */
export interface FeatureFacts {
  readonly origin: FeatureOrigin;
  /** D: numbers an image gives. */
  readonly features: number;
  /** The cut layer's output for one image, N included. */
  readonly shape: readonly number[];
  readonly preprocess: string;
  readonly computed: number;
  readonly cached: number;
}

/** What became of `head train`. */
export interface HeadTrainingResult {
  readonly images: string;
  /** Classes with the images that were used. */
  readonly classes: readonly { readonly name: string; readonly images: number }[];
  readonly features: FeatureFacts;
  readonly settings: TrainingSettings;
  readonly training: number;
  readonly heldOut: number;
  /** Their names, in the order of the images. */
  readonly heldOutImages: readonly string[];
  readonly curve: readonly LearningPoint[];
  /** The iteration whose parameters were kept. */
  readonly best: number;
  readonly end: 'converged' | 'no lower' | 'iterations' | 'patience';
  readonly constantFeatures: number;
  /** On the held-out images; on those learned from when none are held out. */
  readonly evaluation: Evaluation;
  readonly trainingRight: number;
  /** The frozen weights' hash, before and after. */
  readonly weightsSha256: { readonly before: string; readonly after: string };
  readonly headSha256: string;
  readonly outputs: readonly { readonly path: string; readonly bytes: number }[];
  readonly failed: readonly LeftOut[];
  readonly notes: readonly string[];
}

/** The likeliest classes of one image, best first. */
export interface Prediction {
  readonly path: string;
  readonly top: readonly { readonly index: number; readonly label: string; readonly probability: number }[];
}

/** What became of `head eval`. */
export interface HeadEvaluationResult {
  readonly head: string;
  readonly images: string;
  readonly evaluation: Evaluation;
  /** Classes the head knows of which there is no image. */
  readonly missing: readonly string[];
  /** Classes of images the head does not know: left out. */
  readonly unknown: readonly { readonly name: string; readonly images: number }[];
  readonly wrong: readonly {
    readonly path: string;
    readonly label: string;
    readonly said: string;
    readonly probability: number;
  }[];
  readonly failed: readonly LeftOut[];
  readonly notes: readonly string[];
  readonly outputs: readonly { readonly path: string; readonly bytes: number }[];
}
