import { CnnvizError } from '../../core/errors.js';
import { rowMajor, sizeOf } from '../../core/tensor.js';
import { placeOfIndex } from '../../core/value-place.js';
import { toFloat32, type Value } from '../../core/values.js';
import { direct } from '../../engine/conv2d/direct.js';
import { evaluate } from '../../engine/evaluate.js';
import type { ConvStep } from '../../engine/steps.js';
import { ACTIVATIONS, type ActivationLayer } from '../../layers/activation.js';
import type { Layer } from '../../layers/index.js';
import { channelAxis, wrapDim } from '../../layers/inputs.js';
import type { ModelNode } from '../../layers/model.js';
import { type BatchNormLayer, batchNormAffine } from '../../layers/norm.js';
import { softmaxDim } from '../../layers/softmax.js';
import { layerWords } from '../network-summary.js';
import { agreementOf, type ElementStep, type KeptRun, type ReadValue } from './explanation.js';
import { algorithmOf, boundOf, magnitudeAt, outputAt } from './weighted.js';

/** An input of a layer with the index of the number that is read of it. */
interface Read {
  readonly name: string;
  readonly index: number;
}

/** A number made by any layer but a convolution or pool; `source`: which input it follows from alone, if one. */
export function explainElement(
  run: KeptRun,
  node: ModelNode,
  index: number,
): { step: ElementStep; source: number | null } {
  const output = run.read(node.outputs[0]);
  const reads = readsOf(run, node, index, output.shape);
  const stored = toFloat32(output.data)[index];
  const folding = foldingStep(run, node);
  const explained = recomputed(run, node)[index];
  return {
    step: {
      step: 'element',
      layer: node.name,
      kind: node.layer.kind === 'activation' ? node.layer.name : node.layer.kind,
      words: layerWords(
        node.layer,
        node.inputs.map((name) => (name === null ? null : run.read(name).shape)),
      ),
      place: placeOfIndex(output.shape, index),
      formula: formulaOf(node.layer),
      reads: reads.map(({ name, index: at }) => readValue(run.read(name), name, at)),
      numbers: numbersOf(run, node, index, output.shape),
      agreement: folding
        ? foldedAgreement(run, node, folding, index, explained, stored)
        : agreementOf(explained, stored),
    },
    source: reads.length === 1 ? reads[0].index : null,
  };
}

function readValue(value: Value, from: string, index: number): ReadValue {
  return { from, place: placeOfIndex(value.shape, index), value: toFloat32(value.data)[index] };
}

/** The layer's values once more, by its own operator, from the kept inputs. */
function recomputed(run: KeptRun, { layer, inputs, outputs }: ModelNode): Float32Array {
  const values = inputs.map((name) => (name === null ? null : run.read(name)));
  const infos = outputs.map((name) => run.plan.shaped.infos.get(name)!);
  return toFloat32(evaluate(layer, values, infos)![0].data);
}

/** The convolution that a batch norm was taken into, if it was. */
function foldingStep({ plan }: KeptRun, { layer, outputs }: ModelNode): ConvStep | null {
  if (layer.kind !== 'batch_norm') return null;
  const step = plan.steps.find((one) => one.outputs[0] === outputs[0]);
  return step?.kind === 'conv' && step.folds !== null ? step : null;
}

/** One rounding to float32, as a share of the value. */
const HALF_ULP = 2 ** -24;

/**
 * A batch norm folded into the weights rounds elsewhere: weights and bias once each, the unfolded sum and the norm once
 * each, and both sums by their own order.
 */
function foldedAgreement(
  run: KeptRun,
  node: ModelNode,
  step: ConvStep,
  index: number,
  explained: number,
  stored: number,
) {
  const { map, item } = outputAt(step.geometry, index);
  const x = toFloat32(run.read(step.inputs[0]!).data);
  const magnitude = magnitudeAt(step, x, index) + Math.abs(affineOf(run, node).shift[map]);
  const own = boundOf(run, step, item, map, magnitude)[0];
  const bound = own + (2 * direct.tolerance.ofTerms + 4 * HALF_ULP) * magnitude;
  return agreementOf(
    explained,
    stored,
    `${algorithmOf(run, step, item).name}, batch norm folded`,
    bound,
    'weights times scale are rounded',
  );
}

function affineOf(run: KeptRun, node: ModelNode) {
  const inputs = node.inputs.map((name, i) => (i === 0 || name === null ? null : run.read(name)));
  return batchNormAffine(node.layer as BatchNormLayer, inputs);
}

