import type { EngineMemory } from '../../wasm/memory.js';
import { runTicket } from './phases.js';
import { type Phase, readPhase, type TrainingShare, writePhase } from './share.js';

/** Threads that can help a training: implemented where threads exist (src/io). */
export interface TrainingTeam {
  /** Threads in all, the caller's own included. */
  readonly size: number;
  /** Asks the others to join until they are dismissed; returns at once. */
  start(memory: EngineMemory, share: TrainingShare): void;
}

/**
 * Phases are handed out by tickets. Three shared numbers: the next ticket; the state, which is the serial number of the
 * phase · 256 + CLOSED or how many helpers are at it, or DISMISSED; and the number of helpers that died.
 */
const [TICKET, STATE, FAULTS] = [0, 1, 2];
export const CONTROL_BYTES = 64;
const CLOSED = 128;
const DISMISSED = -1;
const SERIALS = 2 ** 22;
/** Looks at the state before a thread goes to sleep: a few microseconds. */
const SPINS = 2000;
/** A ticket takes milliseconds; a thread that is silent for this long has died. */
const SILENCE_MS = 60_000;

/** Puts the state of a memory without helpers. */
export function openTeam({ heap }: EngineMemory, { control }: TrainingShare): void {
  heap.i32.fill(0, control / 4, control / 4 + CONTROL_BYTES / 4);
  Atomics.store(heap.i32, control / 4 + STATE, CLOSED);
}

/** Runs a phase with whoever helps; returns when all of it is done. @throws Error when a helper died */
export function runPhase(memory: EngineMemory, share: TrainingShare, phase: Phase): void {
  const { i32, f64 } = memory.heap;
  const at = share.control / 4;
  const serial = ((Atomics.load(i32, at + STATE) >> 8) + 1) % SERIALS;
  writePhase(f64, share.phase, phase);
  Atomics.store(i32, at + TICKET, 0);
  Atomics.store(i32, at + STATE, serial << 8);
  Atomics.notify(i32, at + STATE);
  takeTickets(memory, share, phase, 0);
  const open = serial << 8;
  for (let spins = 0; ; spins++) {
    const state = Atomics.compareExchange(i32, at + STATE, open, open + CLOSED);
    if (state === open) break;
    if (spins > SPINS && Atomics.wait(i32, at + STATE, state, SILENCE_MS) === 'timed-out') {
      throw new Error('a worker thread of the training does not answer');
    }
  }
  if (Atomics.load(i32, at + FAULTS) > 0) throw new Error('a worker thread of the training failed');
}

/** Sends the helpers home. */
export function dismissTeam({ heap }: EngineMemory, { control }: TrainingShare): void {
  Atomics.store(heap.i32, control / 4 + STATE, DISMISSED);
  Atomics.notify(heap.i32, control / 4 + STATE);
}

/** What a helping thread does until it is dismissed. `lane`: its place in the team, from 1. */
export function helpTraining(memory: EngineMemory, share: TrainingShare, lane: number): void {
  const { i32, f64 } = memory.heap;
  const at = share.control / 4 + STATE;
  let [last, spins] = [-1, 0];
  for (;;) {
    const state = Atomics.load(i32, at);
    if (state === DISMISSED) return;
    if (state >> 8 === last || (state & CLOSED) !== 0) {
      if (spins++ > SPINS) Atomics.wait(i32, at, state);
      continue;
    }
    if (Atomics.compareExchange(i32, at, state, state + 1) !== state) continue;
    last = state >> 8;
    spins = 0;
    try {
      takeTickets(memory, share, readPhase(f64, share.phase), lane);
    } catch (error) {
      Atomics.add(i32, share.control / 4 + FAULTS, 1);
      throw error;
    } finally {
      Atomics.sub(i32, at, 1);
      Atomics.notify(i32, at);
    }
  }
}

function takeTickets(memory: EngineMemory, share: TrainingShare, phase: Phase, lane: number): void {
  const { i32 } = memory.heap;
  const at = share.control / 4 + TICKET;
  for (let ticket = Atomics.add(i32, at, 1); ticket < phase.tickets; ticket = Atomics.add(i32, at, 1)) {
    runTicket(memory, share, phase, ticket, lane);
  }
}
