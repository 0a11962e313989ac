import type { Layer } from '../../core/layers.js';
import type { Numbers, Value, ValueInfo } from '../../core/values.js';

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
export interface Backward<L extends Layer> {
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

/** x and dy as the rules of functions of one number see them. */
export function addProducts(dx: Float64Array, dy: Float64Array, x: Numbers, slope: (x: number) => number): void {
  for (let i = 0; i < dx.length; i++) if (dy[i] !== 0) dx[i] += dy[i] * slope(x[i]);
}