/** Which numbers output `index` is made of. */
function readsOf(run: KeptRun, { layer, inputs, name }: ModelNode, index: number, shape: readonly number[]): Read[] {
  const [first] = inputs as [string];
  switch (layer.kind) {
    case 'activation':
    case 'batch_norm':
    case 'pointwise':
    case 'clip':
    case 'flatten':
    case 'flatten_2d':
    case 'reshape':
    case 'squeeze':
    case 'unsqueeze':
    case 'dropout':
    case 'identity':
      return [{ name: first, index }];
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
    case 'min':
    case 'max':
    case 'mean':
    case 'pow':
    case 'prelu':
      return inputs
        .filter((one) => one !== null)
        .map((one) => ({ name: one, index: broadcastIndex(run.read(one).shape, shape, index) }));
    case 'concat':
      return [concatRead(run, inputs as string[], wrapDim(layer.dim, shape.length), index, shape)];
    case 'softmax':
    case 'log_softmax':
      return alongAxis(shape, softmaxDim(layer.dim, shape.length), index).map((at) => ({ name: first, index: at }));
    case 'lrn': {
      const axis = channelAxis(shape);
      const all = alongAxis(shape, axis, index);
      const own = all.indexOf(index);
      const before = Math.floor(layer.size / 2);
      const after = Math.floor((layer.size - 1) / 2);
      const around = all.slice(Math.max(0, own - before), own + after + 1).filter((at) => at !== index);
      return [index, ...around].map((at) => ({ name: first, index: at }));
    }
    case 'global_avg_pool':
    case 'global_max_pool': {
      const size = sizeOf(run.read(first).shape) / sizeOf(shape);
      return Array.from({ length: size }, (_, i) => ({ name: first, index: index * size + i }));
    }
    default:
      throw new CnnvizError('unsupported', `${name}: a ${layer.kind} layer is not explained number by number`, {
        fix: 'choose a layer before or after it: convolutions, pools, activations, norms, sums and softmax are explained',
      });
  }
}

/** Where the element of a smaller array lies that is repeated to output `index`. */
function broadcastIndex(own: readonly number[], out: readonly number[], index: number): number {
  const steps = rowMajor(own);
  let [rest, at] = [index, 0];
  for (let axis = out.length - 1; axis >= 0; axis--) {
    const position = rest % out[axis];
    rest = Math.floor(rest / out[axis]);
    const ownAxis = axis - out.length + own.length;
    if (ownAxis >= 0 && own[ownAxis] > 1) at += position * steps[ownAxis];
  }
  return at;
}

function concatRead(
  run: KeptRun,
  inputs: readonly string[],
  axis: number,
  index: number,
  shape: readonly number[],
): Read {
  const behind = sizeOf(shape.slice(axis + 1));
  const block = shape[axis] * behind;
  const outer = Math.floor(index / block);
  let inBlock = index % block;
  for (const name of inputs) {
    const length = run.read(name).shape[axis] * behind;
    if (inBlock < length) return { name, index: outer * length + inBlock };
    inBlock -= length;
  }
  throw new CnnvizError('shape', 'the inputs of concat do not fill its output');
}

/** The indices of all elements along an axis through `index`. */
function alongAxis(shape: readonly number[], axis: number, index: number): number[] {
  const step = sizeOf(shape.slice(axis + 1));
  const position = Math.floor(index / step) % shape[axis];
  const start = index - position * step;
  return Array.from({ length: shape[axis] }, (_, i) => start + i * step);
}

/** The layer in a line. */
function formulaOf(layer: Layer): string {
  switch (layer.kind) {
    case 'activation':
      return activationFormula(layer);
    case 'batch_norm':
      return 'x · scale + shift';
    case 'lrn':
      return `x / (${layer.k} + ${layer.alpha}/${layer.size} · Σ x²)^${layer.beta}`;
    case 'softmax':
      return 'e^x / Σ e^x';
    case 'log_softmax':
      return 'x − log Σ e^x';
    case 'add':
      return 'a + b';
    case 'sub':
      return 'a − b';
    case 'mul':
      return 'a · b';
    case 'div':
      return 'a / b';
    case 'concat':
      return 'taken from one of its inputs';
    case 'dropout':
    case 'identity':
      return 'x, as it is';
    case 'flatten':
    case 'flatten_2d':
    case 'reshape':
    case 'squeeze':
    case 'unsqueeze':
      return 'x, at another place';
    case 'global_avg_pool':
      return 'mean of the map';
    case 'global_max_pool':
      return 'largest of the map';
    case 'pointwise':
      return `${layer.name}(x)`;
    default:
      return layer.kind;
  }
}

function activationFormula({ name, parameters }: ActivationLayer): string {
  const [slope = ACTIVATIONS[name].parameters[0]] = parameters;
  switch (name) {
    case 'relu':
      return 'max(0, x)';
    case 'relu6':
      return 'min(max(0, x), 6)';
    case 'leaky_relu':
      return `x < 0 ? ${slope}·x : x`;
    case 'elu':
      return `x < 0 ? ${slope}·(e^x − 1) : x`;
    case 'sigmoid':
      return '1 / (1 + e^−x)';
    case 'silu':
      return 'x / (1 + e^−x)';
    case 'softplus':
      return 'log(1 + e^x)';
    default:
      return `${name}(x)`;
  }
}

/** What the formula needs besides x. */
function numbersOf(run: KeptRun, node: ModelNode, index: number, shape: readonly number[]): Record<string, number> {
  if (node.layer.kind !== 'batch_norm') return {};
  const axis = channelAxis(shape);
  const channel = Math.floor(index / sizeOf(shape.slice(axis + 1))) % shape[axis];
  const { scale, shift } = affineOf(run, node);
  return { scale: scale[channel], shift: shift[channel] };
}
