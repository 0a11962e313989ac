import { packWide } from '../engine/wasm/packing.js';
import { type WideState, wideState } from '../engine/wasm/wide.js';
import { noWideReason, startWide, widePacker, wideUsers } from '../io/wide.js';

/** From now on, the routines that gain by it work on vectors of 256 bits, where V8 can pack them. The bits stay the same. */
export function useWide(): void {
  if (noWideReason() !== null) return;
  startWide();
  packWide(widePacker);
}

/** In a thread: as in the one that started it. */
export function useWideAsStarted(): void {
  if (wideUsers() !== null) packWide(widePacker);
}

/** "256 bits", or why it is 128: what a plan says of the vectors. */
export function vectorWords(asked: boolean, state: WideState = wideState()): string {
  if (state === 'on') return '256 bits';
  const why = state === 'off' ? (asked ? noWideReason() : 'without --wide') : differsWords(state.differs);
  return why === null ? '128 bits' : `128 bits: ${why}`;
}

/** What is to be said after a run for which wide vectors were asked; null: they were used. */
export function wideNote(asked: boolean, state: WideState = wideState()): string | null {
  if (state === 'on') return null;
  if (state !== 'off') return `--wide was turned off: ${differsWords(state.differs)}; the results are not affected`;
  return asked ? `--wide does nothing here: ${noWideReason()}` : null;
}

function differsWords(name: string): string {
  return `packed, ${name} does not give the bits of its twin on this machine`;
}
