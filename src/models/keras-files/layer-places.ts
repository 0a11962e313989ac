import type { LayerPlace } from '../keras/keras-source.js';
import { countedNames } from '../keras/layer-names.js';
import { graphOf, isModel, isOperation, type KerasLayer, objectOf } from '../keras/topology.js';

/** A layer of a configuration, however deep, and where it stands. */
export interface PlacedLayer {
  readonly layer: KerasLayer;
  readonly place: LayerPlace;
}

/** Models within models beyond this are refused by whoever reads them. */
const DEEPEST = 32;

/** All layers of a configuration, those of nested models in their place; models of other classes have none. @throws CnnvizError 'format' */
export function placedLayers(config: unknown): readonly PlacedLayer[] {
  const placed: PlacedLayer[] = [];
  const visit = (model: KerasLayer, path: readonly string[], counted: readonly string[]): void => {
    if (!isModel(model) || path.length > DEEPEST) return;
    const graph = graphOf(model);
    const countedName = countedNames();
    for (const layer of graph.layers) {
      if (isOperation(layer) || (graph.kind === 'sequential' && layer.className === 'InputLayer')) continue;
      const className = layer.className === 'Model' ? 'Functional' : layer.className;
      const place = { path: [...path, layer.name], counted: [...counted, countedName(className)] };
      if (isModel(layer)) visit(layer, place.path, place.counted);
      else placed.push({ layer, place });
    }
  };
  visit(objectOf(config, 'the model'), [], []);
  return placed;
}

/** Names of a layer's arrays in their order, as Keras calls the variables; a number where they are not known. */
export function variableNames({ className, config }: KerasLayer, count: number): readonly string[] {
  const isOn = (key: string): boolean => config[key] !== false;
  const known = (NAMES.get(className) ?? []).filter((name) => isOn(SWITCHES.get(name) ?? name));
  return Array.from({ length: count }, (_, i) => (count <= known.length ? known[i] : String(i)));
}

const KERNEL = ['kernel', 'bias'];
const NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ...['Conv1D', 'Conv2D', 'Conv3D', 'Conv1DTranspose', 'Conv2DTranspose', 'Conv3DTranspose'].map(
    (name) => [name, KERNEL] as const,
  ),
  ['Dense', KERNEL],
  ['EinsumDense', KERNEL],
  ['DepthwiseConv1D', KERNEL],
  ['DepthwiseConv2D', KERNEL],
  ['SeparableConv1D', ['depthwise_kernel', 'pointwise_kernel', 'bias']],
  ['SeparableConv2D', ['depthwise_kernel', 'pointwise_kernel', 'bias']],
  ['BatchNormalization', ['gamma', 'beta', 'moving_mean', 'moving_variance']],
  ['LayerNormalization', ['gamma', 'beta']],
  ['GroupNormalization', ['gamma', 'beta']],
  ['Normalization', ['mean', 'variance', 'count']],
  ['PReLU', ['alpha']],
  ['Embedding', ['embeddings']],
]);

/** What a configuration says false of when an array is not there. */
const SWITCHES: ReadonlyMap<string, string> = new Map([
  ['bias', 'use_bias'],
  ['gamma', 'scale'],
  ['beta', 'center'],
]);
