import type { Pair } from './geometry.js';
import type { BiasSource, Job, LayerJob, PoolJob } from './job.js';
import type { ClippedOf, InputFacts, KernelFacts, PatchVerdict, Peak, Scale, ValueFacts } from './result.js';

/** One layer with lists where `conv` has one value: every combination is a cell. */
export interface SweepJob {
  /** What all cells share; its layer's kernels are swept too, its stride, bias, activation and pool are replaced. */
  readonly base: Job;
  readonly strides: readonly Pair[];
  readonly biases: readonly (BiasSource | null)[];
  readonly activations: readonly LayerJob['activation'][];
  readonly pools: readonly (PoolJob | null)[];
}

/** The names of what can be swept, in the order cells are counted: the last changes fastest. */
export const SWEPT = ['kernel', 'stride', 'bias', 'activation', 'pool', 'pool size', 'pool stride'] as const;
export type SweptName = (typeof SWEPT)[number];

/** What one cell is made with: a text for each name, as a person would type it; '' where there is no pool. */
export type SweepParameters = Readonly<Record<SweptName, string>>;

/** A cell whose sizes fit together. */
export interface SweepMap {
  readonly width: number;
  readonly height: number;
  readonly macs: number;
  readonly algorithm: string;
  readonly kernel: KernelFacts;
  /** The bias as a number, whatever it was found from. */
  readonly bias: number;
  /** How far the input windows of neighbours overlap, [rows, columns]; below zero there is a gap between them. */
  readonly overlap: Pair;
  readonly unread: { readonly rows: number; readonly columns: number };
  readonly values: ValueFacts;
  readonly peak: Peak | null;
  readonly patch: PatchVerdict | null;
}

export interface SweepCell {
  readonly parameters: SweepParameters;
  /** What tells it from the others: the parameters that vary. */
  readonly label: string;
  /** Null when its sizes do not fit; `refusal` says why. */
  readonly map: SweepMap | null;
  readonly refusal: string | null;
}

export interface SweepResult {
  readonly input: InputFacts;
  /** What varies, in order. */
  readonly axes: readonly { readonly name: SweptName; readonly values: readonly string[] }[];
  readonly cells: readonly SweepCell[];
  /** The one scale of the picture. */
  readonly scale: Scale;
  /** What that clips of all maps together. */
  readonly clipped: ClippedOf;
  /** What went unexpectedly: a bias that changes nothing, cells that do not fit. */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}
