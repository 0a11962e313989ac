import type { BandAlgorithm } from '../conv2d/algorithm.js';
import { CONV2D_ALGORITHMS } from '../conv2d/index.js';
import type { FusedBand } from '../fused.js';
import type { EngineInput } from '../input.js';
import type { Lane, PackedConv } from '../lane.js';
import type { Portions } from '../operators/portions.js';
import { runBand } from '../run-band.js';
import type { EngineMemory } from '../wasm/memory.js';
import { openTickets } from './tickets.js';

/** A convolution as threads share it: plain data, sent by message; all numbers lie in the shared memory. */
export interface SharedBands {
  readonly kind: 'bands';
  readonly serial: number;
  readonly algorithm: string;
  readonly conv: Omit<PackedConv, 'algorithm'>;
  /** One for each thread. */
  readonly lanes: readonly Lane[];
  /** Address of the input: float32 numbers, or bytes when there are tables. */
  readonly x: number;
  readonly xShape: readonly number[];
  readonly tables: Float32Array | null;
  readonly y: number;
  readonly yLength: number;
  readonly fused: readonly FusedBand[];
}

/**
 * Says where everything lies, for threads. `at`: where an input goes that lies elsewhere, and maps that are to go elsewhere.
 */
export function shareBands(
  memory: EngineMemory,
  conv: PackedConv,
  input: EngineInput,
  at: { readonly x: number; readonly y: number },
  y: Float32Array,
  fused: readonly FusedBand[],
  lanes: readonly Lane[],
): SharedBands {
  const { heap } = memory;
  const isBytes = 'bytes' in input;
  const there = isBytes ? -1 : memory.addressOf(input.data);
  if (isBytes) heap.u8.set(input.bytes, at.x);
  else if (there === -1) heap.f32.set(input.data, at.x / 4);
  const { algorithm, ...rest } = conv;
  const maps = memory.addressOf(y);
  return {
    kind: 'bands',
    serial: openTickets(memory),
    algorithm: (algorithm as BandAlgorithm).name,
    conv: rest,
    lanes,
    x: there === -1 ? at.x : there,
    xShape: [...input.shape.slice(-3)],
    tables: isBytes ? input.tables : null,
    y: maps === -1 ? at.y : maps,
    yLength: y.length,
    fused,
  };
}

/** The shared input, as a run reads it. */
export function sharedInput({ heap }: EngineMemory, { x, xShape, tables }: SharedBands): EngineInput {
  const size = xShape.reduce((product, side) => product * side, 1);
  if (tables) return { bytes: heap.u8.subarray(x, x + size), tables, shape: xShape };
  return { data: heap.f32.subarray(x / 4, x / 4 + size), shape: xShape };
}

/** The shared output [M, oH, oW]. */
export function sharedOutput({ heap }: EngineMemory, { y, yLength }: SharedBands): Float32Array {
  return heap.f32.subarray(y / 4, y / 4 + yLength);
}

/** A helping thread's way to compute one band. `lane`: its place in the team, from 1. */
export function bandRunner(memory: EngineMemory, work: SharedBands, lane: number): Portions {
  const algorithm = CONV2D_ALGORITHMS.find(({ name }) => name === work.algorithm) as BandAlgorithm;
  const conv = { ...work.conv, algorithm };
  const [input, y] = [sharedInput(memory, work), sharedOutput(memory, work)];
  return {
    count: conv.bands.count,
    run: (index) => runBand(memory, conv, work.lanes[lane], input, y, work.fused, index),
  };
}
