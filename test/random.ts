/** A seeded generator (mulberry32): the same numbers in every run. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** `length` float32 numbers in lo … hi. */
export function randomArray(length: number, seed: number, lo = -1, hi = 1): Float32Array {
  const next = seeded(seed);
  return Float32Array.from({ length }, () => lo + (hi - lo) * next());
}

/** `length` whole numbers in lo … hi. */
export function randomIntegers(length: number, seed: number, lo: number, hi: number): Float32Array {
  const next = seeded(seed);
  return Float32Array.from({ length }, () => lo + Math.floor((hi - lo + 1) * next()));
}
