/** Four vectors at `from`, `step` bytes apart, to four at `to`: rows become columns. */
export function transpose(from: i32, step: i32, to: i32, toStep: i32): void {
  const a = v128.load(from);
  const b = v128.load(from + step);
  const c = v128.load(from + 2 * step);
  const d = v128.load(from + 3 * step);
  const lowA = i32x4.shuffle(a, b, 0, 4, 1, 5);
  const lowB = i32x4.shuffle(c, d, 0, 4, 1, 5);
  const highA = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const highB = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(to, i32x4.shuffle(lowA, lowB, 0, 1, 4, 5));
  v128.store(to + toStep, i32x4.shuffle(lowA, lowB, 2, 3, 6, 7));
  v128.store(to + 2 * toStep, i32x4.shuffle(highA, highB, 0, 1, 4, 5));
  v128.store(to + 3 * toStep, i32x4.shuffle(highA, highB, 2, 3, 6, 7));
}
