import { type ByteSource, checkRange, fillingSource, windowOf } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { foreignFile } from '../foreign/index.js';
import type { ReadContext, WeightTensor } from '../weights/weight-file.js';
import { weightTensor } from './listed-array.js';
import type { WeightGroup } from './model-json.js';

/**
 * The arrays of a group; nothing is read of its files but how long they are.
 * @throws CnnvizError 'format' for a file that is missing, or files that are together shorter or longer than the arrays
 */
export function groupTensors({ paths, arrays }: WeightGroup, { beside }: ReadContext): WeightTensor[] {
  const needed = arrays.reduce((sum, { bytes }) => sum + bytes, 0);
  const files = paths.map((path, i) => openShard(path, `${i + 1} of ${paths.length}`, beside));
  const all = joined(files);
  if (needed !== all.size) throw wrongLength(paths, files, needed);
  let at = 0;
  return arrays.map((array) => {
    const tensor = weightTensor(windowOf(all, at, array.bytes), 0, array);
    at += array.bytes;
    return tensor;
  });
}

function openShard(path: string, place: string, beside: ReadContext['beside']): ByteSource {
  const fix = `copy ${path} into the folder of model.json: its numbers are there`;
  if (beside === null)
    throw new CnnvizError('format', `the weights "${path}" (file ${place}) lie beside model.json`, { fix });
  try {
    return beside(path);
  } catch (error) {
    if (!(error instanceof CnnvizError)) throw error;
    const why = error.message.replace(/^external data "[\s\S]*?": /, '');
    throw new CnnvizError('format', `the weights "${path}" (file ${place}): ${why}`, { fix, cause: error });
  }
}

function wrongLength(paths: readonly string[], files: readonly ByteSource[], needed: number): CnnvizError {
  for (const [i, file] of files.entries()) {
    const foreign = foreignFile(file, null, paths[i]);
    if (foreign)
      return new CnnvizError('format', `the weights "${paths[i]}": this is ${foreign.what}`, { fix: foreign.fix });
  }
  const empty = files.findIndex(({ size }) => size === 0);
  if (empty >= 0 && needed > 0) {
    return new CnnvizError('format', `the weights "${paths[empty]}": the file is empty`, {
      fix: `copy ${paths[empty]} again: its numbers are missing`,
    });
  }
  const found = files.reduce((sum, { size }) => sum + size, 0);
  const names = paths.length === 1 ? `"${paths[0]}"` : `in ${paths.length} files from "${paths[0]}" on`;
  return new CnnvizError('format', `the weights ${names}: expected ${needed} bytes, found ${found}`, {
    fix: 'model.json and its weights are of two models, or one is cut off: copy all of them again',
  });
}

/** Files one behind the other as one. */
function joined(files: readonly ByteSource[]): ByteSource {
  if (files.length === 1) return files[0];
  const ends: number[] = [];
  let size = 0;
  for (const file of files) {
    size += file.size;
    ends.push(size);
  }
  const readInto = (from: number, target: Uint8Array): void => {
    checkRange(size, from, target.length);
    let i = ends.findIndex((end) => from < end);
    for (let at = 0; at < target.length; i++) {
      const start = from + at - (ends[i] - files[i].size);
      const count = Math.min(files[i].size - start, target.length - at);
      files[i].readInto(start, target.subarray(at, at + count));
      at += count;
    }
  };
  return fillingSource(size, readInto);
}
