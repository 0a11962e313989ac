/**
 * cnnviz as a library: the functions behind the commands, ndarrays in and out.
 * Arrays returned are float32, contiguous, offset 0.
 */

export {
  type Ablation,
  ablate,
  type ClassOptions,
  type Gradcam,
  gradcam,
  type OccludePatch,
  type Occlusion,
  occlude,
  type Saliency,
  saliency,
} from './api/classes.js';
export { type Classifier, decodeHead, type TrainedClassifier, type TrainHeadOptions, trainHead } from './api/heads.js';
export {
  explain,
  field,
  type KernelLayer,
  type KernelLike,
  type LookOptions,
  type NetworkLayer,
  type Sweep,
  type SweepOptions,
  sweep,
} from './api/looking.js';
export {
  type CheckOptions,
  check,
  compare,
  loadNetwork,
  type Network,
  type NetworkOptions,
  type OtherNetwork,
  type ProfiledLayers,
  type RunSettings,
  runNetwork,
  summary,
  updateCheck,
} from './api/networks.js';
export { preprocess } from './api/preprocess.js';
export type { FileLike, ImageLike, NetworkRunOptions, PreprocessOptions, WeightOptions } from './api/sources.js';
export { type Checkpoint, readWeights, type StoredTensor } from './api/weights.js';
export { useWideVectors } from './api/wide.js';
export { CnnvizError, type ErrorCode } from './core/errors.js';
export type { Padding, PaddingMode, Pads, Pair } from './core/geometry.js';
export type { ActivationName } from './core/job.js';
export type { ProfiledLayer, RunProfile } from './core/profile.js';
export type { Tensor, TensorLike } from './core/tensor.js';
export { VERSION } from './core/version.js';
export {
  builtinKernel,
  type Conv2dOptions,
  conv2d,
  kernelNames,
  type PreparedConv2d,
  prepareConv2d,
} from './functional/conv2d.js';
export {
  type DecodeOptions,
  decodeImage,
  decodeNpy,
  type EncodeOptions,
  encodeMap,
  encodeNpy,
} from './functional/files.js';
export {
  type AvgPool2dOptions,
  activation,
  avgPool2d,
  type GaussPool2dOptions,
  gaussPool2d,
  type MaxPool2dOptions,
  maxPool2d,
  relu,
} from './functional/layers.js';
