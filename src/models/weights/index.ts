import type { ByteSource } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { FOREIGN_BYTES, type ForeignFile, foreignFile } from '../../core/foreign-file.js';
import { onnxReader } from '../onnx/weights.js';
import { foreignArchive } from './foreign-archive.js';
import { npyReader } from './npy-weights.js';
import { isZip, npzReader } from './npz.js';
import { pytorchReader } from './pytorch.js';
import { safetensorsReader } from './safetensors.js';
import type { ReadContext, WeightFile, WeightReader } from './weight-file.js';
import { readZip } from './zip.js';

/** Every format of weights; the first that recognises a file reads it. */
export const WEIGHT_READERS: readonly WeightReader[] = [
  npyReader,
  pytorchReader,
  npzReader,
  safetensorsReader,
  onnxReader,
];

/**
 * Reads the list of a checkpoint's arrays, whatever the file is called.
 * @throws CnnvizError 'format' or 'unsupported', never anything else
 */
export function readWeights(source: ByteSource, context: ReadContext): WeightFile {
  const foreign = foreignWeights(source, context.file ?? 'FILE');
  if (foreign) throw new CnnvizError('unsupported', `this is ${foreign.what}`, { fix: foreign.fix });
  const reader = readerOf(source);
  if (reader) return reader.read(source, context);
  const start = source.read(0, Math.min(8, source.size));
  const hex = Array.from(start, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const found = source.size === 0 ? 'the file is empty' : `starts with the bytes ${hex}`;
  throw new CnnvizError('format', `not a file of weights: ${found}`, {
    fix: 'formats: .npy, .npz, .safetensors, PyTorch .pth, .onnx; a bare .bin (ncnn, TensorFlow.js, OpenVINO) does not say what it holds',
  });
}

/** The format of a file of weights; null for anything else. */
export function readerOf(source: ByteSource): WeightReader | null {
  return WEIGHT_READERS.find(({ matches }) => matches(source)) ?? null;
}

/** What a file is that no reader takes, but other programs do; null for all others. `file`: its name, for the command that helps. */
export function foreignWeights(source: ByteSource, file: string): ForeignFile | null {
  const start = source.read(0, Math.min(FOREIGN_BYTES, source.size));
  if (isZip(source)) return foreignArchive([...readZip(source).keys()], file);
  const foreign = foreignFile(start, file);
  return foreign && !readerOf(source) ? foreign : null;
}
