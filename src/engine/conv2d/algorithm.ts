import type { Conv2dGeometry } from '../../core/geometry.js';

/**
 * One image's share of a convolution: output rows rowFirst … rowEnd−1 of all M maps.
 * x [C, pH, pW] with its padding already around it (or [C, H, W] for an algorithm that reads 'raw' input)
 * weight [M, C/groups, kH, kW]   bias [M] or null   y [M, oH, oW]
 */
export interface Conv2dTask {
  readonly geometry: Conv2dGeometry;
  readonly x: Float32Array;
  readonly weight: Float32Array;
  readonly bias: Float32Array | null;
  readonly y: Float32Array;
  readonly workspace: ArrayBuffer;
  readonly rowFirst: number;
  readonly rowEnd: number;
}

/** A way to compute conv2d. `run` never validates, allocates or throws: the plan has done that. */
export interface Conv2dAlgorithm {
  readonly name: string;
  /** Where the method comes from. */
  readonly source: string;
  readonly input: 'padded' | 'raw';
  /** True: gives the bits of order.ts. */
  readonly ordered: boolean;
  /** The largest error, as a share of Σ|x·w| + |bias|, and why it is that large. */
  readonly tolerance: { readonly ofTerms: number; readonly reason: string };
  /** Why this geometry cannot be computed this way, or null. */
  rejects(geometry: Conv2dGeometry): string | null;
  workspaceBytes(geometry: Conv2dGeometry): number;
  /** Estimated work, in nanoseconds on a common machine; depends on the shapes alone. */
  cost(geometry: Conv2dGeometry): number;
  run(task: Conv2dTask): void;
}
