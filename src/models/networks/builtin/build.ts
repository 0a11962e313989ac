import type { Pair } from '../../../core/geometry.js';
import type { Layer } from '../../../layers/index.js';
import type { FieldValue } from '../fields.js';
import { layerSpec } from '../layer-words.js';
import type { LayerSpec, ParameterRole, ParameterSpec, SaidSide } from '../spec.js';

type SaidFields = Readonly<Record<string, FieldValue>>;

/** One layer of a built-in network: its word, its name, torch's fields, what it reads when that is not the one before. */
export function layer(
  word: string,
  name: string,
  fields: SaidFields = {},
  from: readonly string[] | null = null,
): LayerSpec {
  return layerSpec(word, name, new Map(Object.entries(fields)), from);
}

/** conv with torch's first arguments */
export function conv(
  name: string,
  inChannels: number,
  outChannels: number,
  kernelSize: number | Pair,
  fields: SaidFields = {},
  from: readonly string[] | null = null,
): LayerSpec {
  const said = { in_channels: inChannels, out_channels: outChannels, kernel_size: kernelSize, ...fields };
  return layer('conv', name, said, from);
}

/** linear with torch's arguments */
export function linear(name: string, inFeatures: number, outFeatures: number): LayerSpec {
  return layer('linear', name, { in_features: inFeatures, out_features: outFeatures });
}

/** BatchNorm2d with torch's arguments */
export function norm(name: string, channels: number, eps = 1e-5): LayerSpec {
  return layer('batch_norm', name, { num_features: channels, eps });
}

/** A layer that network files have no word for. */
export function plainLayer(
  name: string,
  what: Layer,
  from: readonly string[] | null = null,
  parameters: readonly (ParameterSpec | null)[] = [],
): LayerSpec {
  return { name, layer: what, from, parameters };
}

/** A parameter of a shape of its own, by its whole name in a checkpoint. */
export function learnt(name: string, role: ParameterRole, shape: readonly number[]): ParameterSpec {
  return { role, name, shape: { kind: 'fixed', shape }, source: { kind: 'checkpoint' } };
}

/** Whole numbers that a layer is told; a single number without brackets is a scalar. */
export function integers(name: string, values: readonly SaidSide[] | number): ParameterSpec {
  const isScalar = typeof values === 'number';
  return {
    role: 'fact',
    name,
    shape: { kind: 'fixed', shape: isScalar ? [] : [values.length] },
    source: { kind: 'integers', values: isScalar ? [values] : values },
  };
}

/** A single number that a layer is told. */
export function told(name: string, value: number): ParameterSpec {
  return { role: 'fact', name, shape: { kind: 'fixed', shape: [] }, source: { kind: 'number', value } };
}

/** x times a parameter, which is broadcast. */
export function multipliedBy(name: string, parameter: ParameterSpec): LayerSpec {
  return plainLayer(name, { kind: 'mul' }, null, [parameter]);
}

/** x[begin … end] along an axis. */
export function part(name: string, axis: number, begin: number, end: number, from: readonly string[]): LayerSpec {
  const facts = [
    ['starts', begin],
    ['ends', end],
    ['axes', axis],
  ] as const;
  return plainLayer(
    name,
    { kind: 'slice' },
    from,
    facts.map(([key, value]) => integers(`${name}.${key}`, [value])),
  );
}

/** x.permute(…) */
export function permute(name: string, perm: readonly number[], from: readonly string[] | null = null): LayerSpec {
  return plainLayer(name, { kind: 'transpose', perm }, from);
}

/** x.reshape(…); 0: x's own side, −1: what is left. */
export function reshape(name: string, shape: readonly number[], from: readonly string[] | null = null): LayerSpec {
  return plainLayer(name, { kind: 'reshape', allowZero: false }, from, [integers(`${name}.shape`, shape)]);
}

/** The mean over rows and columns: x.mean([2, 3]), [N, C] */
export function meanOfMaps(name: string): LayerSpec {
  const mean = { kind: 'reduce', name: 'mean', keepDims: false, noopWithEmptyAxes: false } as const;
  return plainLayer(name, mean, null, [integers(`${name}.axes`, [2, 3])]);
}

/** Both, element by element, with broadcasting. */
export function multiply(name: string, from: readonly [string, string]): LayerSpec {
  return plainLayer(name, { kind: 'mul' }, from);
}

/** What Conv2dNormActivation is told beside its channels. */
interface BlockFields {
  readonly stride?: number;
  readonly groups?: number;
  readonly eps?: number;
  /** The word of its activation; null: none. */
  readonly activation: string | null;
}

/**
 * A convolution, a batch norm and an activation: NAME.0, NAME.1, NAME.2. Padding keeps the size.
 * Source: torchvision/ops/misc.py, Conv2dNormActivation
 */
export function convNormActivation(
  name: string,
  inChannels: number,
  outChannels: number,
  kernelSize: number,
  { stride = 1, groups = 1, eps = 1e-5, activation }: BlockFields,
  from: readonly string[] | null = null,
): LayerSpec[] {
  const fields = { stride, groups, padding: (kernelSize - 1) / 2, bias: false };
  return [
    conv(`${name}.0`, inChannels, outChannels, kernelSize, fields, from),
    norm(`${name}.1`, outChannels, eps),
    ...(activation === null ? [] : [layer(activation, `${name}.2`)]),
  ];
}

/** The slope and the middle of torch's hardsigmoid: x/6 + ½, between 0 and 1. */
const HARD_SIGMOID = { kind: 'pointwise', name: 'hard_sigmoid', parameters: [1 / 6, 0.5] } as const;

/**
 * Each map times a factor that is computed from the means of all: NAME.avgpool, fc1, activation, fc2, scale_activation, mul.
 * Source: torchvision/ops/misc.py, SqueezeExcitation; Hu, Shen, Sun 2017
 */
export function squeezeExcitation(
  name: string,
  channels: number,
  squeezed: number,
  activation: string,
  scale: 'sigmoid' | 'hard_sigmoid',
  input: string,
): LayerSpec[] {
  const factors = `${name}.scale_activation`;
  return [
    layer('adaptive_avg_pool', `${name}.avgpool`, { output_size: 1 }, [input]),
    conv(`${name}.fc1`, channels, squeezed, 1),
    layer(activation, `${name}.activation`),
    conv(`${name}.fc2`, squeezed, channels, 1),
    scale === 'sigmoid' ? layer('sigmoid', factors) : plainLayer(factors, HARD_SIGMOID),
    multiply(`${name}.mul`, [factors, input]),
  ];
}

/** The name of the last of some layers: what the next one reads. */
export function lastName(layers: readonly LayerSpec[]): string {
  return layers[layers.length - 1].name;
}

/** channels, as near as it can be a multiple of 8, never a tenth less. Source: torchvision/models/_utils.py, _make_divisible */
export function multipleOf8(channels: number): number {
  const near = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return near < 0.9 * channels ? near + 8 : near;
}
