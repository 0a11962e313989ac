import type { Axis } from '../core/geometry.js';
import type { ActivationName } from '../core/job.js';

/** What scales and shifts each output channel of a convolution: a batch norm taken into its weights. */
export interface ChannelAffine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** Functions of one number and up to two parameters. */
export type NumberFunction =
  | ActivationName
  | 'abs'
  | 'neg'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'sqrt'
  | 'reciprocal'
  /** x to the power of the first parameter: a whole one from −64 to 64, ½ or −½ */
  | 'power'
  | 'exp'
  | 'log'
  | 'erf'
  | 'hard_sigmoid'
  | 'mish'
  | 'swish'
  | 'clip';

/**
 * Products of matrices: y number n, [rows, columns], = left [rows, inner] from starts[n][0] on · right [inner, columns]
 * from starts[n][1] on, every number summed in the one order (core/order.ts).
 */
export interface MatrixProducts {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  /** Numbers from row to row and from column to column. */
  readonly left: { readonly rowStep: number; readonly columnStep: number };
  readonly right: { readonly rowStep: number; readonly columnStep: number };
  readonly starts: readonly (readonly [left: number, right: number])[];
}

/**
 * Numbers of an input copied to an output: for every index below `sides`, y[to + Σ index·toSteps] =
 * x[from + Σ index·fromSteps]. All in numbers.
 */
export interface Copy {
  readonly input: number;
  readonly output: number;
  readonly sides: readonly number[];
  readonly from: number;
  readonly fromSteps: readonly number[];
  readonly to: number;
  readonly toSteps: readonly number[];
}

/**
 * A transposed convolution of maps: x [N, groups·C, H, W], weight [groups·C, M, kH, kW], bias [groups·M] or null,
 * y [N, groups·M, oH, oW]. `axes`: of the convolution that reads y and makes x.
 */
export interface TransposedConv {
  readonly N: number;
  readonly groups: number;
  readonly C: number;
  readonly M: number;
  readonly axes: readonly [Axis, Axis];
}

/** What a layer does to float32 arrays, for engines that have loops of their own for it: with the bits of its `run`. */
export type RowWork =
  /** y[i] = of(x[i]) */
  | { readonly work: 'each'; readonly of: NumberFunction; readonly parameters: readonly [number, number] }
  /** Each channel scaled and shifted in float64, rounded once. `axis`: that of the channels. */
  | { readonly work: 'affine'; readonly affine: ChannelAffine; readonly axis: number }
  /** e^(x − max) / Σ e^(x − max) along `axis`, summed in float64 from the first to the last. */
  | { readonly work: 'softmax'; readonly axis: number }
  /** Two arrays with numpy's broadcasting. */
  | { readonly work: 'pair'; readonly operation: PairOperation }
  /** Inputs 0 and 1 multiplied; input 2, where there is one, is added with numpy's broadcasting. */
  | { readonly work: 'matrix'; readonly products: MatrixProducts }
  /**
   * Every number of y is its bias, and to it is added in float32, pixel by pixel of x, row by row, what each gives: the sum of
   * the products of its channels with their weights, in the one order.
   */
  | { readonly work: 'transposed'; readonly conv: TransposedConv }
  /** x [outer, count, inner] → y [outer, inner]: sums in float64 from the first number to the last. */
  | {
      readonly work: 'reduce';
      readonly of: 'sum' | 'mean' | 'max' | 'min';
      readonly outer: number;
      readonly count: number;
      readonly inner: number;
    }
  /** Numbers moved. `fill`: what stands where none is copied to; null: nowhere. */
  | { readonly work: 'copies'; readonly copies: readonly Copy[]; readonly fill: number | null }
  /** y, row-major over the lengths of `maps`, = input 0 at the places the maps give for each axis; `fill` where one gives −1. */
  | { readonly work: 'mapped'; readonly maps: readonly Int32Array[]; readonly fill: number };

export type PairOperation = '+' | '−' | '×' | '÷' | 'min' | 'max';

/** The sizes of products of whole numbers: [rows, inner] times [inner, places], the latter read from an area of numbers. */
export interface WholeSizes {
  readonly rows: number;
  readonly inner: number;
  readonly places: number;
  /** How many numbers the area has. */
  readonly area: number;
}

/**
 * Products of matrices of whole numbers whose sums are exact in 32 bits, for engines that compute in float32: parts of the
 * inner sum that stay below 2²⁴ are exact there. Product number p has at (m, j) Σ rows[m, k] · area[taps[k] + starts[j]].
 */
export interface WholeWork extends WholeSizes {
  readonly products: number;
  /** The largest size that a product of two numbers can have. */
  readonly most: number;
  readonly taps: Int32Array;
  readonly starts: Int32Array;
  /** Which rows a product has: alike for products with the same rows. */
  rowsOf(product: number): number;
  /** Numbers first … end−1 of every row, one row after another, from `at` on. */
  fillRows(product: number, first: number, end: number, to: Float32Array, at: number): void;
  fillArea(product: number, to: Float32Array, at: number): void;
  /** Takes the sums of places from … from+count−1: that of row m and place from + j is sums[m · count + j]. */
  take(product: number, sums: Int32Array, from: number, count: number): void;
}
