import type { ImagePreset } from './job.js';

/** How a map becomes one number for each channel: its mean or its largest value; flatten keeps every value. */
export type Reduce = 'mean' | 'max' | 'flatten';

/** What is frozen under a head: which numbers a network's features are. Plain JSON. */
export interface FeatureOrigin {
  /** The built-in's name, the pipe, or the network's file without its folder. */
  readonly network: string;
  /** The checkpoint's file without its folder; null for made-up weights and files that hold their own. */
  readonly weights: string | null;
  /** The seed of made-up weights. */
  readonly init: number | null;
  /** Of every weight the features depend on, as float32: docs/heads.md says how to compute it. */
  readonly weightsSha256: string;
  /** Of the layers the features depend on, with their settings. */
  readonly layersSha256: string;
  /** The layer whose output is taken. */
  readonly layer: string;
  readonly reduce: Reduce;
  /** How an image is prepared; null: as it is. */
  readonly preset: ImagePreset;
  /** What transparent images are laid over; null: alpha is dropped. */
  readonly background: string | null;
  readonly exact: boolean;
}

/** How a head is trained. Plain JSON. */
export interface TrainingSettings {
  /** ½·l2·‖weights‖² is added to the sum of the losses: 1/C of scikit-learn. */
  readonly l2: number;
  /** Units of the one hidden layer; null for none. */
  readonly hidden: number | null;
  /** balanced: a class counts n / (classes · its images). */
  readonly classWeight: 'none' | 'balanced';
  /** The share of each class's images that is held out to stop early and to measure on; 0: none. */
  readonly holdout: number;
  readonly seed: number;
  readonly maxIterations: number;
  /** With held-out images, training stops after this many iterations without a smaller loss on them. */
  readonly patience: number;
}

/** A fully connected layer, as torch.nn.Linear stores it: weight [outputs, inputs], bias [outputs]. */
export interface DenseLayer {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** The numbers of a classifier: (x − mean) / std, a hidden layer with ReLU if there is one, the output layer. */
export interface HeadParameters {
  /** [D] */
  readonly mean: Float32Array;
  /** [D], never 0 */
  readonly std: Float32Array;
  readonly hidden: DenseLayer | null;
  readonly output: DenseLayer;
}

/** A classifier on frozen features, with what it belongs to. */
export interface Head {
  readonly classes: readonly string[];
  readonly origin: FeatureOrigin;
  readonly settings: TrainingSettings;
  readonly parameters: HeadParameters;
}

/** The loss after one iteration: the mean over images, without the penalty. */
export interface LearningPoint {
  readonly iteration: number;
  readonly training: number;
  /** Null when no image is held out. */
  readonly heldOut: number | null;
}

/** What became of one class. Null where nothing can be divided. */
export interface ClassMetrics {
  readonly name: string;
  /** Of those said to be of the class, the share that are. */
  readonly precision: number | null;
  /** Of those of the class, the share that is said to be. */
  readonly recall: number | null;
  /** Harmonic mean of both. */
  readonly f1: number | null;
  readonly images: number;
}

/** How often a classifier is right. */
export interface Evaluation {
  readonly images: number;
  readonly right: number;
  readonly accuracy: number;
  /** The mean over images of −ln(probability of the true class). */
  readonly logLoss: number;
  readonly perClass: readonly ClassMetrics[];
  /** [true class][said class] */
  readonly confusion: readonly (readonly number[])[];
}
