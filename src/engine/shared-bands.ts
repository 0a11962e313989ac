import type { BandAlgorithm } from './conv2d/algorithm.js';
import { CONV2D_ALGORITHMS } from './conv2d/index.js';
import type { EngineInput } from './input.js';
import { type Activation, type Lane, type PackedConv, runBand } from './lane.js';
import type { EngineMemory } from './wasm/memory.js';
import { joinWork, leaveWork, nextTicket, openTickets } from './wasm/tickets.js';

/** A convolution as threads share it: plain data, sent by message; all numbers lie in the shared memory. */
export interface SharedBands {
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
  readonly fused: Activation | null;
}

/** Threads that can help: implemented where threads exist (src/io). */
export interface ThreadTeam {
  /** Threads in all, the caller's own included. */
  readonly size: number;
  /** False until the first help was asked for: starting takes about 0.1 s. */
  readonly isRunning: boolean;
  /** Asks the others to join; returns at once. They take tickets until none is left. */
  start(memory: EngineMemory, work: SharedBands): void;
}

/** Puts the input into the shared memory and says where everything lies. */
export function shareBands(
  memory: EngineMemory,
  conv: PackedConv,
  input: EngineInput,
  at: { readonly x: number; readonly y: number },
  yLength: number,
  fused: Activation | null,
  lanes: readonly Lane[],
): SharedBands {
  const { heap } = memory;
  const isBytes = 'bytes' in input;
  if (isBytes) heap.u8.set(input.bytes, at.x);
  else heap.f32.set(input.data, at.x / 4);
  const { algorithm, ...rest } = conv;
  return {
    serial: openTickets(memory),
    algorithm: (algorithm as BandAlgorithm).name,
    conv: rest,
    lanes,
    x: at.x,
    xShape: [...input.shape.slice(-3)],
    tables: isBytes ? input.tables : null,
    y: at.y,
    yLength,
    fused: fused && { name: fused.name, parameters: fused.parameters },
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

/** What a helping thread does with a message: bands, until none is left. `lane`: its place in the team, from 1. */
export function helpWith(memory: EngineMemory, work: SharedBands, lane: number): void {
  if (!joinWork(memory, work.serial)) return;
  const algorithm = CONV2D_ALGORITHMS.find(({ name }) => name === work.algorithm) as BandAlgorithm;
  const conv = { ...work.conv, algorithm };
  const [input, y] = [sharedInput(memory, work), sharedOutput(memory, work)];
  const { count } = conv.bands;
  for (let index = nextTicket(memory); index < count; index = nextTicket(memory)) {
    runBand(memory, conv, work.lanes[lane], input, y, work.fused, index);
  }
  leaveWork(memory);
}
