import type { WeightTensor } from '../weights/weight-file.js';

/** Where a layer stands in a Keras model, nested models outermost first, itself last: what its arrays are looked up by. */
export interface LayerPlace {
  /** Their names in the configuration: ["sequential_1", "model1", "Conv1"]. */
  readonly path: readonly string[];
  /**
   * The same as Keras 3 counts them within their container: the class in snake case, and _1, _2 … from the second of a
   * class on: ["sequential", "functional", "conv2d_3"].
   * Source: keras-team/keras, keras/src/saving/saving_lib.py, _save_container_state
   */
  readonly counted: readonly string[];
}

/** A Keras model as its container holds it: model.json with its shards, .h5, .keras. */
export interface KerasSource {
  /** What the model is: {class_name, config}, as Model.to_json writes it; nothing of it is checked yet. */
  readonly config: unknown;
  /**
   * The arrays of a layer in the order of its `weights`, as stored, [kH, kW, C, M]; none for a layer without.
   * @throws CnnvizError 'format' for a layer that must have some, and whose names nothing in the file has
   */
  readonly weightsOf: (place: LayerPlace) => readonly WeightTensor[];
  /** Which Keras wrote it, where the file says so: "2.15.0". */
  readonly version: string | null;
}
