import type { NetworkJob } from './network-job.js';

/**
 * How far a value may be from its baseline: |got − expected| ≤ abs + rel·|expected|, or at most `ulps` units in the last
 * place. All zero: the same bits.
 */
export interface Tolerance {
  readonly abs: number;
  readonly rel: number;
  readonly ulps: number;
}

export const EXACT: Tolerance = { abs: 0, rel: 0, ulps: 0 };

/** Whether nothing but the same bits will do. */
export function isExact({ abs, rel, ulps }: Tolerance): boolean {
  return abs === 0 && rel === 0 && ulps === 0;
}

/** npy: exact numbers, a file a stage · png: a grey picture a channel, compared by its decoded pixels */
export type BaselineFormat = 'npy' | 'png';

/** Images whose feature maps are held against stored ones. Plain JSON. */
export interface CheckCase {
  /** What reports call it; '' where there is only one. */
  readonly name: string;
  /** Where it is written, "cases.yaml:3:5", for errors; '' on the command line. */
  readonly place: string;
  /** The network, how images are prepared, which layers are its stages. */
  readonly job: NetworkJob;
  /** Where the arrays that a pipe names lie; '' is the current folder. */
  readonly folder: string;
  /** Files, folders and globs. */
  readonly images: readonly string[];
  readonly recursive: boolean;
  /** The folder of the stored maps. */
  readonly baseline: string;
  readonly tolerance: Tolerance;
}
