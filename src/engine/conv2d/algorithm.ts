import type { Conv2dGeometry } from '../../core/geometry.js';
import type { Heap } from '../routines/heap.js';
import type { Routines } from '../routines/index.js';

/**
 * A band of a convolution as an algorithm sees it: one image, one group, padding already around the input, so that only
 * a "valid" convolution is left. All sizes in elements.
 *
 *   x[c, r, column] lies at c·planeFloats + r·rowFloats + (column mod sW)·phaseFloats + floor(column / sW)
 *
 * Each row is split into sW phases, so that the inputs of neighbouring outputs are neighbours in memory.
 * y[m, i, j] lies at m·yPlane + i·oW + j.
 */
export interface BandShape {
  /** Channels and maps of this group. */
  readonly C: number;
  readonly M: number;
  readonly kH: number;
  readonly kW: number;
  readonly sH: number;
  readonly sW: number;
  readonly dH: number;
  readonly dW: number;
  /** Input rows in the band, padding and the algorithm's margin included; columns likewise. */
  readonly rows: number;
  readonly columns: number;
  readonly rowFloats: number;
  readonly phaseFloats: number;
  readonly planeFloats: number;
  /** Output rows in the band. */
  readonly oH: number;
  readonly oW: number;
  readonly yPlane: number;
}

/** Where things lie: addresses in bytes, each a multiple of 16 but y, which is one of 4. */
export interface BandTask {
  readonly heap: Heap;
  readonly routines: Routines;
  readonly shape: BandShape;
  /** How many groups to compute: one, unless the algorithm takes several at once; their inputs and maps follow one another. */
  readonly groups: number;
  /** The band's first output row. */
  readonly firstRow: number;
  readonly x: number;
  /** What `pack` made for the first group; that of the next lies `packedBytes` further. */
  readonly packed: number;
  readonly packedBytes: number;
  /** [groups·M] float32 */
  readonly bias: number;
  readonly y: number;
  /** workspaceBytes of scratch, of this thread alone. */
  readonly workspace: number;
}

export interface PackTask {
  readonly heap: Heap;
  readonly routines: Routines;
  /** The shape of a full band; the last band of an image may have fewer rows, never other strides. */
  readonly shape: BandShape;
  /** [M, C, kH, kW] float32, of this group. */
  readonly weight: number;
  /** Where to write, and scratch. */
  readonly packed: number;
  readonly workspace: number;
}

/** Output rows computed at a time, and the input they read: zeros lie beyond the padded image where it asks for more. */
export interface BandSize {
  readonly oH: number;
  /** Output rows are computed so many at a time, all of them from their input, though some may lie beyond the image. Default: 1. */
  readonly step?: number;
  readonly rows: number;
  readonly columns: number;
}

interface AlgorithmFields {
  readonly name: string;
  /** Where the method comes from. */
  readonly source: string;
  /** True: gives the bits of order.ts. */
  readonly ordered: boolean;
  /**
   * The largest error, as a share of Σ|x·w| + |bias| of the output itself, or of the map's largest (where a transform
   * mixes neighbouring outputs), and why it is that large.
   */
  readonly tolerance: { readonly ofTerms: number; readonly at: 'output' | 'map'; readonly reason: string };
  /** Why this cannot be computed this way, or null. `weight` gives [M, C/groups, kH, kW], read only when its numbers decide. */
  rejects(geometry: Conv2dGeometry, weight: () => Float32Array): string | null;
  /**
   * For one that is not ordered: whether whole numbers come out exact with this whole weight, as in an ordered one, while
   * Σ|x·w| + |bias| stays below 2²⁴. Left out: never.
   */
  keepsWhole?(geometry: Conv2dGeometry, weight: Float32Array): boolean;
  /** Estimated work of the whole convolution, in nanoseconds on a common machine; depends on the shapes alone. */
  cost(geometry: Conv2dGeometry): number;
}

/** Works on bands of rows in the engine's memory. Neither `pack` nor `run` validates, allocates or throws. */
export interface BandAlgorithm extends AlgorithmFields {
  readonly kind: 'banded';
  /** The packed form begins with the weights as they are: they may be read straight to their place. */
  readonly packsAsGiven?: true;
  /** What zero padding holds, if not zeros. */
  readonly fill?: number;
  /** `run` may write a little beyond the rows of a map. */
  readonly spills?: true;
  /** How many groups `run` takes at once; left out: one. */
  groupsAtOnce?(shape: BandShape): number;
  /** `parts`: how many bands there should be at least, when threads share them; values never depend on it. */
  band(geometry: Conv2dGeometry, parts: number): BandSize;
  /** Bytes `pack` writes for one group, and scratch of one thread for `pack` and `run`. */
  packedBytes(shape: BandShape): number;
  workspaceBytes(shape: BandShape): number;
  /** Once for each set of weights. */
  pack(task: PackTask): void;
  run(task: BandTask): void;
}

/** One image: x [C, H, W], weight [M, C/groups, kH, kW], bias [M] or null, y [M, oH, oW]. */
export interface WholeTask {
  readonly geometry: Conv2dGeometry;
  readonly x: Float32Array;
  readonly weight: Float32Array;
  readonly bias: Float32Array | null;
  readonly y: Float32Array;
}

/** Works on whole images, padding included, with nothing but arrays. */
export interface WholeAlgorithm extends AlgorithmFields {
  readonly kind: 'whole';
  run(task: WholeTask): void;
}

/** A way to compute conv2d. */
export type Conv2dAlgorithm = BandAlgorithm | WholeAlgorithm;
