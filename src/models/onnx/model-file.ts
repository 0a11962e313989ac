import type { ModelFileReader } from '../model-file.js';
import { importOnnx, onnxNotes } from './import.js';
import { readOnnx } from './proto.js';
import { onnxWeights } from './weights.js';

/** Files of ONNX, their external data among them. */
export const ONNX_FILE: ModelFileReader = {
  readModel(source, { beside, file }) {
    const onnx = readOnnx(source, beside);
    return { model: importOnnx(onnx, file ?? null), notes: onnxNotes(onnx), classes: null, preset: null };
  },
  readWeights: onnxWeights,
};
