import type { DecodeJob, OutputJob, PictureJob } from './job.js';
import type { PresetChoice } from './preprocess-job.js';

/** Which network: as typed, with what its numbers come from. Plain JSON. */
export interface NetworkRequest {
  /** A pipe, a file, the name of a built-in; "NET@WEIGHTS" names a checkpoint too. */
  readonly network: string;
  /** A checkpoint, or null. */
  readonly weights: string | null;
  /** The seed of made-up He weights, or null. */
  readonly init: number | null;
  /** The text of print(model) is taken as the whole network, whatever it seems to leave out. */
  readonly asPrinted?: boolean;
  /** Named inputs from arrays. */
  readonly inputs: readonly { readonly name: string; readonly path: string }[];
}

/** Everything a network's run needs but its images. Plain JSON. */
export interface NetworkJob {
  readonly request: NetworkRequest;
  readonly decode: DecodeJob;
  /** What is changed of how an image becomes the input; null: as the network says. */
  readonly preset: PresetChoice | null;
  /** Names and globs; "output" and "all" are understood. */
  readonly layers: readonly string[];
  /** Nobody asked for pictures: an output of classes gets none. */
  readonly picturesImplied: boolean;
  readonly exact: boolean;
  /** How many classes to name; null: five when the network ends in classes and nothing else was asked for. */
  readonly top: number | null;
  /** A file of class names, one a line; null: ImageNet's for 1,000 classes. */
  readonly labels: string | null;
  readonly picture: PictureJob;
  readonly output: OutputJob;
}
