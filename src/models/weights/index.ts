import type { ByteSource } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { type ForeignFile, foreignFile } from '../foreign/index.js';
import { modelFormatOf } from '../model-formats.js';
import { npyReader, npzReader } from './npz.js';
import { pytorchReader } from './pytorch.js';
import { safetensorsReader } from './safetensors.js';
import type { ReadContext, WeightFile, WeightReader } from './weight-file.js';
import { isZip, readZip } from './zip.js';

/** Every format of weights alone; the first that recognises a file reads it. */
const WEIGHT_READERS: readonly WeightReader[] = [npyReader, pytorchReader, npzReader, safetensorsReader];

/**
 * Reads the list of a file's arrays, a checkpoint's or a whole network's, whatever the file is called.
 * @throws CnnvizError 'format' or 'unsupported', never anything else
 */
export async function readWeights(source: ByteSource, context: ReadContext): Promise<WeightFile> {
  const format = modelFormatOf(source);
  return format ? (await format.load()).readWeights(source, context) : readCheckpoint(source, context);
}

/** The same of a file of weights alone. @throws likewise */
export function readCheckpoint(source: ByteSource, context: ReadContext): WeightFile {
  const foreign = foreignWeights(source, context.file ?? 'FILE');
  if (foreign) throw new CnnvizError('unsupported', `this is ${foreign.what}`, { fix: foreign.fix });
  const reader = readerOf(source);
  if (reader) return reader.read(source, context);
  const start = source.read(0, Math.min(8, source.size));
  const hex = Array.from(start, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new CnnvizError('format', `not a file of weights: starts with the bytes ${hex}`, {
    fix: 'formats: .npy, .npz, .safetensors, PyTorch .pth, .onnx, .keras, .h5, .tflite, .pt2; a bare .bin (ncnn, TensorFlow.js, OpenVINO) does not say what it holds',
  });
}

/** The format of a file of weights alone; null for anything else. */
export function readerOf(source: ByteSource): WeightReader | null {
  return WEIGHT_READERS.find(({ matches }) => matches(source)) ?? null;
}

/** What a file is that no reader takes, but other programs do; null for all others. `file`: its name, for the command that helps. */
export function foreignWeights(source: ByteSource, file: string): ForeignFile | null {
  if (modelFormatOf(source)) return null;
  const entries = isZip(source) ? [...readZip(source).keys()] : null;
  // a checkpoint is a zip archive or a pickle, too
  return entries === null && readerOf(source) ? null : foreignFile(source, entries, file);
}
