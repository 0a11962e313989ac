import type { ByteSource } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { someOf } from '../../core/text.js';
import { type Hdf5Group, readHdf5 } from '../hdf5/hdf5-file.js';
import { arraysWithin, isNumbers, weightOf } from '../hdf5/weights.js';
import { kerasModel } from '../keras/keras-model.js';
import type { ModelFile, ModelFileReader } from '../model-file.js';
import type { ReadContext, WeightFile } from '../weights/weight-file.js';
import { parsedJson } from './configuration.js';
import { listOf, readLegacyWeights } from './legacy-weights.js';
import { holdsSavedWeights } from './saved-weights.js';

/** What an HDF5 file holds. */
type Content =
  /** A whole model: Model.save('model.h5'). */
  | { readonly kind: 'model'; readonly config: string; readonly weights: Hdf5Group }
  /** Arrays by layer: Model.save_weights('weights.h5') of Keras 2. */
  | { readonly kind: 'weights'; readonly weights: Hdf5Group }
  /** Arrays as Keras 3 saves them: Model.save_weights('model.weights.h5'). */
  | { readonly kind: 'saved'; readonly root: Hdf5Group }
  | { readonly kind: 'other'; readonly root: Hdf5Group };

function contentOf(root: Hdf5Group): Content {
  const config = root.texts('model_config')?.[0] ?? null;
  if (config !== null) {
    const weights = root.names.includes('model_weights') ? root.open('model_weights') : null;
    if (weights?.kind === 'group') return { kind: 'model', config, weights };
    throw new CnnvizError('format', 'a Keras model without its weights: no group "model_weights"', {
      fix: "save it whole: model.save('model.h5')",
    });
  }
  if (listOf(root, 'layer_names')) return { kind: 'weights', weights: root };
  return { kind: holdsSavedWeights(root) ? 'saved' : 'other', root };
}

/** Files of HDF5: whole Keras models, Teachable Machine's among them. Of weights alone there is no network. */
export const HDF5_MODEL: ModelFileReader = { readModel, readWeights };

function readModel(source: ByteSource, context: ReadContext): ModelFile {
  const root = readHdf5(source);
  const content = contentOf(root);
  if (content.kind !== 'model') throw noLayers(content);
  const { weightsOf } = readLegacyWeights(content.weights);
  const keras = {
    config: parsedJson(content.config, 'model_config'),
    weightsOf,
    version: root.texts('keras_version')?.[0] ?? content.weights.texts('keras_version')?.[0] ?? null,
  };
  return kerasModel(keras, 'keras', context);
}

const WHOLE = "save the whole model: model.save('model.keras')";

function noLayers(content: Exclude<Content, { kind: 'model' }>): CnnvizError {
  if (content.kind === 'other') {
    return new CnnvizError('unsupported', 'an HDF5 file that holds no Keras model', {
      fix: `if it was made by Keras, ${WHOLE}; its arrays: cnnviz weights FILE`,
    });
  }
  const names =
    content.kind === 'weights'
      ? readLegacyWeights(content.weights).layers.flatMap(({ name, weights }) => (weights.length > 0 ? [name] : []))
      : layersIn(content.root);
  return new CnnvizError('unsupported', `weights of layers (${someOf(names)}), but not the layers themselves`, {
    fix: WHOLE,
  });
}

function layersIn(root: Hdf5Group): readonly string[] {
  const paths = arraysWithin(root, isOptimizer).map(({ path }) => savedName(path).replace(/\/\d+$/, ''));
  return [...new Set(paths)];
}

const OPTIMIZERS = ['/optimizer', '/optimizer_weights'];
const isOptimizer = (path: string): boolean => OPTIMIZERS.includes(path);

/** "/layers/conv2d/vars/0" as "conv2d/0". */
function savedName(path: string): string {
  return path.replace(/\/(layers|_layer_checkpoint_dependencies|vars)(?=\/)/g, '').slice(1);
}

function readWeights(source: ByteSource): WeightFile {
  const root = readHdf5(source);
  const content = contentOf(root);
  const notes = OPTIMIZERS.some((path) => root.names.includes(path.slice(1)))
    ? ["the optimizer's own numbers are left out"]
    : [];
  if (content.kind === 'model' || content.kind === 'weights') {
    arraysWithin(content.weights, isOptimizer);
    const { layers } = readLegacyWeights(content.weights);
    return { format: 'hdf5', tensors: layers.flatMap(({ weights }) => weights), notes };
  }
  const arrays = arraysWithin(root, isOptimizer);
  const numbers = arrays.filter(isNumbers);
  const others = arrays.length - numbers.length;
  if (others > 0) notes.push(`arrays without numbers are left out: ${others}`);
  const named = content.kind === 'saved' ? savedName : (path: string) => path.slice(1);
  return { format: 'hdf5', tensors: numbers.map((array) => weightOf(array, named(array.path))), notes };
}
