import type { ModelFile } from '../model-file.js';
import { type TeachableFile, teachableMachine } from '../teachable-machine.js';
import type { ReadContext } from '../weights/weight-file.js';
import { importKeras } from './import.js';
import type { KerasSource } from './keras-source.js';

/**
 * A Keras model, whatever its container, with what Teachable Machine's files beside it say.
 * @param own what is to be said of the container, asked for when its arrays have been handed out
 * @throws CnnvizError as `importKeras`
 */
export function kerasModel(
  keras: KerasSource,
  from: TeachableFile,
  context: ReadContext,
  own: () => readonly string[] = () => [],
): ModelFile {
  const { model, notes } = importKeras(keras, context.file ?? null);
  const told = teachableMachine(model, from, context);
  return {
    model,
    notes: [...notes, ...own(), ...(told?.notes ?? [])],
    classes: told?.classes ?? null,
    preset: told?.preset ?? null,
  };
}
