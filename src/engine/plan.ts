import { atPlace, CnnvizError } from '../core/errors.js';
import { type Conv2dGeometry, conv2dGeometry, conv2dMacs, strideWithin } from '../core/geometry.js';
import { sizeOf } from '../core/tensor.js';
import { toFloat32, type Value } from '../core/values.js';
import { checkActivation } from '../layers/activation.js';
import type { Conv2dLayer, NccLayer } from '../layers/conv.js';
import { evaluate } from '../layers/evaluate.js';
import { layerFamily } from '../layers/index.js';
import { type BoundInput, inferShapes, type ShapedModel } from '../layers/infer.js';
import { imageShape } from '../layers/inputs.js';
import type { LinearLayer } from '../layers/matrix.js';
import { type Model, type ModelNode, neededFor } from '../layers/model.js';
import { batchNormAffine } from '../layers/norm.js';
import { axesOfPool, type PoolLayer } from '../layers/pool.js';
import type { ChannelAffine } from '../layers/row-work.js';
import { planBands } from './bands.js';
import { chooseAlgorithm, type PlanOptions } from './choose.js';
import { type FusedChain, fusedBehind } from './fusing.js';
import { poolAlgorithm, poolGeometry } from './pooling.js';
import {
  type ConvStep,
  type ConvWeight,
  constantWeight,
  type PoolStep,
  type Step,
  scaledWeight,
  valueWeight,
} from './steps.js';

/** Every shape, algorithm and buffer of a run, settled before the first number is computed. */
export interface Plan {
  /** Of the model that was planned, the nodes that can be computed for these inputs. */
  readonly model: Model;
  readonly shaped: ShapedModel;
  /** In order; values that follow from constants alone are made by none. */
  readonly steps: readonly Step[];
  /** The values a run hands out. */
  readonly kept: readonly string[];
  readonly macs: number;
}

/** What is fed: the shape of the one input, or type, shape and perhaps numbers of each input by name. */
type PlanInputs = readonly number[] | ReadonlyMap<string, BoundInput>;

/**
 * @param keep the values a run hands out, by name; without it the model's outputs
 * @throws CnnvizError 'shape', 'usage' or 'unsupported', with the layer's name in front, when one does not fit
 */
export function planModel(model: Model, inputs: PlanInputs, options: PlanOptions, keep?: readonly string[]): Plan {
  const bound = 'get' in inputs ? inputs : new Map([[model.inputs[0].name, oneInput(model, inputs)]]);
  const kept = keep ?? model.outputs;
  const shaped = inferShapes(model, bound, evaluate, kept);
  const nodes = neededFor(model, kept);
  const uses = { here: countUses(nodes), anywhere: countUses(model.nodes) };
  const constants = constantValues(model, nodes);
  const steps: Step[] = [];
  const done = new Set<ModelNode>();
  const made = new Set<string>();
  for (const node of nodes) {
    if (done.has(node) || node.outputs.every((name) => constants.has(name))) continue;
    try {
      const planned = planNode({ model, shaped, options, uses, kept, nodes, done, made }, node);
      steps.push(...planned);
      for (const name of planned.flatMap(({ outputs }) => outputs)) made.add(name);
    } catch (error) {
      throw atPlace(node.name, error);
    }
  }
  return { model: shaped.model, shaped, steps, kept, macs: steps.reduce((sum, { macs }) => sum + macs, 0) };
}

function oneInput(model: Model, shape: readonly number[]): BoundInput {
  return { dtype: model.inputs[0].dtype, shape, value: null };
}

interface Context {
  readonly model: Model;
  readonly shaped: ShapedModel;
  readonly options: PlanOptions;
  /** How often each value is read: in this run, and in the whole model. */
  readonly uses: { readonly here: ReadonlyMap<string, number>; readonly anywhere: ReadonlyMap<string, number> };
  readonly kept: readonly string[];
  readonly nodes: readonly ModelNode[];
  /** Nodes that another step computes. */
  readonly done: Set<ModelNode>;
  /** Values that steps have made so far. */
  readonly made: ReadonlySet<string>;
}

