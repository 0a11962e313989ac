import type { Value, ValueInfo } from '../core/values.js';

/** An input of a layer: what is known of it, and its numbers where they are known before anything runs. */
export interface KnownInput extends ValueInfo {
  /** The numbers, when they are a constant or follow from constants, shapes and bound inputs alone; else null. */
  readonly known: () => Value | null;
}

/**
 * The type and shape of each output of a layer.
 * @throws CnnvizError 'shape' or 'usage' when the inputs do not fit the layer
 */
export type ShapeRule<L> = (layer: L, inputs: readonly (KnownInput | null)[]) => readonly ValueInfo[];

/** How a kind of layer is computed when it is neither a convolution nor a pool. */
export interface Forward<L> {
  /**
   * Fills the outputs. Types and shapes of inputs and outputs have been settled by the shape rule: this never
   * validates, allocates only scratch and never throws.
   */
  readonly run: (layer: L, inputs: readonly (Value | null)[], outputs: readonly Value[]) => void;
  /**
   * 'alias': output 0 is the data of input 0 under another shape, nothing need be copied. 'in-place': outputs[0].data
   * may be inputs[0].data.
   */
  readonly memory?: 'alias' | 'in-place';
}

/** One node on the way back: what it read and made, and the gradients behind and before it. */
export interface BackwardCall {
  /** Type and shape of what it read and made; null: left out. */
  readonly inputs: readonly (ValueInfo | null)[];
  readonly outputs: readonly ValueInfo[];
  /** The numbers of an input: of a constant, or of a value the rule `needs`. */
  readonly x: (input: number) => Value;
  /** The numbers of an output the rule `needs`. */
  readonly y: (output: number) => Value;
  /** Gradients of the outputs; null: nothing depends on that output. */
  readonly dy: readonly (Float64Array | null)[];
  /** Where gradients of the inputs are added to; null: nobody wants that one. */
  readonly dx: readonly (Float64Array | null)[];
  /** Convolves x [N, C, H, W] with weight [M, C/groups, kH, kW] without padding, at stride 1: the engine's own. */
  readonly convolve: Convolve;
}

/** Cross-correlation without padding at stride 1. */
export type Convolve = (
  x: { readonly data: Float32Array; readonly shape: readonly number[] },
  weight: { readonly data: Float32Array; readonly shape: readonly number[] },
  options: { readonly dilation: readonly [number, number]; readonly groups: number },
) => Float32Array;

/** The numbers of a forward run that a rule reads. */
export type Needs = 'inputs' | 'outputs' | 'none';

/** What a kind of layer does to gradients. */
export interface Backward<L> {
  /**
   * Adds to `dx` what the gradients `dy` of the outputs make of each input: dx[i] += Σ dy·∂y/∂x[i], in float64. Shapes
   * are settled: this never validates and never throws.
   */
  readonly run: (layer: L, call: BackwardCall) => void;
  /** Which numbers `run` reads besides constants: the forward run keeps them. Default: none. */
  readonly needs?: Needs | ((layer: L) => Needs);
  /** Inputs that gradients can reach: the first one by default. Any other must not depend on what is derived by. */
  readonly reaches?: 'all' | readonly number[];
}

/** Who computes a layer that is no `Forward`: the planner, by the engine's convolutions (engine/conv2d) or pools (engine/pooling). */
export type Planned = 'conv' | 'pool';

/** All that is known of one kind of layer. A kind without one of these does not compile. */
export interface LayerFamily<L> {
  readonly shape: ShapeRule<L>;
  readonly forward: Forward<L> | Planned;
  /** What it does to gradients, or why they do not pass. */
  readonly backward: Backward<L> | string;
}

/** The layer of kind K among L, though its type may have several kinds. */
type OfKind<L, K> = L extends { readonly kind: infer Kinds } ? (K extends Kinds ? L : never) : never;

/** The table of some layers: an entry for each of their kinds. */
export type Families<L extends { readonly kind: string }> = {
  readonly [K in L['kind']]: LayerFamily<OfKind<L, K>>;
};

/** Why gradients do not pass a kind of layer. */
export const WHOLE_NUMBERS = 'it gives whole numbers, which do not change a little';
