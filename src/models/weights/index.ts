import type { ByteSource } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { onnxReader } from '../onnx/weights.js';
import { npyReader } from './npy-weights.js';
import { npzReader } from './npz.js';
import { pytorchReader } from './pytorch.js';
import { safetensorsReader } from './safetensors.js';
import type { ReadContext, WeightFile, WeightReader } from './weight-file.js';

/** Every format of weights; the first that recognises a file reads it. */
export const WEIGHT_READERS: readonly WeightReader[] = [
  npyReader,
  pytorchReader,
  npzReader,
  safetensorsReader,
  onnxReader,
];

/** Formats that are not read: where their magic stands, and what to do. */
const FOREIGN: readonly (readonly [at: number, magic: string, what: string, fix: string])[] = [
  [0, '\x89HDF', 'an HDF5 file (Keras)', 'save the arrays with numpy.savez'],
  [0, 'GGUF', 'a GGUF file', 'take the original .safetensors or .pth'],
  [0, '\x1f\x8b', 'a gzip archive', 'unpack it first'],
  [4, 'TFL3', 'a TensorFlow Lite model', 'export the model to ONNX'],
];

/**
 * Reads the list of a checkpoint's arrays, whatever the file is called.
 * @throws CnnvizError 'format' or 'unsupported', never anything else
 */
export function readWeights(source: ByteSource, context: ReadContext): WeightFile {
  const reader = WEIGHT_READERS.find(({ matches }) => matches(source));
  if (reader) return reader.read(source, context);
  const start = source.read(0, Math.min(16, source.size));
  const text = String.fromCharCode(...start);
  const foreign = FOREIGN.find(([at, magic]) => text.startsWith(magic, at));
  if (foreign) throw new CnnvizError('unsupported', `this is ${foreign[2]}`, { fix: foreign[3] });
  const hex = Array.from(start.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const found = source.size === 0 ? 'the file is empty' : `starts with the bytes ${hex}`;
  throw new CnnvizError('format', `not a file of weights: ${found}`, {
    fix: 'formats: .npy, .npz, .safetensors, PyTorch .pth, .onnx',
  });
}
