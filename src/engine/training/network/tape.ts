import type { ActivationName } from '../../../core/job.js';

/**
 * What training runs: the layers of a network as operations on a slice of SLICE images, forwards and then backwards. All
 * of it is plain data that threads share; every number lies in the engine's memory. A value of a slice is float32
 * [channels, SLICE, places]: the columns of a product are images and places, so a layer is one product for all images.
 * Addresses are in bytes; those of values and gradients from the slice's area on, of weights from the weights on.
 */
export const SLICE = 8;

export interface SliceValue {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly at: number;
  /** Where its gradient is; null: nothing that learns lies before it. */
  readonly gradient: number | null;
}

/** Floats of a value. */
export function floatsOf({ channels, height, width }: Pick<SliceValue, 'channels' | 'height' | 'width'>): number {
  return channels * SLICE * height * width;
}

/** A parameter as an operation reads it. Its gradient has the same address among the gradients. */
export interface ParameterPlace {
  readonly at: number;
  readonly learns: boolean;
}

interface OpBase {
  /** Of the layer, for messages. */
  readonly name: string;
  /** Values it reads, by number. */
  readonly x: readonly number[];
  readonly y: number;
}

/** A convolution or a fully connected layer: y = weight · taps of x + bias. */
export interface ConvOp extends OpBase {
  readonly kind: 'conv';
  readonly groups: number;
  /** Maps and taps of one group. */
  readonly maps: number;
  readonly taps: number;
  readonly weight: ParameterPlace;
  readonly bias: ParameterPlace | null;
  /** The input with its border of zeros; null: there is none. */
  readonly padded: {
    readonly height: number;
    readonly width: number;
    readonly top: number;
    readonly left: number;
  } | null;
  /** A row of the output, and the step from one of its columns to the next in the input, in bytes. */
  readonly oW: number;
  readonly step: number;
  /** Columns worked on at a time: whole rows of the output, a multiple of 8. */
  readonly block: number;
  /** x already has the form of taps by columns, in one panel. */
  readonly isDirect: boolean;
  /** int32 tables: the offset of each tap of a group, of each column and of each output row. */
  readonly tables: { readonly taps: number; readonly columns: number; readonly rows: number };
}

export interface ActivationOp extends OpBase {
  readonly kind: 'activation';
  readonly activation: ActivationName;
  readonly parameters: readonly number[];
}

/** A pool: the largest number or the mean of each window. */
export interface WindowsOp extends OpBase {
  readonly kind: 'max_windows' | 'mean_windows';
  /** int32 table: the first row of each window and the row behind its last, then the columns. */
  readonly edges: number;
  /** float32 [oH, oW]: what the sum of a window is multiplied by. */
  readonly scales: number;
  /** Where the largest were found, in the slice's area. */
  readonly places: number;
}

/** Batch norm by the statistics of the batch; running ones are kept as torch does. */
export interface NormOp extends OpBase {
  readonly kind: 'batch_norm';
  readonly weight: ParameterPlace | null;
  readonly bias: ParameterPlace | null;
  /** Among the buffers. */
  readonly mean: number;
  readonly variance: number;
  readonly eps: number;
  readonly momentum: number;
  /** float64 [channels, 4] in the slice's area: Σx, Σx², Σdy, Σdy·x̂ */
  readonly sums: number;
}

export interface DropoutOp extends OpBase {
  readonly kind: 'dropout';
  readonly p: number;
  /** float32, 0 or 1/(1−p), in the slice's area. */
  readonly mask: number;
}

/** [C, SLICE, places] → [C·places, SLICE, 1] */
export interface FlattenOp extends OpBase {
  readonly kind: 'flatten';
}

export interface JoinOp extends OpBase {
  readonly kind: 'add' | 'concat';
}

export type Op = ConvOp | ActivationOp | WindowsOp | NormOp | DropoutOp | FlattenOp | JoinOp;

/** Numbers that are learnt or kept: a parameter, or a running statistic among the buffers. */
export interface Kept {
  /** As in the state_dict. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: 'weight' | 'bias' | 'running_mean' | 'running_var';
  readonly at: number;
  readonly floats: number;
  /** Inputs of one output, for the numbers it begins with; 0: a batch norm's. */
  readonly fanIn: number;
}

/** A network as it is trained, and the room each part takes in bytes. */
export interface Tape {
  /** Value 0 is the input. */
  readonly values: readonly SliceValue[];
  readonly ops: readonly Op[];
  /** The value with a row for each class. */
  readonly logits: number;
  readonly classes: number;
  /** Where ops may run for each slice alone: a batch norm begins a segment of its own. [first, behind the last] */
  readonly segments: readonly (readonly [number, number])[];
  readonly parameters: readonly Kept[];
  readonly buffers: readonly Kept[];
  /** Parameters that stay as they are, behind the others. */
  readonly fixed: readonly Kept[];
  readonly learntBytes: number;
  readonly weightBytes: number;
  readonly bufferBytes: number;
  readonly sliceBytes: number;
  /** The gradients of a slice lie together. */
  readonly gradients: { readonly at: number; readonly bytes: number };
  readonly workBytes: number;
  /** int32 and float32 numbers of the tables, as bytes. */
  readonly tables: Uint8Array;
}
