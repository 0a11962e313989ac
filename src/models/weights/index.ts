import type { ByteSource } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { npyReader } from './npy-weights.js';
import { npzReader } from './npz.js';
import { pytorchReader } from './pytorch.js';
import { safetensorsReader } from './safetensors.js';
import type { ReadContext, WeightFile, WeightReader } from './weight-file.js';

/** Every format of weights; the first that recognises a file reads it. */
export const WEIGHT_READERS: readonly WeightReader[] = [npyReader, pytorchReader, npzReader, safetensorsReader];

/** Formats that are not read, by their first bytes. */
const FOREIGN: readonly (readonly [start: string, what: string, fix: string])[] = [
  ['\x89HDF', 'an HDF5 file (Keras)', 'save the arrays with numpy.savez'],
  ['GGUF', 'a GGUF file', 'take the original .safetensors or .pth'],
  ['\x1f\x8b', 'a gzip archive', 'unpack it first'],
  ['\x00\x00\x00\x00TFL3', 'a TensorFlow Lite model', 'export the model to ONNX'],
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
  const foreign = FOREIGN.find(([magic]) => text.startsWith(magic) || text.slice(4).startsWith(magic.slice(4)));
  if (foreign && text.includes(foreign[0].slice(-4))) {
    throw new CnnvizError('unsupported', `this is ${foreign[1]}`, { fix: foreign[2] });
  }
  const hex = Array.from(start.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const found = source.size === 0 ? 'the file is empty' : `starts with the bytes ${hex}`;
  throw new CnnvizError('format', `not a file of weights: ${found}`, {
    fix: 'formats: .npy, .npz, .safetensors, PyTorch .pth, .onnx',
  });
}
