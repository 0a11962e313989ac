import type { EngineMemory } from '../wasm/memory.js';

/**
 * Portions of shared work are handed out by tickets, so that a thread held up elsewhere costs little. Two shared numbers below the address
 * where allocation begins: the next ticket; and the serial number of the work · 256 + CLOSED or how many threads are at
 * it. A thread that comes late, to work that is closed or long replaced, finds another number there and goes away.
 */
const CONTROL = 65_536 - 64;
const [TICKET, STATE] = [CONTROL / 4, CONTROL / 4 + 1];
const CLOSED = 128;
/** Beyond the last portion of any work, and far from the last int32. */
const NONE_LEFT = 2 ** 30;
/** A portion takes milliseconds; a thread that is silent for this long has died. */
const SILENCE_MS = 60_000;

/** Begins new work; returns its serial number. */
export function openTickets({ heap }: EngineMemory): number {
  const serial = (Atomics.load(heap.i32, STATE) >> 8) + 1;
  Atomics.store(heap.i32, TICKET, 0);
  Atomics.store(heap.i32, STATE, serial << 8);
  return serial;
}

/** The next portion to compute; beyond the last when none is left. */
export function nextTicket({ heap }: EngineMemory): number {
  return Atomics.add(heap.i32, TICKET, 1);
}

/** No portion is taken from now on: each is done, or the run was left. */
export function endTickets({ heap }: EngineMemory): void {
  Atomics.store(heap.i32, TICKET, NONE_LEFT);
}

/** Joins work of this number; false when it is over. */
export function joinWork({ heap }: EngineMemory, serial: number): boolean {
  for (;;) {
    const state = Atomics.load(heap.i32, STATE);
    if (state >> 8 !== serial || (state & CLOSED) !== 0) return false;
    if (Atomics.compareExchange(heap.i32, STATE, state, state + 1) === state) return true;
  }
}

export function leaveWork({ heap }: EngineMemory): void {
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
