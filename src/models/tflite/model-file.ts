import type { ModelFileReader } from '../model-file.js';
import { openFlatbuffer } from './flatbuffer.js';
import { importTflite } from './import.js';
import { readTflite } from './schema.js';
import { tfliteWeights } from './weights.js';

/** Files of TensorFlow Lite (LiteRT). */
export const TFLITE_FILE: ModelFileReader = {
  readModel(source, { file }) {
    const flatbuffer = openFlatbuffer(source);
    const tflite = readTflite(flatbuffer);
    return { ...importTflite(flatbuffer, tflite, file ?? null), classes: null, preset: null };
  },
  readWeights: tfliteWeights,
};
