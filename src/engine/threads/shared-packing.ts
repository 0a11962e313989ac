import type { EngineMemory } from '../wasm/memory.js';

/** What a part of shared constants is: nobody's yet, in the hands of one thread, packed; packed, and `pack` said true. */
const [FREE, TAKEN, PACKED, PACKED_TRUE] = [0, 1, 2, 3];

/** What `packTogether` keeps of so many parts. */
export function partsBytes(count: number): number {
  return count * 4;
}

/**
 * Packs the parts of constants that threads share, each by the one of them that comes to it first, and returns when all are
 * packed: what `pack` said of each. A part that one thread cannot pack is left to the others.
 * @param at where `partsBytes` of zeros lay when the first thread came
 */
export function packTogether(
  { heap: { i32 } }: EngineMemory,
  at: number,
  count: number,
  pack: (part: number) => boolean,
): readonly boolean[] {
  const stateAt = (part: number): number => at / 4 + part;
  const packIfFree = (part: number): void => {
    const state = stateAt(part);
    if (Atomics.compareExchange(i32, state, FREE, TAKEN) !== FREE) return;
    let after = FREE;
    try {
      after = pack(part) ? PACKED_TRUE : PACKED;
    } finally {
      Atomics.store(i32, state, after);
      Atomics.notify(i32, state);
    }
  };
  // the last first: later layers have more weights, and whoever is done early then takes what is small
  const parts = Array.from({ length: count }, (_, part) => count - 1 - part);
  parts.forEach(packIfFree);
  for (const part of parts) {
    while (Atomics.load(i32, stateAt(part)) < PACKED) {
      Atomics.wait(i32, stateAt(part), TAKEN);
      packIfFree(part);
    }
  }
  return parts.map((_, part) => Atomics.load(i32, stateAt(part)) === PACKED_TRUE);
}