function countUses(nodes: readonly ModelNode[]): Map<string, number> {
  const uses = new Map<string, number>();
  for (const name of nodes.flatMap(({ inputs }) => inputs)) {
    if (name !== null) uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  return uses;
}

/** Values that follow from constants and shapes alone. */
function constantValues(model: Model, nodes: readonly ModelNode[]): Set<string> {
  const constant = new Set<string>(model.constants.keys());
  for (const { layer, inputs, outputs } of nodes) {
    const { readsShapes, forward } = layerFamily(layer);
    const follows = readsShapes || inputs.every((name) => name === null || constant.has(name));
    if (follows && typeof forward !== 'string') for (const name of outputs) constant.add(name);
  }
  return constant;
}

function planNode(context: Context, node: ModelNode): Step[] {
  const { layer, name, inputs, outputs } = node;
  const infos = outputs.map((output) => context.shaped.infos.get(output)!);
  const fields = { name, inputs, outputs, infos, macs: 0 };
  switch (layerFamily(layer).forward) {
    case 'conv':
      return planConv(context, node, layer as ConvLayer);
    case 'pool':
      return [planPool(context, fields, layer as PoolLayer)];
    default:
      if (layer.kind === 'activation') checkActivation(layer.name, layer.parameters);
      return [{ ...fields, kind: 'operator', layer }];
  }
}

function planPool(
  { shaped }: Context,
  fields: Pick<PoolStep, 'name' | 'inputs' | 'outputs' | 'infos' | 'macs'>,
  layer: PoolLayer,
): PoolStep {
  const inShape = imageShape(shaped.infos.get(fields.inputs[0]!)!.shape);
  const [N, C, H, W] = inShape;
  const axes = axesOfPool(layer, H, W);
  const windows = poolGeometry(axes, N * C);
  const algorithm = poolAlgorithm(layer, axes);
  return { ...fields, kind: 'pool', layer, inShape, axes, windows, algorithm, bands: planBands(windows, algorithm) };
}

type ConvLayer = Conv2dLayer | NccLayer | LinearLayer;

/**
 * A convolution with what follows it: a batch norm in its weights (unless exact), an activation in its bands. One that
 * somebody wants to see as it is, is computed for itself as well, so that no value depends on what is looked at.
 */
function planConv(context: Context, node: ModelNode, layer: ConvLayer): ConvStep[] {
  const { options, kept, done } = context;
  const conv = convOf(context, node, layer);
  const norm = layer.kind === 'conv' && !options.exact ? foldableNorm(context, node) : null;
  if (!norm) return [convStep(context, conv, node, node)];
  done.add(norm.node);
  const weight = scaledWeight(conv.weight, norm.affine);
  const folded = convStep(context, { ...conv, weight, bias: foldedBias(conv.bias, norm.affine) }, node, norm.node);
  return kept.includes(node.outputs[0]) ? [convStep(context, conv, node, node), folded] : [folded];
}

interface Conv {
  readonly layer: ConvLayer;
  readonly input: string;
  readonly geometry: Conv2dGeometry;
  readonly weight: ConvWeight;
  readonly bias: Float32Array | null;
}

/** `node`: the convolution; `last`: the node whose values it makes, itself or the batch norm that is folded. */
function convStep(context: Context, conv: Conv, node: ModelNode, last: ModelNode): ConvStep {
  const { shaped, options, done } = context;
  const { geometry, weight } = conv;
  const chain = fusedTo(context, conv.layer, last);
  for (const node of chain.nodes) done.add(node);
  const [output] = (chain.nodes.at(-1) ?? last).outputs;
  const computed = options.algorithm === null && takesVectors(conv) ? rowOfVectors(geometry) : geometry;
  const algorithm = chooseAlgorithm(computed, weight, options);
  return {
    kind: 'conv',
    name: last.name,
    inputs: [conv.input, ...chain.fused.flatMap((one) => (one.kind === 'add' ? [one.value] : []))],
    outputs: [output],
    infos: [shaped.infos.get(output)!],
    macs: conv2dMacs(geometry),
    layer: conv.layer,
    weight,
    bias: conv.bias,
    geometry,
    computed,
    algorithm,
    bands: algorithm.kind === 'banded' ? planBands(computed, algorithm) : null,
    fused: chain.fused,
    nodes: [node, ...(last === node ? [] : [last]), ...chain.nodes],
    folds: last === node ? null : last.name,
  };
}

function convOf({ model, shaped }: Context, node: ModelNode, layer: ConvLayer): Conv {
  const [input, weightName, biasName = null] = node.inputs as [string, string, string | null | undefined];
  const x = shaped.infos.get(input)!.shape;
  const given = shaped.infos.get(weightName)!.shape;
  const shape = layer.kind === 'linear' ? [...given, 1, 1] : given;
  const geometry =
    layer.kind === 'linear'
      ? conv2dGeometry([sizeOf(x.slice(0, -1)), given[1], 1, 1], shape, ONE_PIXEL)
      : withStrideInside(conv2dGeometry(imageShape(x), shape, layer));
  const constant = model.constants.get(weightName);
  const weight = constant
    ? constantWeight(constant, shape)
    : valueWeight(knownBefore(shaped, weightName, 'weight'), shape);
  const bias = biasName === null ? null : toFloat32(knownBefore(shaped, biasName, 'bias').data);
  return { layer, input, geometry, weight, bias };
}

function withStrideInside(g: Conv2dGeometry): Conv2dGeometry {
  const [top, left, bottom, right] = g.pads;
  return { ...g, sH: strideWithin(g.sH, g.H, top, bottom), sW: strideWithin(g.sW, g.W, left, right) };
}

const ONE_PIXEL = { stride: [1, 1], padding: 0, paddingMode: 'zeros', dilation: [1, 1], groups: 1 } as const;

function knownBefore(shaped: ShapedModel, name: string, what: string): Value {
  const value = shaped.known(name);
  if (value) return value;
  throw new CnnvizError('unsupported', `its ${what} "${name}" is computed from the input`, {
    fix: 'weights must be constants, or inputs given with --input NAME=FILE.npy',
  });
}

/** The batch norm that reads what `node` makes as its input, if there is one. */
function normBehind({ nodes }: Context, node: ModelNode): ModelNode | null {
  const [output] = node.outputs;
  const reader = nodes.find(({ inputs }) => inputs.includes(output));
  return reader?.layer.kind === 'batch_norm' && reader.inputs[0] === output ? reader : null;
}

/** What is done in the bands of a convolution whose values are those of `last`. */
function fusedTo({ shaped, nodes, kept, uses, made, options }: Context, layer: ConvLayer, last: ModelNode): FusedChain {
  if (layer.kind === 'ncc') return { fused: [], nodes: [] };
  const width = layer.kind === 'linear' ? (shaped.infos.get(last.outputs[0])!.shape.at(-1) ?? 0) : 0;
  return fusedBehind({ shaped, nodes, kept, reads: uses.here, made, width }, last, options.alone === true);
}

/**
 * The batch norm right behind a convolution that nothing else in the model reads, when its numbers are constants and none
 * is infinite; a channel that it makes NaN is NaN, and the others keep the bits that they have in a sound one. Whether it is folded must not depend on which layers a run is asked for.
 */
function foldableNorm(context: Context, node: ModelNode): { node: ModelNode; affine: ChannelAffine } | null {
  const isAlone = context.uses.anywhere.get(node.outputs[0]) === 1;
  const norm = isAlone ? normBehind(context, node) : null;
  if (norm?.layer.kind !== 'batch_norm') return null;
  const constants = norm.inputs
    .slice(1)
    .map((name) => (name === null ? null : (context.model.constants.get(name) ?? null)));
  if (norm.inputs.some((name, i) => i > 0 && name !== null && constants[i - 1] === null)) return null;
  const affine = batchNormAffine(norm.layer, [null, ...constants.map((constant) => constant?.load() ?? null)]);
  const usable = [...affine.scale, ...affine.shift].every((value) => Number.isFinite(value) || Number.isNaN(value));
  return usable ? { node: norm, affine: nanByShift(affine) } : null;
}

/** NaN comes from the shift alone: NaN among weights might reach the channels that are computed together with theirs. */
function nanByShift({ scale, shift }: ChannelAffine): ChannelAffine {
  return {
    scale: scale.map((value, m) => (Number.isNaN(value + shift[m]) ? 0 : value)),
    shift: shift.map((value, m) => (Number.isNaN(scale[m]) ? Number.NaN : value)),
  };
}

function foldedBias(bias: Float32Array | null, { scale, shift }: ChannelAffine): Float32Array {
  return Float32Array.from(shift, (value, m) => value + (bias?.[m] ?? 0) * scale[m]);
}

/** A linear layer over a batch: every image is one window, and the weights can be read once for all. */
function takesVectors({ layer, geometry: g }: Conv): boolean {
  const covers = g.kH === g.H && g.kW === g.W && g.pads.every((pad) => pad === 0);
  return layer.kind !== 'ncc' && g.N > 1 && g.groups === 1 && covers;
}

function rowOfVectors({ N, C, H, W, M }: Conv2dGeometry): Conv2dGeometry {
  const K = C * H * W;
  return conv2dGeometry([1, K, 1, N], [M, K, 1, 1], ONE_PIXEL);
}
