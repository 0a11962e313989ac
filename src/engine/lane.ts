import type { Conv2dGeometry } from '../core/geometry.js';
import { sizeOf } from '../core/tensor.js';
import { type Bands, borderColumns } from './bands.js';
import { GATE_BYTES } from './fused.js';
import type { PoolAlgorithm } from './pooling.js';
import type { ConvWeight } from './steps.js';
import { aligned, type EngineMemory } from './wasm/memory.js';

/** A convolution with its weights packed in the engine's memory. */
export interface PackedConv {
  readonly geometry: Conv2dGeometry;
  readonly algorithm: PoolAlgorithm;
  readonly bands: Bands;
  /** Addresses. Packed weights of group 0, those of the next follow `packedBytes` later. */
  readonly packed: number;
  readonly packedBytes: number;
  readonly bias: number;
  readonly edges: number;
}

/** A convolution that runs in bands. */
export interface BandedConv {
  readonly geometry: Conv2dGeometry;
  readonly algorithm: PoolAlgorithm;
  readonly bands: Bands;
  /** Packed weights: one for each group, or one for all (pools). */
  readonly packs: number;
  /** Whether its whole input lies in the engine's memory, and whether its maps do. */
  readonly isInside: boolean;
  readonly staysInside: boolean;
}

/** Addresses of one thread's own memory: the parts every band needs. */
export interface Lane {
  readonly workspace: number;
  readonly x: number;
  readonly line: number;
  readonly rowTable: number;
  /** Rows of the input as they came: floats, and bytes before they are floats. */
  readonly staging: number;
  readonly bytes: number;
  readonly tables: number;
  readonly y: number;
  readonly gate: number;
}

/** Bytes of packed weights, bias and border columns. */
export function constantBytes({ geometry: g, bands, packs }: BandedConv): number[] {
  return [aligned(bands.bytes.packed) * packs, g.M * 4, (bands.left + bands.right) * 4];
}

/** The most any step needs of each part. Weights wait in `staging` before they are packed. */
export function laneBytes(steps: readonly BandedConv[]): Lane {
  const most = (of: (step: BandedConv) => number) => steps.reduce((max, step) => Math.max(max, of(step)), 0);
  const rowsCopied = ({ geometry: g, bands, isInside }: BandedConv) => {
    if (isInside) return 0;
    return g.paddingMode === 'circular' ? g.H : Math.min(g.H, bands.shape.rows);
  };
  return {
    workspace: most(({ bands }) => bands.bytes.workspace),
    x: most(({ bands }) => bands.bytes.x),
    line: most(({ bands }) => bands.bytes.line),
    rowTable: most(({ bands }) => bands.shape.rows * 4),
    staging: most((step) => {
      const { geometry: g } = step;
      const weight = packsInPlace(step) ? 0 : (g.M / g.groups) * (g.C / g.groups) * g.kH * g.kW * 4;
      return Math.max(g.C * rowsCopied(step) * g.W * 4, weight);
    }),
    bytes: most((step) => step.geometry.C * rowsCopied(step) * step.geometry.W),
    tables: most(({ geometry: g }) => g.C * 1024),
    y: most(({ bands, algorithm, staysInside }) => (staysInside && !algorithm.spills ? 0 : bands.bytes.y)),
    gate: GATE_BYTES,
  };
}

/** Whether the weights can be read straight to where they stay: half the memory of a large linear layer. */
function packsInPlace({ algorithm, packs }: Pick<BandedConv, 'algorithm' | 'packs'>): boolean {
  return algorithm.packsAsGiven === true && packs === 1;
}

/**
 * Copies a layer's weights, bias and border columns to where a run finds them; a pool has neither weight nor bias.
 * @returns the weights, where they were read to be copied; they may lie where the next ones will
 */
export function packConv(
  memory: EngineMemory,
  conv: PackedConv,
  weight: ConvWeight | null,
  bias: Float32Array | null,
  lane: Lane,
): Float32Array | null {
  const { heap, routines } = memory;
  const { geometry: g, bands } = conv;
  if (bias) heap.f32.set(bias, conv.bias / 4);
  else heap.f32.fill(0, conv.bias / 4, conv.bias / 4 + g.M);
  heap.i32.set(borderColumns(g, bands), conv.edges / 4);
  const { workspace } = lane;
  const { shape } = bands;
  if (weight && packsInPlace({ ...conv, packs: g.groups })) {
    weight.loadInto(heap.f32.subarray(conv.packed / 4, conv.packed / 4 + sizeOf(weight.shape)));
    conv.algorithm.pack({ heap, routines, shape, weight: conv.packed, packed: conv.packed, workspace });
    return null;
  }
  const all = g.groups > 1 ? weight?.load() : null;
  const size = weight ? sizeOf(weight.shape) / g.groups : 0;
  const staged = heap.f32.subarray(lane.staging / 4, lane.staging / 4 + size);
  for (let group = 0; group < (weight ? g.groups : 1); group++) {
    if (all) staged.set(all.subarray(group * size, (group + 1) * size));
    else weight?.loadInto(staged);
    const packed = conv.packed + group * conv.packedBytes;
    conv.algorithm.pack({ heap, routines, shape, weight: lane.staging, packed, workspace });
  }
  return weight && (all ?? staged);
}
