const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

/** The smallest float16 whose leading bit is not told, and the step below it. */
const [LEAST_NORMAL, STEP] = [2 ** -14, 2 ** -24];
/** Half-way from the largest float16 to what would be the next. */
const TOO_LARGE = 65_520;

/** The nearest float32 with so many bits of its fraction dropped, of two the even one. */
function dropBits(x: number, dropped: number): number {
  FLOAT[0] = x;
  const odd = (BITS[0] >>> dropped) & 1;
  BITS[0] = (BITS[0] + (2 ** (dropped - 1) - 1) + odd) & ~(2 ** dropped - 1);
  return FLOAT[0];
}

/** The nearest float16, of two the even one; beyond the largest, infinity. */
export function roundToHalf(x: number): number {
  const size = Math.abs(x);
  if (!(size < TOO_LARGE)) return Number.isNaN(x) ? x : Math.sign(x) * Number.POSITIVE_INFINITY;
  if (size >= LEAST_NORMAL) return dropBits(x, 13);
  // float64 has no places left behind 1.5·2⁵²
  return (x / STEP + 1.5 * 2 ** 52 - 1.5 * 2 ** 52) * STEP;
}

/** The nearest bfloat16, of two the even one. */
export function roundToBfloat(x: number): number {
  return Number.isFinite(x) ? dropBits(x, 16) : x;
}
