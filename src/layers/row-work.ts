import type { ActivationName } from '../core/job.js';

/** What scales and shifts each output channel of a convolution: a batch norm taken into its weights. */
export interface ChannelAffine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** Functions of one number and up to two parameters. */
export type NumberFunction = ActivationName | 'exp' | 'log' | 'erf' | 'hard_sigmoid' | 'mish' | 'swish' | 'clip';

/** What a layer does to float32 arrays, for engines that have loops of their own for it: with the bits of its `run`. */
export type RowWork =
  /** y[i] = of(x[i]) */
  | { readonly work: 'each'; readonly of: NumberFunction; readonly parameters: readonly [number, number] }
  /** Each channel scaled and shifted in float64, rounded once. `axis`: that of the channels. */
  | { readonly work: 'affine'; readonly affine: ChannelAffine; readonly axis: number }
  /** e^(x − max) / Σ e^(x − max) along `axis`, summed in float64 from the first to the last. */
  | { readonly work: 'softmax'; readonly axis: number }
  /** Two arrays with numpy's broadcasting. */
  | { readonly work: 'pair'; readonly operation: '+' | '−' | '×' | '÷' };
