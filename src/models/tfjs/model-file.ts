import type { ByteSource } from '../../core/bytes.js';
import { plural } from '../../core/geometry.js';
import { someOf } from '../../core/text.js';
import { kerasModel } from '../keras/keras-model.js';
import type { ModelFileReader } from '../model-file.js';
import type { ReadContext, WeightTensor } from '../weights/weight-file.js';
import { layerArrays } from './layer-arrays.js';
import { type ModelJson, readModelJson } from './model-json.js';
import { groupTensors } from './shards.js';

/** Layers-models of TensorFlow.js: model.json, the files with its weights beside it, and what Teachable Machine adds. */
export const TFJS_FILE: ModelFileReader = {
  readModel(source, context) {
    const { config, version, tensors } = readLayersModel(source, context);
    const arrays = layerArrays(tensors);
    const own = () => {
      const unused = arrays.unused();
      const left = `${plural(unused.length, 'array')} of no layer that is read: ${someOf(unused)}`;
      return [...(unused.length > 0 ? [left] : []), ...asKeras(config)];
    };
    return kerasModel({ config, version, weightsOf: arrays.weightsOf }, 'tfjs', context, own);
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

/**
 * What is to be said of layers that TensorFlow.js 4.22 computes otherwise than Keras, whose layers they are: bilinear
 * UpSampling2D counts pixels from their corners, DepthwiseConv2D leaves its dilation out.
 */
function asKeras(config: unknown): string[] {
  const found = new Set<string>();
  // a list of its own: configurations may be nested deeper than calls may
  for (const waiting: unknown[] = [config]; waiting.length > 0; ) {
    const value = waiting.pop();
    if (typeof value !== 'object' || value === null) continue;
    for (const inner of Object.values(value)) waiting.push(inner);
    const { class_name: kind, config: own } = value as Readonly<Record<string, unknown>>;
    const { interpolation, dilation_rate: dilation } = (own ?? {}) as Readonly<Record<string, unknown>>;
    const isDilated = [dilation ?? 1].flat().some((step) => step !== 1);
    if (kind === 'UpSampling2D' && interpolation === 'bilinear') found.add('bilinear UpSampling2D');
    if (kind === 'DepthwiseConv2D' && isDilated) found.add('DepthwiseConv2D with dilation');
  }
  if (found.size === 0) return [];
  return [`${[...found].join(', ')}: computed as Keras does; TensorFlow.js itself computes it otherwise`];
}
