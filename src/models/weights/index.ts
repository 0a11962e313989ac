import type { ByteSource } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { FOREIGN_BYTES, type ForeignFile, foreignFile } from '../foreign-file.js';
import { modelFormatOf } from '../model-formats.js';
import { isZip, npyReader, npzReader } from './npz.js';
import { pytorchReader } from './pytorch.js';
import { safetensorsReader } from './safetensors.js';
import type { ReadContext, WeightFile, WeightReader } from './weight-file.js';
import { readZip } from './zip.js';

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
  const found = source.size === 0 ? 'the file is empty' : `starts with the bytes ${hex}`;
  throw new CnnvizError('format', `not a file of weights: ${found}`, {
    fix: 'formats: .npy, .npz, .safetensors, PyTorch .pth, .onnx; a bare .bin (ncnn, TensorFlow.js, OpenVINO) does not say what it holds',
  });
}

/** The format of a file of weights alone; null for anything else. */
export function readerOf(source: ByteSource): WeightReader | null {
  return WEIGHT_READERS.find(({ matches }) => matches(source)) ?? null;
}

/** What a file is that no reader takes, but other programs do; null for all others. `file`: its name, for the command that helps. */
export function foreignWeights(source: ByteSource, file: string): ForeignFile | null {
  if (modelFormatOf(source)) return null;
  const start = source.read(0, Math.min(FOREIGN_BYTES, source.size));
  if (isZip(source)) return foreignArchive([...readZip(source).keys()], file);
  const foreign = foreignFile(start, file);
  return foreign && !readerOf(source) ? foreign : null;
}

/** What a zip archive is by its entries, when it is a model that is not read; null for all others. */
export function foreignArchive(names: readonly string[], file: string): ForeignFile | null {
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  // within the quotes of python -c "…"
  const inPython = `'${file.replace(/[\\'"$`!]/g, '\\$&')}'`;
  if (has(/(^|\/)(archive_format|serialized_exported_program\.json|models\/[^/]+\.json)$/)) {
    return {
      what: 'an exported program of PyTorch (.pt2)',
      fix: `its weights: python -c "import torch; torch.save(torch.export.load(${inPython}).state_dict, 'weights.pth')"; the network: torch.onnx.export`,
    };
  }
  if (has(/^[^/]+\/(constants\.pkl|code\/.*)$/)) {
    return {
      what: 'a TorchScript archive: a program, not a state_dict',
      fix: `its weights: python -c "import torch; torch.save(torch.jit.load(${inPython}).state_dict(), 'weights.pth')"; the network: torch.onnx.export`,
    };
  }
  return null;
}
