import type { Heap } from '../routines/heap.js';

/** The smallest n ≥ size whose prime factors are 2, 3 and 5. */
export function smoothSize(size: number): number {
  for (let n = size; ; n++) {
    let rest = n;
    for (const prime of [2, 3, 5]) while (rest % prime === 0) rest /= prime;
    if (rest === 1) return n;
  }
}

/** The passes of a transform of n elements: radices whose product is n. */
export function radicesOf(n: number): number[] {
  const radices: number[] = [];
  let rest = n;
  for (const radix of [5, 4, 3, 2]) {
    while (rest % radix === 0) {
      radices.push(radix);
      rest /= radix;
    }
  }
  return radices;
}

/** Bytes of a plan: the number of passes and their radices, then the twiddles. */
export function planBytes(n: number): { radices: number; twiddles: number } {
  const radices = radicesOf(n);
  let length = n;
  let twiddles = 0;
  for (const radix of radices) {
    length /= radix;
    twiddles += length * (radix - 1) * 8;
  }
  return { radices: (radices.length + 1) * 4, twiddles };
}

/** Writes the radices at `plan` and e^(−2πi·p·j/length) of every pass, p and j at `twiddles`. */
export function writePlan({ i32, f32 }: Heap, n: number, plan: number, twiddles: number): void {
  const radices = radicesOf(n);
  i32.set([radices.length, ...radices], plan / 4);
  let at = twiddles / 4;
  let length = n;
  for (const radix of radices) {
    const m = length / radix;
    for (let p = 0; p < m; p++) {
      for (let j = 1; j < radix; j++) {
        const [cosine, sine] = turn(p * j, length);
        f32[at++] = cosine;
        f32[at++] = -sine;
      }
    }
    length = m;
  }
}

/** cos and sin of 2π·k/n: reduced to an eighth of a turn by whole numbers, then by Taylor; alike on every machine. */
function turn(k: number, n: number): [number, number] {
  const eighth = (8 * (k % n)) / n;
  const quarter = Math.floor((eighth + 1) / 2) % 4;
  // the angle from the nearest quarter turn, −π/4 … π/4
  const angle = (2 * Math.PI * (4 * (k % n) - n * Math.floor((eighth + 1) / 2))) / (4 * n);
  const square = angle * angle;
  let [cosine, sine] = [1, 1];
  for (let i = 20; i >= 2; i -= 2) {
    cosine = 1 - (square / (i * (i - 1))) * cosine;
    sine = 1 - (square / (i * (i + 1))) * sine;
  }
  sine *= angle;
  switch (quarter) {
    case 0:
      return [cosine, sine];
    case 1:
      return [-sine, cosine];
    case 2:
      return [-cosine, -sine];
    default:
      return [sine, -cosine];
  }
}
