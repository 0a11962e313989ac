/** How many float64 numbers lie between two: 0 for equal, 1 for neighbours. */
export function ulpsBetween(a: number, b: number): number {
  const [x, y] = new BigInt64Array(Float64Array.of(a, b).buffer);
  const order = (bits: bigint) => (bits < 0n ? -(bits & 0x7fff_ffff_ffff_ffffn) : bits);
  return Math.abs(Number(order(x) - order(y)));
}
