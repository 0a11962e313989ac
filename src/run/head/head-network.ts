import { type Bound, shapeOf } from '../../analysis/kept-run.js';
import type { OpenedNetwork } from '../../analysis/prepare/network-input.js';
import { CnnvizError } from '../../core/errors.js';
import type { DenseLayer, Head, Reduce } from '../../core/head.js';
import type { ImagePreset, NetworkRequest } from '../../core/job.js';
import { sizeOf } from '../../core/tensor.js';
import type { ValueInfo } from '../../core/values.js';
import { stem } from '../../io/paths.js';
import type { Layer } from '../../layers/index.js';
import { type Constant, constantOf, type Model, type ModelNode, neededFor } from '../../layers/model.js';
import { publishedAs } from '../../models/networks/published.js';
import { type HeadName, kindOfFile } from '../file-kind.js';
import { type CutNetwork, cutNetwork, reducedSize } from './cut-network.js';
import {
  type ArraysOf,
  behindHead,
  checkSameFeatures,
  featureRequest,
  type HeadNetwork,
  openHead,
  otherLayers,
} from './open-head.js';

/** How networks are found that are no heads. */
interface Doors {
  open(request: NetworkRequest, pipeFolder: string, wants: 'numbers' | 'shapes'): Promise<OpenedNetwork>;
  readonly arraysOf: ArraysOf;
}

/**
 * A head with the network under it as one network: its layers up to the cut, then what the head does, which ends in scores
 * as torchvision's classifiers do. Their softmax has the bits of `head predict`. For shapes the weights are not looked at.
 * @throws CnnvizError 'usage' when its network is not there, or is another than the head was trained on
 */
export async function openHeadNetwork(
  name: HeadName,
  request: NetworkRequest,
  wants: 'numbers' | 'shapes',
  { open, arraysOf }: Doors,
): Promise<OpenedNetwork> {
  const { path } = name;
  if (request.init !== null) {
    throw new CnnvizError('usage', `${path}: a head says itself what its features come from`, {
      fix: 'leave --init out',
    });
  }
  const head = await openHead(path);
  const { origin } = head;
  const given = givenNetwork(name, request);
  const ways = behindHead(path);
  const asked = await featureRequest(path, origin, given, ways, arraysOf, wants);
  const features = await open({ ...asked, inputs: request.inputs }, '', wants);
  let isSame = false;
  return {
    ...features,
    name: stem(path),
    input: sizeRead(origin.preset) ?? features.input,
    preset: origin.preset,
    classes: head.classes,
    head: { features: origin.network, background: origin.background, exact: origin.exact },
    bind(input, x) {
      const cut = cutAt(features, input, origin.layer);
      if (cut === null) throw otherLayers(path, origin, features.name, ways);
      checkRows(cut, input);
      if (!isSame) {
        const weightsSha256 = () => (wants === 'shapes' ? null : cut.hashWeights());
        const count = reducedSize(cut.shape, origin.reduce);
        checkSameFeatures(path, head, { ...cut, network: features.name, weightsSha256, features: count }, ways);
        isSame = true;
      }
      return withHead(features.bind(input, x), cut, head);
    },
  };
}

/** The network cut behind a layer; null when it has none of that name. */
function cutAt(features: OpenedNetwork, input: ValueInfo, layer: string): CutNetwork | null {
  const { shaped } = shapeOf(features, { info: input, x: null });
  const has = shaped.model.nodes.some(({ name, outputs }) => name === layer || outputs.includes(layer));
  return has || shaped.model.outputs.includes(layer) ? cutNetwork(features, input, layer) : null;
}

/** What a name or --weights says of the network; a checkpoint may be said but once. */
function givenNetwork({ path, features }: HeadName, { weights }: NetworkRequest): HeadNetwork {
  if (features === null) return { network: null, weights };
  if (features === '') throw new CnnvizError('usage', `${path}@: expected the features' network or weights after @`);
  if (!isCheckpoint(features)) return { network: features, weights };
  if (weights !== null) {
    throw new CnnvizError('usage', `${path}: weights are given twice: @${features} and --weights ${weights}`, {
      fix: 'keep one of them',
    });
  }
  return { network: null, weights: features };
}

