import type { Routines } from '../routines/index.js';
import { engineModule, routinesOf } from './compile.js';

/** Whether routines are packed: not asked for, yes, or no more, because this one gave other bits than its twin. */
export type WideState = 'off' | 'on' | { readonly differs: string };

/** Routines on vectors of 256 bits: `packing.ts`, which nobody loads who does not ask for it. */
export interface Packing {
  readonly state: WideState;
  /** The same routines, some of which are packed sooner or later. */
  packed(plain: Routines, memory: WebAssembly.Memory): Routines;
}

let packing: Packing | null = null;

/** From now on memories get what this makes of their routines. */
export function startPacking(one: Packing): void {
  packing ??= one;
}

export function wideState(): WideState {
  return packing?.state ?? 'off';
}

/** Of the vectors that routines work on, as soon as they pay. */
export function vectorBits(): 128 | 256 {
  return wideState() === 'on' ? 256 : 128;
}

/** The routines for a memory. */
export function routinesFor(memory: WebAssembly.Memory): Routines {
  const plain = routinesOf(engineModule(memory), memory);
  return packing?.state === 'on' ? packing.packed(plain, memory) : plain;
}
