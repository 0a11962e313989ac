import type { BandAlgorithm } from './conv2d/algorithm.js';
import { CONV2D_ALGORITHMS } from './conv2d/index.js';
import type { FusedBand } from './fused.js';
import type { EngineInput } from './input.js';
import type { Lane, PackedConv } from './lane.js';
import { runBand } from './run-band.js';
import type { EngineMemory } from './wasm/memory.js';

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
  readonly fused: readonly FusedBand[];
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

/**
 * Bands are handed out by tickets, so that a thread held up elsewhere costs little. Two shared numbers below the address
 * where allocation begins: the next ticket; and the serial number of the work · 256 + CLOSED or how many threads are at
 * it. A thread that comes late, to work that is closed or long replaced, finds another number there and goes away.
 */
const CONTROL = 65_536 - 64;
const [TICKET, STATE] = [CONTROL / 4, CONTROL / 4 + 1];
const CLOSED = 128;
/** A band takes milliseconds; a thread that is silent for this long has died. */
const SILENCE_MS = 60_000;

/** Begins new work; returns its serial number. */
function openTickets({ heap }: EngineMemory): number {
  const serial = (Atomics.load(heap.i32, STATE) >> 8) + 1;
  Atomics.store(heap.i32, TICKET, 0);
  Atomics.store(heap.i32, STATE, serial << 8);
  return serial;
}

/** The next band to compute; beyond the last when none is left. */
export function nextTicket({ heap }: EngineMemory): number {
  return Atomics.add(heap.i32, TICKET, 1);
}

/** Joins work of this number; false when it is over. */
function joinWork({ heap }: EngineMemory, serial: number): boolean {
  for (;;) {
    const state = Atomics.load(heap.i32, STATE);
    if (state >> 8 !== serial || (state & CLOSED) !== 0) return false;
    if (Atomics.compareExchange(heap.i32, STATE, state, state + 1) === state) return true;
  }
}

function leaveWork({ heap }: EngineMemory): void {
  Atomics.sub(heap.i32, STATE, 1);
  Atomics.notify(heap.i32, STATE);
}

/** Closes the work when everyone has left. @throws Error when a thread never does */
export function closeWork({ heap }: EngineMemory, serial: number): void {
  for (;;) {
    const open = serial << 8;
    const state = Atomics.compareExchange(heap.i32, STATE, open, open + CLOSED);
    if (state === open) return;
    if (Atomics.wait(heap.i32, STATE, state, SILENCE_MS) === 'timed-out') {
      throw new Error('a worker thread of the engine does not answer');
    }
  }
}
