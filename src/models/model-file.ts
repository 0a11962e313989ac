import type { ByteSource } from '../core/bytes.js';
import type { ImagePreset } from '../core/job.js';
import type { Model } from '../layers/model.js';
import type { ReadContext, WeightFile } from './weights/weight-file.js';

/** A network that a file holds whole: its layers, its numbers, and what it says of both. */
export interface ModelFile {
  readonly model: Model;
  /** What a user should know of how it was read. */
  readonly notes: readonly string[];
  /** The names of its classes in order, where the file, or one beside it, gives them; null: nothing names them. */
  readonly classes: readonly string[] | null;
  /** How its images are prepared, where the file, or one beside it, says so; null: nothing is said. */
  readonly preset: ImagePreset | null;
}

/** What reads files of one format. */
export interface ModelFileReader {
  /**
   * The network. A layer that is not computed keeps its place as `unsupported` and refuses what depends on it alone.
   * @throws CnnvizError 'format' or 'unsupported' with the place in the file; never anything else
   */
  readonly readModel: (source: ByteSource, context: ReadContext) => ModelFile;
  /** Its arrays under the names that the file has for them, whether its layers can be computed or not. @throws likewise */
  readonly readWeights: (source: ByteSource, context: ReadContext) => WeightFile;
}

/** A format of files that hold networks whole: a folder of its own, and a line in model-formats.ts. */
export interface ModelFormat {
  readonly format: WeightFile['format'];
  /** With an article: "an ONNX model". */
  readonly what: string;
  /** By what the file holds, whatever it is called; looks at no more than its ends and a list of entries. */
  readonly matches: (source: ByteSource) => boolean;
  readonly load: () => Promise<ModelFileReader>;
}
