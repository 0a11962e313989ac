import type { Axis, PaddingMode } from '../core/geometry.js';
import type { Value, ValueInfo } from '../core/values.js';
import type { MatrixProducts, RowWork, TransposedConv, WholeSizes, WholeWork } from './row-work.js';

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
   * validates, allocates only scratch and never throws, but for an index that the model computes and that lies outside.
   */
  readonly run: (layer: L, inputs: readonly (Value | null)[], outputs: readonly Value[]) => void;
  /**
   * 'alias': output 0 is the data of input 0 under another shape, nothing need be copied. 'in-place': outputs[0].data
   * may be inputs[0].data. 'parts': where the copies of `rowWork` say that all outputs lie in input 0 as they are, nothing need be
   * copied; `rowWork` reads the shape of input 0, none of its numbers.
   */
  readonly memory?: 'alias' | 'in-place' | 'parts';
  /** What `run` does where input 0 and output 0 are float32; null: nothing that could be said so. */
  readonly rowWork?: (layer: L, inputs: readonly (Value | null)[]) => RowWork | null;
  /** The transposed convolution it is, told by the shapes of its inputs. */
  readonly transposed?: (layer: L, shapes: readonly (readonly number[] | null)[]) => TransposedConv;
  /** The matrices it multiplies, told by the shapes of its inputs. */
  readonly products?: (layer: L, shapes: readonly (readonly number[] | null)[]) => MatrixProducts;
  /** The products of whole numbers that `run` consists of, for engines that have loops of their own for them: with its bits. */
  readonly whole?: {
    /** By the shapes of its inputs; null: none that are worth it. */
    readonly sizes: (layer: L, shapes: readonly (readonly number[] | null)[]) => WholeSizes | null;
    readonly work: (layer: L, inputs: readonly (Value | null)[], outputs: readonly Value[]) => WholeWork | null;
  };
  /** Inputs that hold one number for each channel: the same at every place of a map. */
  readonly perChannel?: readonly number[];
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

/** What one place along an axis of a layer's output reads of the maps before it. */
export type AxisReads =
  /** The same place; of a map with one place there, that one. */
  | { readonly by: 'place' }
  | { readonly by: 'window'; readonly axis: Axis; readonly mode: PaddingMode }
  /** Place i of `out`: floor(i·size/out) … ceil((i+1)·size/out)−1. */
  | { readonly by: 'bins' }
  /**
   * Place i reads `places[i]`, in rising order. Its middle lies at first + i·step, where places lie on a regular grid; else
   * null.
   */
  | {
      readonly by: 'list';
      readonly places: readonly (readonly number[])[];
      readonly grid: { readonly first: number; readonly step: number } | null;
    }
  | { readonly by: 'all' };

/** Along [rows, columns]. */
export type MapReads = readonly [AxisReads, AxisReads];

/** What a layer reads and makes, before any number is computed; null: left out. */
export interface LayerShapes {
  readonly inputs: readonly (readonly number[] | null)[];
  readonly output: readonly number[];
}

export interface ReadsCall extends LayerShapes {
  /** The numbers of an input that follow from constants and shapes alone; else null. */
  readonly known: (input: number) => readonly number[] | null;
}

/** Each place reads the same place of every input, on any number of channels. */
export const SAME_PLACE: MapReads = [{ by: 'place' }, { by: 'place' }];
export const WHOLE_MAP: MapReads = [{ by: 'all' }, { by: 'all' }];

/** One number that an output number is made of. */
export interface Term {
  readonly input: number;
  readonly index: number;
}

/** How one number of a layer's output came about: numbers in, a formula, a number out. */
export interface Explained<L> {
  /** "max(0, x)", "a + b" */
  readonly formula: (layer: L) => string;
  /**
   * The numbers that output `index` is made of. 'place': the one at the same place of input 0. 'index': the one with the
   * same index there, under another shape. An explanation goes on behind these two.
   */
  readonly terms: 'place' | 'index' | ((layer: L, shapes: LayerShapes, index: number) => readonly Term[]);
  /** Numbers of the formula besides x, by name. `inputs`: the layer's parameters; null where it is x. */
  readonly numbers?: (
    layer: L,
    inputs: readonly (Value | null)[],
    shapes: LayerShapes,
    index: number,
  ) => Readonly<Record<string, number>>;
}

/**
 * Who computes a layer that is no `Forward`: the planner, by the engine's convolutions (engine/conv2d) or pools
 * (engine/pooling); nobody where its shape rule refuses it.
 */
type Planned = 'conv' | 'pool' | 'refused';

/** All that is known of one kind of layer: a kind that lacks one of the facts does not compile. */
export interface LayerFamily<L> {
  readonly shape: ShapeRule<L>;
  readonly forward: Forward<L> | Planned;
  /** What it does to gradients, or why they do not pass. */
  readonly backward: Backward<L> | string;
  /** What a place of its output reads of the maps before it; null: not followed. */
  readonly reads: (layer: L, call: ReadsCall) => MapReads | null;
  /**
   * How one number came about. 'planned': by the sum or window that the planner cut; 'bins': an adaptive pool's; 'transposed':
   * by the pixels that a transposed convolution spreads to it. Null: not told.
   */
  readonly explain: Explained<L> | 'planned' | 'bins' | 'transposed' | null;
  /** The layer with its settings in short: "conv 11×11 stride 4 padding 2". */
  readonly words: (layer: L, inputs: LayerShapes['inputs']) => string;
  /** Multiply-accumulates; without it none. */
  readonly macs?: (layer: L, inputs: readonly (readonly number[])[], output: readonly number[]) => number;
  /** Inputs whose constants are learnt, of any type; without it all of floating point. */
  readonly learnt?: readonly number[];
  /**
   * 'grows': its numbers were learnt, or it multiplies, so that output much larger than input is a fault; of others (exp,
   * powers, sums over many places) it is their nature. 'passes': it passes a constant's numbers on, such as a mask of −∞.
   */
  readonly growth?: 'grows' | 'passes';
  /** It gives zero where all that it reads is zero, and more where some is more. */
  readonly keepsSilence?: true;
  /** It needs no numbers of its input, only the shape. */
  readonly readsShapes?: true;
}

/** The layer of kind K among L, though its type may have several kinds. */
type OfKind<L, K> = L extends { readonly kind: infer Kinds } ? (K extends Kinds ? L : never) : never;

/** The table of some layers: an entry for each of their kinds. */
export type Families<L extends { readonly kind: string }> = {
  readonly [K in L['kind']]: LayerFamily<OfKind<L, K>>;
};

/** Why gradients do not pass a kind of layer. */
export const WHOLE_NUMBERS = 'it gives whole numbers, which do not change a little';

/** The words of a layer without settings. */
export const kindWords = ({ kind }: { readonly kind: string }): string => kind;
