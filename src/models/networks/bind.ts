import { atPlace, CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import { randomSource } from '../../core/random.js';
import { sizeOf, tensor } from '../../core/tensor.js';
import { someOf } from '../../core/text.js';
import { toFloat32, type Value, type ValueInfo } from '../../core/values.js';
import type { KnownInput } from '../../layers/family.js';
import { type Layer, layerFamily } from '../../layers/index.js';
import { inferShapes } from '../../layers/infer.js';
import { channelAxis } from '../../layers/inputs.js';
import { type Constant, constantOf, type Model, type ModelNode } from '../../layers/model.js';
import { findKernel } from '../kernel-names.js';
import { parseInlineKernel } from '../kernel-text.js';
import { checkFinite, expandKernel, kernelWeight } from '../kernel-weights.js';
import type { WeightFile } from '../weights/weight-file.js';
import { Checkpoint } from './checkpoint.js';
import { type HiddenPools, isUsual, poolsGiving, type ShapeAt, sizeGiving, usualPoolsGiving } from './feature-sizes.js';
import { TELL_FORWARD } from './printed-model.js';
import { getFix, publishedFor } from './published.js';
import type { LayerSpec, NetworkSpec, ParameterShape, ParameterSpec } from './spec.js';

/** Where the numbers of a network's parameters come from. */
export type WeightsFrom =
  | { readonly kind: 'file'; readonly fileName: string; readonly file: WeightFile }
  | { readonly kind: 'init'; readonly seed: number }
  /** Shapes without numbers: enough for a summary. */
  | { readonly kind: 'none' };

export interface BoundNetwork {
  readonly model: Model;
  readonly notes: readonly string[];
}

/**
 * A network as a Model: every parameter gets its shape, from the shapes on the way, and its numbers.
 * @param input as fed: [N, C, H, W], or the array's own shape
 * @param files the arrays the network names, by path
 * @throws CnnvizError 'shape' with expected and found shape and the likely cause when weights do not fit
 */
export function bindNetwork(
  spec: NetworkSpec,
  input: ValueInfo,
  weights: WeightsFrom,
  files: ReadonlyMap<string, Value>,
): BoundNetwork {
  const checkpoint = weights.kind === 'file' ? new Checkpoint(spec, weights.fileName, weights.file) : null;
  const infos = new Map<string, ValueInfo>([['input', input]]);
  const constants = new Map<string, Constant>();
  const nodes: ModelNode[] = [];
  let before = 'input';
  for (const layer of spec.layers) {
    try {
      const from = layer.from ?? [before];
      const inputs: (string | null)[] = [...from];
      const data = from.map((name) => known(infos, name));
      let outputs = 0;
      for (const parameter of layer.parameters) {
        if (parameter === null) {
          inputs.push(null);
          continue;
        }
        const shape = expectedShape(parameter.shape, data[0], outputs, {
          features: (expected) => featuresFix(spec, layer, input.shape, expected),
          channels: spec.isPrinted ? TELL_FORWARD : 'leave it out, or change the layer before',
        });
        const constant = numbersOf(parameter, shape, data[0], layer, spec, weights, checkpoint, files, input.shape[0]);
        if (parameter.role === 'weight') outputs = outputsOf(parameter.shape, constant.shape);
        constants.set(parameter.name, constant);
        inputs.push(parameter.name);
      }
      const rule = layerFamily(layer.layer).shape;
      const [info] = rule(
        layer.layer,
        inputs.map((name) => (name === null ? null : known(infos, name, constants))),
      );
      infos.set(layer.name, info);
      nodes.push({ name: layer.name, layer: layer.layer, inputs, outputs: [layer.name] });
      before = layer.name;
    } catch (error) {
      throw atPlace(layer.name, error);
    }
  }
  const model: Model = {
    inputs: [{ name: 'input', dtype: input.dtype, shape: spec.input && [null, ...spec.input] }],
    constants,
    nodes,
    outputs: spec.outputs ?? [before],
  };
  return { model, notes: checkpoint?.finish() ?? [] };
}

function known(
  infos: ReadonlyMap<string, ValueInfo>,
  name: string,
  constants?: ReadonlyMap<string, Constant>,
): KnownInput {
  const constant = constants?.get(name);
  const info = constant ?? infos.get(name);
  if (!info) {
    throw new CnnvizError('usage', `reads "${name}", which no layer before it is called`, {
      fix: `layers so far: ${someOf([...infos.keys()])}`,
    });
  }
  return { dtype: info.dtype, shape: info.shape, known: () => constant?.load() ?? null };
}

/** The shape a parameter must have behind this input; null for a side that is whatever the array has. */
type Sides = readonly (number | null)[];

/** What to do about sizes that do not fit. */
interface ShapeFixes {
  readonly features: (expected: number) => string;
  readonly channels: string;
}

function expectedShape(shape: ParameterShape, x: ValueInfo, outputs: number, fixes: ShapeFixes): Sides {
  switch (shape.kind) {
    case 'conv':
    case 'conv_transpose': {
      const channels = x.shape[x.shape.length - 3] ?? 0;
      const { inChannels, groups, outChannels, kernelSize } = shape;
      if (inChannels !== null && inChannels !== channels) {
        throw new CnnvizError('shape', `in_channels is ${inChannels}, but ${channels} channels arrive`, {
          fix: fixes.channels,
        });
      }
      if (channels % groups !== 0) {
        throw new CnnvizError('shape', `groups ${groups} does not divide ${channels} channels`);
      }
      if (shape.kind === 'conv_transpose') return [channels, shape.outChannels / groups, ...shape.kernelSize];
      return [outChannels, channels / groups, ...(kernelSize ?? [null, null])];
    }
    case 'linear': {
      const features = x.shape[x.shape.length - 1] ?? 0;
      const { inFeatures, outFeatures } = shape;
      if (inFeatures !== null && inFeatures !== features) {
        throw new CnnvizError(
          'shape',
          `in_features is ${inFeatures}, but ${features} arrive: [${x.shape.join(', ')}]`,
          { fix: x.shape.length > 2 ? 'a flatten is missing before it' : fixes.features(inFeatures) },
        );
      }
      return [outFeatures, features];
    }
    case 'outputs':
      return [outputs];
    case 'fixed':
      return shape.shape;
    case 'channels': {
      const channels = x.shape[channelAxis(x.shape)] ?? 0;
      if (shape.count !== null && shape.count !== channels) {
        throw new CnnvizError('shape', `num_features is ${shape.count}, but ${channels} channels arrive`, {
          fix: fixes.channels,
        });
      }
      return [channels];
    }
    case 'sides': {
      const { sides } = shape;
      const arriving = x.shape.slice(-sides.length);
      if (String(arriving) !== String(sides)) {
        throw new CnnvizError(
          'shape',
          `normalized_shape is [${sides.join(', ')}], but [${x.shape.join(', ')}] arrives`,
          { fix: fixes.channels },
        );
      }
      return sides;
    }
  }
}

/** The channels that a layer with this weight makes. */
function outputsOf(shape: ParameterShape, weight: readonly number[]): number {
  return shape.kind === 'conv_transpose' ? shape.outChannels : weight[0];
}

/**
 * What makes the right number of features arrive at a linear layer: an image of another size, said only where one really
 * does and nothing else explains it as well; or what the text of print(model) leaves out.
 */
function featuresFix(spec: NetworkSpec, layer: LayerSpec, input: readonly number[], expected: number): string {
  const index = spec.layers.indexOf(layer);
  const nothing = spec.isPrinted ? TELL_FORWARD : `no size of image gives ${expected}: change it, or the layers before`;
  if (input.length !== 4) return nothing;
  const [, channels, H, W] = input;
  const size = sizeGiving(spec.layers, index, channels, expected, shapeAt);
  const fitted =
    size &&
    `the network is made for images of another size${size[0] === size[1] ? ':' : ', none of them square, such as'} --resize ${size.join(',')}`;
  if (!spec.isPrinted) return fitted ?? greyFix(spec, index, channels, expected) ?? nothing;
  const hidden = poolsGiving(spec.layers, index, channels, expected, [[H, W]], shapeAt);
  if (size && isUsual(size)) return hidden && isUsual([H, W]) ? `${fitted}; or ${poolWords(hidden)}` : fitted!;
  const pools = hidden ?? usualPoolsGiving(spec.layers, index, channels, expected, shapeAt);
  if (pools) return poolWords(pools);
  return fitted ?? greyFix(spec, index, channels, expected) ?? nothing;
}

function poolWords({ pools, size: [height, width] }: HiddenPools): string {
  return `${plural(pools, 'pooling')} by 2 not in the text would explain it, for an image of ${width}×${height}: ${TELL_FORWARD}`;
}

/** A network that flattens the image at once reads grey ones; null: no. */
function greyFix(spec: NetworkSpec, index: number, channels: number, expected: number): string | null {
  const size = channels === 3 ? sizeGiving(spec.layers, index, 1, expected, shapeAt) : null;
  return size && isUsual(size) ? `the network is made for grey images: --gray --resize ${size.join(',')}` : null;
}

/** The shape that layers give for a float32 input; null when they do not take it. */
export const shapeAt: ShapeAt = (layers, shape) => {
  const spec = { ...SHAPES_ONLY, layers };
  try {
    const { model } = bindNetwork(spec, { dtype: 'float32', shape }, { kind: 'none' }, new Map());
    const { infos } = inferShapes(model, new Map([['input', { dtype: 'float32', shape, value: null }]]));
    return infos.get(model.outputs[0])!.shape;
  } catch (error) {
    if (error instanceof CnnvizError) return null;
    throw error;
  }
};

const SHAPES_ONLY = {
  name: '',
  input: null,
  preset: null,
  outputs: null,
  files: [],
  isPrinted: false,
  notes: [],
} as const;

function numbersOf(
  parameter: ParameterSpec,
  sides: Sides,
  x: ValueInfo,
  { layer }: LayerSpec,
  spec: NetworkSpec,
  weights: WeightsFrom,
  checkpoint: Checkpoint | null,
  files: ReadonlyMap<string, Value>,
  batch: number,
): Constant {
  const { source, name } = parameter;
  switch (source.kind) {
    case 'integers': {
      const data = Float64Array.from(source.values, (value) => (value === 'batch' ? batch : value));
      return constantOf({ dtype: 'int64', shape: sides as readonly number[], data });
    }
    case 'number': {
      const shape = sides as readonly number[];
      return constantOf({ dtype: 'float32', shape, data: new Float32Array(sizeOf(shape)).fill(source.value) });
    }
    case 'builtin-kernel':
      return checked(kernelConstant(kernelWeight(findKernel(source.name)), x, layer, source.name), sides, source.name);
    case 'inline-kernel':
      return checked(kernelConstant(parseInlineKernel(source.text), x, layer, source.text), sides, source.text);
    case 'array':
      return arrayConstant(files.get(source.path)!, source.path, parameter, sides, x, layer);
    case 'checkpoint': {
      const shape = sides as readonly number[];
      if (checkpoint) return checkpoint.take(parameter, shape);
      return weights.kind === 'init'
        ? initialConstant(parameter, shape, weights.seed)
        : missingConstant(name, shape, spec.name);
    }
  }
}

/** @throws CnnvizError 'shape' when a side that was said is another */
function checked(constant: Constant, sides: Sides, what: string): Constant {
  const { shape } = constant;
  const fits = shape.length === sides.length && sides.every((side, axis) => side === null || side === shape[axis]);
  if (fits) return constant;
  const expected = sides.map((side) => side ?? 'any').join(', ');
  throw new CnnvizError('shape', `${what}: expected [${expected}], got [${shape.join(', ')}]`);
}

/** [kH, kW] is applied to every channel and summed, as `conv --kernel` does. */
function kernelConstant(kernel: ReturnType<typeof kernelWeight>, x: ValueInfo, layer: Layer, name: string): Constant {
  const channels = x.shape[x.shape.length - 3] ?? 0;
  const { data, shape } = expandKernel(kernel, channels, layer.kind === 'conv' ? layer.groups : 1, name);
  return constantOf({ dtype: 'float32', shape, data });
}

function arrayConstant(
  value: Value,
  path: string,
  { role }: ParameterSpec,
  sides: Sides,
  x: ValueInfo,
  layer: Layer,
): Constant {
  const numbers = tensor(toFloat32(value.data), value.shape);
  checkFinite(numbers, path);
  if (role === 'weight' && layer.kind === 'conv') return checked(kernelConstant(numbers, x, layer, path), sides, path);
  if (numbers.data.length === 1 && sides.length === 1 && sides[0] !== null) {
    const data = new Float32Array(sides[0]).fill(numbers.data[0]);
    return constantOf({ dtype: 'float32', shape: [sides[0]], data });
  }
  return checked(constantOf({ dtype: 'float32', shape: value.shape, data: numbers.data }), sides, path);
}

/** A float32 constant whose numbers are made when they are asked for. */
function madeConstant(shape: readonly number[], fill: (target: Float32Array) => void): Constant {
  return {
    dtype: 'float32',
    shape,
    load() {
      const data = new Float32Array(sizeOf(shape));
      fill(data);
      return { dtype: 'float32', shape, data };
    },
    loadInto: fill,
  };
}

/** Source: torchvision/models/vision_transformer.py, Encoder */
const TOKEN_STD = 0.02;

/**
 * What a parameter is before training: weights from a normal distribution of variance 2 / fan-in, biases and means 0,
 * scales and variances 1, tokens as torchvision begins with them. The numbers depend on the seed and the parameter's name
 * alone.
 * Source: He, Zhang, Ren, Sun 2015; torch.nn.init.kaiming_normal_
 */
function initialConstant({ role, name, shape: kind }: ParameterSpec, shape: readonly number[], seed: number): Constant {
  if (role === 'bias' || role === 'running_mean') return madeConstant(shape, (target) => void target.fill(0));
  const isScale = role === 'running_var' || role === 'scale' || kind.kind === 'channels' || kind.kind === 'sides';
  if (isScale) return madeConstant(shape, (target) => void target.fill(1));
  const std = role === 'token' ? TOKEN_STD : Math.sqrt(2 / sizeOf(shape.slice(1)));
  return madeConstant(shape, (target) => {
    const { normal } = randomSource(seed, name);
    for (let i = 0; i < target.length; i++) target[i] = std * normal();
  });
}

/** How a network comes to trained weights. */
function waysToWeights(network: string): string {
  const published = publishedFor(network);
  const others = 'add --weights FILE (.pth, .safetensors, .npz, .onnx), or --init seed:1 for made-up ones';
  if (published) return `${getFix(published)}; or ${others}`;
  return `${others}; a network of your own is saved where it was trained: torch.save(model.state_dict(), 'weights.pth')`;
}

/** A parameter of which only the shape is known. */
function missingConstant(name: string, shape: readonly number[], network: string): Constant {
  const refuse = (): never => {
    throw new CnnvizError('usage', `${network} has no weights: nothing gives "${name}" [${shape.join(', ')}]`, {
      fix: waysToWeights(network),
      scope: 'command',
    });
  };
  return { dtype: 'float32', shape, load: refuse, loadInto: refuse };
}
