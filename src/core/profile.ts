/** What became of the time of one layer, over all runs that were watched. */
export interface ProfiledLayer {
  /** Whose layer it is, where several networks were run; '' else. */
  readonly part: string;
  /** The layer's name; of several that were computed together that of the first. */
  readonly layer: string;
  readonly kind: string;
  /** Null for layers that are computed one way only. */
  readonly algorithm: string | null;
  /** Layers computed within it, in order: a batch norm in its weights, an activation or an addition in its bands. */
  readonly with: readonly { readonly layer: string; readonly kind: string; readonly how: 'folded' | 'fused' }[];
  /** Of its result; null where it differed between runs. */
  readonly shape: readonly number[] | null;
  /** How often it was computed, wholly or in part. */
  readonly runs: number;
  readonly ms: number;
  /** Of the time of all layers, in percent. */
  readonly share: number;
  /** Of all its runs. */
  readonly macs: number;
  /** Two operations a multiply-accumulate; null where there are none. */
  readonly gflops: number | null;
  /** Of its result, the largest. */
  readonly bytes: number;
}

/** Where the time of a command, or of a run of the library, went. */
export interface RunProfile {
  readonly layers: readonly ProfiledLayer[];
  /** Of all layers. */
  readonly ms: number;
  /** Taking memory and packing weights, before the first layer. */
  readonly packMs: number;
  /** Of the vectors that routines worked on: 256 with --wide where V8 can, else 128. */
  readonly vectorBits: 128 | 256;
  readonly macs: number;
}

/** One layer's times as they were taken: what processes send each other. */
export type LayerTime = Omit<ProfiledLayer, 'share' | 'gflops'>;

/** Times that one process took. */
export interface ProfileTimes {
  readonly layers: readonly LayerTime[];
  readonly packMs: number;
}
