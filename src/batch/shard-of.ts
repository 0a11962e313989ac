/**
 * Part i of n of a list, i from 1: every nth of it, so that neighbours (which are often alike in size) fall into
 * different parts. The parts are disjoint, together they are the list, and their sizes differ by one at most.
 */
export function shardOf<T>(items: readonly T[], i: number, n: number): T[] {
  return items.filter((_, index) => index % n === i - 1);
}
