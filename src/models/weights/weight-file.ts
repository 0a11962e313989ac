import type { ByteSource } from '../../core/bytes.js';
import type { Constant } from '../../layers/model.js';

/** Number types as checkpoints store them. */
export type StoredType =
  | 'float64'
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint64'
  | 'uint32'
  | 'uint16'
  | 'uint8'
  | 'bool';

/** One array of a checkpoint. As a value, float64, float16 and bfloat16 become float32; integers and bool stay. */
export interface WeightTensor extends Constant {
  /** As stored, without the level of a `state_dict` or `model` around all of them. */
  readonly name: string;
  readonly stored: StoredType;
  /** What it takes up in the file, before conversion. */
  readonly bytes: number;
}

/** A checkpoint: its arrays in the order of the file. Their numbers are read when asked for. */
export interface WeightFile {
  readonly format: 'npy' | 'npz' | 'safetensors' | 'pytorch' | 'onnx' | 'tflite' | 'tfjs' | 'keras' | 'hdf5' | 'pt2';
  readonly tensors: readonly WeightTensor[];
  /** Texts beside the arrays, by their key; absent where the format has none. */
  readonly metadata?: ReadonlyMap<string, string>;
  /** What a user should know of how it was read: a level left out, entries that are no arrays. */
  /** Arrays that stand in the graph itself, not among its weights: an ONNX file's Constant nodes. Absent: there are none. */
  readonly constants?: readonly WeightTensor[];
  readonly notes: readonly string[];
}

export interface ReadContext {
  /** What a single unnamed array is called. */
  readonly name: string;
  /** What the file is called, for the commands that help with a foreign one; absent when it has no name. */
  readonly file?: string;
  /** Bytes of a file beside the model, by its relative name: external data of ONNX. Null: there is none to read. */
  readonly beside: ((name: string) => ByteSource) | null;
}

/** A format of weight files: one file in this folder and a line in index.ts. */
export interface WeightReader {
  readonly format: WeightFile['format'];
  /** By the first bytes, whatever the file is called. */
  readonly matches: (source: ByteSource) => boolean;
  /** @throws CnnvizError 'format' or 'unsupported', with offset and reason; never anything else */
  readonly read: (source: ByteSource, context: ReadContext) => WeightFile;
}
