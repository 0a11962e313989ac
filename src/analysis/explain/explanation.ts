import type { InputFacts, Window } from '../../core/result.js';
import type { ValuePlace } from '../../core/value-place.js';
import type { Value } from '../../core/values.js';
import type { Plan } from '../../engine/plan.js';

/** The value an explanation arrives at against the one the engine's run stored. */
export interface Agreement {
  /** Computed from the numbers shown, in the engine's order of summation. */
  readonly explained: number;
  /** What the run gave. */
  readonly stored: number;
  /** The same 32 bits. */
  readonly same: boolean;
  /** |explained − stored|; 0 when they are the same bits. */
  readonly difference: number;
  /** The largest difference the algorithm may have; 0: none, the bits must agree. */
  readonly bound: number;
  /** How the engine computed it: an algorithm's name, or null for layers that have no choice. */
  readonly algorithm: string | null;
  /** Why a difference is allowed; null where none is. */
  readonly reason: string | null;
}

interface StepFields {
  /** The layer's name: "conv", "features.0". */
  readonly layer: string;
  readonly kind: string;
  /** The kind with its settings: "conv 11×11 stride 4 padding 2". */
  readonly words: string;
  readonly place: ValuePlace;
  readonly agreement: Agreement;
}

/** A window over the layer's input, taps by row and column. Arrays of taps are row-major, kH·kW long. */
export interface Taps {
  /** [kH, kW] */
  readonly size: readonly [number, number];
  /** The input row of each row of taps, column of each column; outside of the input where it is padded. */
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  /** First to last row and column, padding included. */
  readonly window: Window;
  /** 1 where a tap lies in the padding. */
  readonly padding: Uint8Array;
}

/** One channel of a sum of products. */
export interface ChannelTerms {
  /** Counted in the layer's input. */
  readonly channel: number;
  readonly patch: Float32Array;
  readonly kernel: Float32Array;
  /** patch × kernel, each rounded to float32 */
  readonly products: Float32Array;
  /** Their sum, in the engine's order. */
  readonly sum: number;
}

/**
 * A sum of products: a convolution, normalised cross-correlation, a transposed convolution (the patch is what reaches the
 * place, the kernel the taps that fall there), or a linear layer (channels of one tap).
 */
export interface WeightedStep extends StepFields {
  readonly step: 'weighted';
  readonly taps: Taps;
  /** It reads an input of the network: three channels are red, green and blue. */
  readonly readsInput: boolean;
  readonly channels: readonly ChannelTerms[];
  /** All products, in the engine's order, without the bias. */
  readonly sum: number;
  readonly bias: number;
  /** Normalised cross-correlation divides the sum by the window's length around its mean; null for other layers. */
  readonly windowNorm: number | null;
  /** Σ|products| + |bias|: what tolerances are a share of. */
  readonly magnitude: number;
}

/** A pool: one window of one channel. */
export interface WindowStep extends StepFields {
  readonly step: 'window';
  readonly taps: Taps;
  readonly values: Float32Array;
  /** What each value is multiplied by, the divisor included; null for max pools. */
  readonly weights: Float64Array | null;
  /** The tap that is explained further: the largest of a max pool, the one that contributes most elsewhere. */
  readonly chosen: number;
}

/** One number another layer reads. */
export interface ReadValue {
  /** The value's name: a layer, or an input of the network. */
  readonly from: string;
  readonly place: ValuePlace;
  readonly value: number;
}

/** Any other layer: numbers in, a formula, a number out. */
export interface ElementStep extends StepFields {
  readonly step: 'element';
  /** "max(0, x)", "a + b" */
  readonly formula: string;
  readonly reads: readonly ReadValue[];
  /** Numbers of the formula, by name. */
  readonly numbers: Readonly<Record<string, number>>;
}

export type ExplainedStep = WeightedStep | WindowStep | ElementStep;

/** How one number came about, from the layer's last weighted sum on. */
export interface Explanation {
  readonly input: InputFacts;
  /** "conv edge3x3" or the network as it was named. */
  readonly network: string;
  readonly layer: string;
  /** Of the layer's output, N included where it has one. */
  readonly shape: readonly number[];
  readonly place: ValuePlace;
  /** What the run stored there. */
  readonly value: number;
  /** In the order they are computed; the last one is the layer's. */
  readonly steps: readonly ExplainedStep[];
  /** Every step arrives at the stored bits. */
  readonly same: boolean;
  readonly notes: readonly string[];
}

/** Explained and stored value side by side; `bound` 0 where the bits must agree. */
export function agreementOf(
  explained: number,
  stored: number,
  algorithm: string | null = null,
  bound = 0,
  reason: string | null = null,
): Agreement {
  const same = Object.is(explained, stored);
  return { explained, stored, same, difference: same ? 0 : Math.abs(explained - stored), bound, algorithm, reason };
}

/** A run with the values that were kept of it, as the engine left them. */
export interface KeptRun {
  readonly plan: Plan;
  /** A kept value, an input or a constant, by name. */
  readonly read: (name: string) => Value;
}
