import type { ModelFileReader } from '../model-file.js';
import { teachableMachine } from '../teachable-machine.js';
import { openFlatbuffer } from './flatbuffer.js';
import { importTflite } from './import.js';
import { toldOf } from './metadata.js';
import { readTflite } from './schema.js';
import { tfliteWeights } from './weights.js';

/** Files of TensorFlow Lite (LiteRT). */
export const TFLITE_FILE: ModelFileReader = {
  readModel(source, context) {
    const flatbuffer = openFlatbuffer(source);
    const tflite = readTflite(flatbuffer);
    const { model, notes } = importTflite(flatbuffer, tflite, context.file ?? null);
    const told = teachableMachine(model, 'tflite', context) ?? toldOf(flatbuffer, tflite, context);
    return { model, classes: told.classes, preset: told.preset, notes: [...notes, ...told.notes] };
  },
  readWeights: tfliteWeights,
};
