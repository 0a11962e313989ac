import { CnnvizError } from '../../core/errors.js';
import { someOf } from '../../core/text.js';
import { type Hdf5Group, openPath } from '../hdf5/hdf5-file.js';
import { weightOf } from '../hdf5/weights.js';
import type { KerasSource, LayerPlace } from '../keras/keras-source.js';
import type { WeightTensor } from '../weights/weight-file.js';

/** Arrays as Keras saves them by layer, in .h5 files: a group for each layer, its arrays listed by their names. */
export interface LegacyWeights {
  /** Every layer that has some, in the order of the file. */
  readonly layers: readonly { readonly name: string; readonly weights: readonly WeightTensor[] }[];
  readonly weightsOf: KerasSource['weightsOf'];
}

/** Lists of names that are too long for one attribute are cut into names0, names1 …; null: there is no such list. */
export function listOf(group: Hdf5Group, name: string): readonly string[] | null {
  const whole = group.texts(name);
  if (whole) return whole;
  const names: string[] = [];
  let isThere = false;
  for (let part = 0; ; part++) {
    const texts = group.texts(`${name}${part}`);
    if (!texts) return isThere ? names : null;
    isThere = true;
    for (const text of texts) names.push(text);
  }
}

/** The layers' own arrays are beside this one, which has those that no layer has. */
const TOP_LEVEL = 'top_level_model_weights';

/**
 * A group that names its layers: "model_weights" of a whole model, the root of a file of weights.
 * Source: keras-team/keras, keras/src/legacy/saving/legacy_h5_format.py, save_weights_to_hdf5_group
 * @throws CnnvizError 'format' where the lists and the groups do not agree
 */
export function readLegacyWeights(group: Hdf5Group): LegacyWeights {
  const names = listOf(group, 'layer_names') ?? [];
  if (new Set(names).size !== names.length) throw new CnnvizError('format', 'a layer is listed twice in layer_names');
  const listed = group.names.includes(TOP_LEVEL) ? [...names, TOP_LEVEL] : names;
  const layers = listed.map((name) => ({ name, weights: layerWeights(group, name) }));
  const byName = new Map(layers.map(({ name, weights }) => [name, weights]));
  const weightsOf = ({ path }: LayerPlace): readonly WeightTensor[] => {
    const weights = byName.get(path[0]);
    if (!weights) {
      const others = layers.filter((layer) => layer.weights.length > 0).map(({ name }) => name);
      throw new CnnvizError('format', `no arrays of a layer "${path[0]}": there are those of ${someOf(others)}`);
    }
    return path.length === 1 ? weights : nestedWeights(path, weights);
  };
  return { layers, weightsOf };
}

function layerWeights(group: Hdf5Group, name: string): readonly WeightTensor[] {
  const layer = openPath(group, name);
  if (layer?.kind !== 'group') throw new CnnvizError('format', `layer_names has "${name}": no group is called so`);
  return (listOf(layer, 'weight_names') ?? []).map((weight) => {
    const array = openPath(layer, weight);
    if (array?.kind === 'array') return weightOf(array, weight.replace(/:0$/, ''));
    throw new CnnvizError('format', `layer "${name}": weight_names has "${weight}": no array is called so`);
  });
}

/**
 * The arrays of a layer within a nested model, whose group lists those of all its layers. They are told by the names of
 * the variables, "model1/Conv1/kernel": the layer's name stands among their parts, with or without the models around it.
 */
function nestedWeights(path: readonly string[], weights: readonly WeightTensor[]): readonly WeightTensor[] {
  for (let start = 0; start < path.length; start++) {
    const scope = `/${path.slice(start).join('/')}/`;
    const within = weights.filter(({ name }) => scopeOf(name).includes(scope));
    const own = within.filter(({ name }) => scopeOf(name).endsWith(scope));
    const found = own.length > 0 ? own : within;
    const before = new Set(found.map(({ name }) => scopeOf(name).split(scope)[0]));
    if (before.size === 1) return found;
    if (before.size > 1) {
      const places = [...before].map((one) => `${one}${scope}`.slice(1, -1));
      throw new CnnvizError('format', `layer "${path.join('/')}": several have arrays of that name: ${someOf(places)}`);
    }
  }
  const names = someOf(weights.map(({ name }) => name));
  throw new CnnvizError('format', `layer "${path.join('/')}": none of the arrays of "${path[0]}" is its own: ${names}`);
}

/** What stands before the variable's own name, between slashes. */
function scopeOf(name: string): string {
  return `/${name.slice(0, name.lastIndexOf('/') + 1)}`;
}
