import type { ByteSource } from '../../core/bytes.js';
import { plural } from '../../core/geometry.js';
import { someOf } from '../../core/text.js';
import { importKeras } from '../keras/import.js';
import type { ModelFileReader } from '../model-file.js';
import { teachableMachine } from '../teachable-machine.js';
import type { ReadContext, WeightTensor } from '../weights/weight-file.js';
import { layerArrays } from './layer-arrays.js';
import { type ModelJson, readModelJson } from './model-json.js';
import { groupTensors } from './shards.js';

/** Layers-models of TensorFlow.js: model.json, the files with its weights beside it, and what Teachable Machine adds. */
export const TFJS_FILE: ModelFileReader = {
  readModel(source, context) {
    const { config, version, tensors } = readLayersModel(source, context);
    const arrays = layerArrays(tensors);
    const { model, notes } = importKeras({ config, version, weightsOf: arrays.weightsOf }, context.file ?? null);
    const facts = teachableMachine(model, 'tfjs', context);
    const unused = arrays.unused();
    const left =
      unused.length > 0 ? [`${plural(unused.length, 'array')} of no layer that is read: ${someOf(unused)}`] : [];
    return {
      model,
      notes: [...notes, ...left, ...(facts?.notes ?? [])],
      classes: facts?.classes ?? null,
      preset: facts?.preset ?? null,
    };
  },
  readWeights(source, context) {
    const { tensors, optimizer } = readLayersModel(source, context);
    const notes = optimizer > 0 ? [`${plural(optimizer, 'array')} of the optimizer left out`] : [];
    return { format: 'tfjs', tensors, notes };
  },
};

/** The network's arrays in the order of the list, without those that trained it. */
function readLayersModel(
  source: ByteSource,
  context: ReadContext,
): Pick<ModelJson, 'config' | 'version'> & { readonly tensors: readonly WeightTensor[]; readonly optimizer: number } {
  const { config, version, groups } = readModelJson(source);
  const all = groups.flatMap((group) => {
    const tensors = groupTensors(group, context);
    return group.arrays.map(({ isOptimizer }, i) => ({ isOptimizer, tensor: tensors[i] }));
  });
  const tensors = all.flatMap(({ isOptimizer, tensor }) => (isOptimizer ? [] : [tensor]));
  return { config, version, tensors, optimizer: all.length - tensors.length };
}
