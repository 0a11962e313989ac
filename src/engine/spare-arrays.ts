/** Arrays that nobody looks at any more, kept for the next run: pages that were never touched cost more than a map's numbers. */
export class SpareArrays {
  /** From the smallest to the largest. */
  #idle: Float32Array[] = [];

  /** An array of so many numbers, whatever they are: a part of a spare one that is not much larger, or a new one. */
  take(length: number): Float32Array {
    const index = this.#idle.findIndex((spare) => spare.length >= length && spare.length <= MOST_WASTE * length);
    if (index === -1) return new Float32Array(length);
    const [spare] = this.#idle.splice(index, 1);
    return spare.subarray(0, length);
  }

  /** Takes back what `take` gave, once nobody reads it. The largest are kept. */
  give(arrays: Iterable<Float32Array>): void {
    for (const array of arrays) this.#idle.push(new Float32Array(array.buffer));
    this.#idle.sort((a, b) => a.length - b.length);
    this.#idle.splice(0, this.#idle.length - MOST_IDLE);
  }
}

/** Images in flight have their values, and a few sizes change places. */
const MOST_IDLE = 4;
const MOST_WASTE = 2;
