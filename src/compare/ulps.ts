const float32 = new Float32Array(2);
const int32 = new Int32Array(float32.buffer);
const float64 = new Float64Array(2);
const int64 = new BigInt64Array(float64.buffer);

/**
 * How many steps from one floating-point number to the next lead from a to b, both of 32 or of 64 bits. −0 and +0 are one
 * number here. Null when one is NaN. Infinity is one step beyond the largest number.
 * Source: Bruce Dawson, "Comparing Floating Point Numbers", 2012
 */
export function ulpsApart(a: number, b: number, bits: 32 | 64): number | null {
  if (Number.isNaN(a) || Number.isNaN(b)) return null;
  if (bits === 32) {
    float32[0] = a;
    float32[1] = b;
    return Math.abs(ordered32(int32[0]) - ordered32(int32[1]));
  }
  float64[0] = a;
  float64[1] = b;
  const apart = ordered64(int64[0]) - ordered64(int64[1]);
  return Number(apart < 0n ? -apart : apart);
}

/** Bits of a float as a whole number that grows with it. */
function ordered32(bits: number): number {
  return bits < 0 ? -(bits + 0x80000000) : bits;
}

function ordered64(bits: bigint): bigint {
  return bits < 0n ? -(bits + 0x8000000000000000n) : bits;
}