function isCheckpoint(name: string): boolean {
  const kind = kindOfFile(name)?.kind;
  if (kind !== undefined) return kind === 'checkpoint';
  if (name.includes('@')) return false;
  return publishedAs(name) !== null || /\.(pth?|safetensors|npz|npy|bin|ckpt)$/i.test(name);
}

/** [C, H, W] that a preparation fixes; null: each image has its own size. */
function sizeRead({ geometry: { resize, crop }, preprocess }: ImagePreset): readonly number[] | null {
  const side = crop ?? (typeof resize === 'number' ? null : resize);
  return side && [preprocess.gray ? 1 : 3, ...side];
}

/** @throws CnnvizError 'shape' when the cut layer does not give numbers for each image */
function checkRows({ shape, layer }: CutNetwork, input: ValueInfo): void {
  if (shape.length >= 2 && shape[0] === input.shape[0] && sizeOf(shape) > 0) return;
  throw new CnnvizError('shape', `${layer} gives [${shape.join(', ')}]: expected numbers for each image, [N, …]`, {
    fix: 'give images of the size it was trained on',
  });
}

/** A network's layers up to the cut, and the head behind them. */
function withHead(bound: Bound, { value, shape }: CutNetwork, { origin, parameters }: Head): Bound {
  const nodes = neededFor(bound.model, [value]);
  const taken = new Set(nodes.flatMap(({ name, outputs }) => [name, ...outputs]));
  const constants = new Map(bound.model.constants);
  let before = value;
  const add = (name: string, layer: Layer, numbers: readonly (readonly [string, Constant])[] = []) => {
    let own = `head.${name}`;
    while (taken.has(own)) own = `${own}_`;
    const inputs = [before, ...numbers.map(([parameter]) => `${own}.${parameter}`)];
    for (const [parameter, constant] of numbers) constants.set(`${own}.${parameter}`, constant);
    nodes.push({ name: own, layer, inputs, outputs: [own] } satisfies ModelNode);
    before = own;
  };
  for (const [name, layer] of rowLayers(shape, origin.reduce)) add(name, layer);
  const { mean, std, hidden, output } = parameters;
  const D = mean.length;
  add('standardize', { kind: 'standardize' }, [
    ['mean', constantOf({ dtype: 'float32', shape: [D], data: mean })],
    ['std', constantOf({ dtype: 'float32', shape: [D], data: std })],
  ]);
  if (hidden) {
    add('hidden', DENSE, denseConstants(hidden));
    add('relu', { kind: 'activation', name: 'relu', parameters: [] });
  }
  add('output', DENSE, denseConstants(output));
  const model: Model = { ...bound.model, constants, nodes, outputs: [before] };
  return { ...bound, model };
}

/** What makes a row of numbers for each item from the cut layer's. Source: reduceMaps of `head train` */
function rowLayers(shape: readonly number[], reduce: Reduce): [string, Layer][] {
  if (shape.length === 2) return [];
  const flatten: [string, Layer] = ['flatten', { kind: 'flatten', startDim: 1, endDim: -1 }];
  if (reduce === 'flatten') return [flatten];
  return [['pool', { kind: reduce === 'mean' ? 'global_avg_pool' : 'global_max_pool' }], flatten];
}

/** y = x·weightᵀ + bias in float64, term by term in their order. */
const DENSE: Layer = { kind: 'gemm', alpha: 1, beta: 1, transA: false, transB: true };

function denseConstants({ weight, bias }: DenseLayer): [string, Constant][] {
  const K = bias.length;
  const float64 = (shape: readonly number[], data: Float32Array): Constant =>
    constantOf({ dtype: 'float64', shape, data: Float64Array.from(data) });
  return [
    ['weight', float64([K, weight.length / K], weight)],
    ['bias', float64([K], bias)],
  ];
}
