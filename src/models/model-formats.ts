import type { ByteSource } from '../core/bytes.js';
import { looksLikeHdf5, looksLikeKeras } from './keras-files/looks-like-keras.js';
import type { ModelFormat } from './model-file.js';
import { looksLikeOnnx } from './onnx/looks-like-onnx.js';
import { looksLikeLayersModel } from './tfjs/looks-like-layers-model.js';
import { looksLikeTflite } from './tflite/looks-like-tflite.js';
import { looksLikeTorchExport } from './torch-export/looks-like-torch-export.js';
import { zipped } from './zipped-model.js';

export const ONNX: ModelFormat = {
  format: 'onnx',
  what: 'an ONNX model',
  matches: looksLikeOnnx,
  load: async () => (await import('./onnx/model-file.js')).ONNX_FILE,
};

const TFLITE: ModelFormat = {
  format: 'tflite',
  what: 'a TensorFlow Lite model',
  matches: looksLikeTflite,
  load: async () => (await import('./tflite/model-file.js')).TFLITE_FILE,
};

const TFJS: ModelFormat = {
  format: 'tfjs',
  what: 'a TensorFlow.js layers-model',
  matches: looksLikeLayersModel,
  load: async () => (await import('./tfjs/model-file.js')).TFJS_FILE,
};

const KERAS: ModelFormat = {
  format: 'keras',
  what: 'a Keras model (.keras)',
  matches: looksLikeKeras,
  load: async () => (await import('./keras-files/keras-archive.js')).KERAS_ARCHIVE,
};

const HDF5: ModelFormat = {
  format: 'hdf5',
  what: 'a Keras model (.h5)',
  matches: looksLikeHdf5,
  load: async () => (await import('./keras-files/hdf5-model.js')).HDF5_MODEL,
};

const PT2: ModelFormat = {
  format: 'pt2',
  what: 'an exported program of PyTorch (.pt2)',
  matches: looksLikeTorchExport,
  load: async () => (await import('./torch-export/model-file.js')).TORCH_EXPORT,
};

/** Every format of files that hold networks whole. Readers are loaded when a file is theirs. */
export const MODEL_FORMATS: readonly ModelFormat[] = [
  ONNX,
  TFLITE,
  TFJS,
  KERAS,
  HDF5,
  PT2,
  zipped(TFJS, /\.json$/),
  zipped(HDF5, /\.h5$/i),
  zipped(TFLITE, /\.tflite$/i),
];

/** What was found of a file: it is asked for by all that may read it. */
const FOUND = new WeakMap<ByteSource, ModelFormat | null>();

/** The format of a file that holds a network; null for all others. */
export function modelFormatOf(source: ByteSource): ModelFormat | null {
  const before = FOUND.get(source);
  if (before !== undefined) return before;
  const found = MODEL_FORMATS.find(({ matches }) => matches(source)) ?? null;
  FOUND.set(source, found);
  return found;
}
