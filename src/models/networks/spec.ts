import type { ImagePreset, PresetName } from '../../core/job.js';
import type { Layer } from '../../layers/index.js';

/** What is said of a parameter's shape; a null follows from the layer's input, or is whatever the array has. */
export type ParameterShape =
  /** [outChannels, inChannels/groups, kH, kW] */
  | {
      readonly kind: 'conv';
      readonly outChannels: number | null;
      readonly inChannels: number | null;
      readonly kernelSize: readonly [number, number] | null;
      readonly groups: number;
    }
  /** Of a transposed convolution: [inChannels, outChannels/groups, kH, kW] */
  | {
      readonly kind: 'conv_transpose';
      readonly outChannels: number;
      readonly inChannels: number | null;
      readonly kernelSize: readonly [number, number];
      readonly groups: number;
    }
  /** [outFeatures, inFeatures] */
  | { readonly kind: 'linear'; readonly outFeatures: number | null; readonly inFeatures: number | null }
  /** One number for each output channel of the layer's weight. */
  | { readonly kind: 'outputs' }
  /** One number for each channel of the input. */
  | { readonly kind: 'channels'; readonly count: number | null }
  /** The sides of the input's last axes. */
  | { readonly kind: 'sides'; readonly sides: readonly number[] }
  /** As it is said here, whatever arrives. */
  | { readonly kind: 'fixed'; readonly shape: readonly number[] };

/** A side of a shape that a layer is told: 'batch' is how many images arrive. */
export type SaidSide = number | 'batch';

/** Where a parameter's numbers come from. */
export type ParameterSource =
  | { readonly kind: 'checkpoint' }
  | { readonly kind: 'array'; readonly path: string }
  | { readonly kind: 'builtin-kernel'; readonly name: string }
  | { readonly kind: 'inline-kernel'; readonly text: string }
  | { readonly kind: 'number'; readonly value: number }
  /** Whole numbers that are no weights: where a slice begins, the shape of a reshape. */
  | { readonly kind: 'integers'; readonly values: readonly SaidSide[] };

/** scale: what is multiplied with, made up as 1 · token: a vector that is learnt · fact: no weight at all */
export type ParameterRole = 'weight' | 'bias' | 'running_mean' | 'running_var' | 'scale' | 'token' | 'fact';

export interface ParameterSpec {
  readonly role: ParameterRole;
  /** Its name in a checkpoint: "features.0.weight". */
  readonly name: string;
  readonly shape: ParameterShape;
  readonly source: ParameterSource;
}

/** One layer of a network as it was said. */
export interface LayerSpec {
  readonly name: string;
  readonly layer: Layer;
  /** The layers it reads; null: the one before. "input" is the network's input. */
  readonly from: readonly string[] | null;
  /** In the order of the layer's inputs after its data; null: left out. */
  readonly parameters: readonly (ParameterSpec | null)[];
}

/** A network as it was said: layers, no numbers. */
export interface NetworkSpec {
  readonly name: string;
  /** [C, H, W] it is made for; null: any. */
  readonly input: readonly number[] | null;
  readonly preset: PresetName | ImagePreset | null;
  readonly layers: readonly LayerSpec[];
  /** The layers whose values it gives; null: the last. */
  readonly outputs: readonly string[] | null;
  /** Array files it names, as written. */
  readonly files: readonly string[];
  /** It is the text of print(model), whose forward() may do more than the text shows. */
  readonly isPrinted: boolean;
  readonly notes: readonly string[];
}

/** The array files that layers name, each once. */
export function filesOf(layers: readonly LayerSpec[]): string[] {
  const paths = layers.flatMap(({ parameters }) =>
    parameters.flatMap((one) => (one?.source.kind === 'array' ? [one.source.path] : [])),
  );
  return [...new Set(paths)];
}
