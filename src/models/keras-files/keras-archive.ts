import type { ByteSource } from '../../core/bytes.js';
import { atPlace, CnnvizError } from '../../core/errors.js';
import { type Hdf5Group, readHdf5 } from '../hdf5/hdf5-file.js';
import { kerasModel } from '../keras/keras-model.js';
import type { ModelFile, ModelFileReader } from '../model-file.js';
import type { ReadContext, WeightFile, WeightTensor } from '../weights/weight-file.js';
import { readZip, type ZipEntry } from '../weights/zip.js';
import { parsedJson, textField } from './configuration.js';
import { placedLayers, variableNames } from './layer-places.js';
import { CONFIG, PICKLED_WEIGHTS, WEIGHTS } from './looks-like-keras.js';
import { savedWeightsOf } from './saved-weights.js';

const METADATA = 'metadata.json';
/** A configuration of more bytes is none that anybody wrote. */
const MOST_CONFIG = 64 * 2 ** 20;

/** Archives of Keras 3 (.keras): a configuration and weights, which are read where they are stored. */
export const KERAS_ARCHIVE: ModelFileReader = {
  readModel(source: ByteSource, context: ReadContext): ModelFile {
    const { config, version, root } = openArchive(source);
    return kerasModel({ config, version, weightsOf: (place) => savedWeightsOf(root, place) }, 'keras', context);
  },
  readWeights(source: ByteSource): WeightFile {
    const { config, root } = openArchive(source);
    const tensors = placedLayers(config).flatMap(({ layer, place }): WeightTensor[] => {
      const weights = savedWeightsOf(root, place);
      const names = variableNames(layer, weights.length);
      return weights.map((weight, i) => ({ ...weight, name: `${place.path.join('/')}/${names[i]}` }));
    });
    const notes = root.names.includes('optimizer') ? ["the optimizer's own numbers are left out"] : [];
    return { format: 'keras', tensors, notes };
  },
};

interface Archive {
  readonly config: unknown;
  readonly version: string | null;
  readonly root: Hdf5Group;
}

function openArchive(source: ByteSource): Archive {
  const entries = readZip(source);
  const json = (name: string): unknown => {
    const entry = entries.get(name);
    if (!entry) throw new CnnvizError('format', `a .keras archive without ${name}`, { fix: 'save the model again' });
    if (entry.size > MOST_CONFIG) throw new CnnvizError('format', `${name} of ${entry.size} bytes`);
    const bytes = entry.open().read(0, entry.size);
    return parsedJson(new TextDecoder().decode(bytes), name);
  };
  const metadata = entries.has(METADATA) ? json(METADATA) : null;
  return { config: json(CONFIG), version: textField(metadata, 'keras_version'), root: weightsIn(entries) };
}

function weightsIn(entries: ReadonlyMap<string, ZipEntry>): Hdf5Group {
  const entry = entries.get(WEIGHTS);
  if (!entry) {
    throw new CnnvizError('unsupported', `its weights are in ${PICKLED_WEIGHTS}, packed by Python's pickle`, {
      fix: "save it with the usual weights: model.save('model.keras')",
    });
  }
  try {
    return readHdf5(entry.open());
  } catch (error) {
    throw atPlace(WEIGHTS, error);
  }
}
