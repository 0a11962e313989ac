import type { ByteSource } from '../../core/bytes.js';
import type { ModelFile, ModelFileReader } from '../model-file.js';
import type { ReadContext, WeightFile } from '../weights/weight-file.js';
import { openArchive } from './archive.js';
import { importProgram } from './import.js';
import { readProgram } from './program.js';

/** Exported programs of PyTorch (.pt2). Nothing of them is run or unpickled. */
export const TORCH_EXPORT: ModelFileReader = {
  readModel(source: ByteSource, { file }: ReadContext): ModelFile {
    const archive = openArchive(source);
    const program = readProgram(archive.program());
    return { ...importProgram(program, archive, file ?? null), classes: null, preset: null };
  },
  readWeights(source: ByteSource): WeightFile {
    const { state, constants } = openArchive(source);
    return { format: 'pt2', tensors: state, ...(constants.length > 0 && { constants }), notes: [] };
  },
};
