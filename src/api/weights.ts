import { type Tensor, tensor } from '../core/tensor.js';
import { toFloat32 } from '../core/values.js';
import { asFile } from '../io/memory-files.js';
import { stem } from '../io/paths.js';
import { fileBeside, openFile } from '../io/random-access.js';
import { readWeights as readFile } from '../models/weights/index.js';
import type { StoredType, WeightFile } from '../models/weights/weight-file.js';
import { refusalOf } from '../run/file-kind.js';
import type { FileLike } from './sources.js';

/** One array of a checkpoint. */
export interface StoredTensor {
  /** Its name as in the state_dict, without a level of `state_dict` or `model` around all of them. */
  readonly name: string;
  /** The number type in the file. */
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  /** Reads its numbers as float32. @throws CnnvizError 'format', or 'unsupported' for integers beyond 2⁵³ */
  load(): Tensor;
}

/** A checkpoint's list; numbers are read when asked for. */
export interface Checkpoint {
  readonly format: WeightFile['format'];
  readonly tensors: readonly StoredTensor[];
  /** What is worth knowing of how it was read: a level left out, entries that are no arrays. */
  readonly notes: readonly string[];
}

/**
 * Reads a checkpoint's list of arrays: .pth and .pt of PyTorch, .safetensors, .npz, .npy, the initializers of .onnx. A
 * pickle is never run.
 * @param file a path, or the file's bytes
 * @throws CnnvizError 'input', 'format' or 'unsupported', with the file's name in front
 */
export async function readWeights(file: FileLike): Promise<Checkpoint> {
  return typeof file === 'string' ? read(file, file) : asFile(file, 'weights', (path) => read(path, null));
}

async function read(path: string, file: string | null): Promise<Checkpoint> {
  try {
    const source = await openFile(path);
    const beside = file === null || file === '-' ? null : fileBeside(file);
    const { format, tensors, notes } = await readFile(source, {
      name: stem(path),
      ...(file === null ? {} : { file }),
      beside,
    });
    return {
      format,
      notes,
      tensors: tensors.map((one) => ({
        name: one.name,
        dtype: one.stored,
        shape: one.shape,
        load: () => tensor(toFloat32(one.load().data), one.shape),
      })),
    };
  } catch (error) {
    throw refusalOf(path, error);
  }
}
