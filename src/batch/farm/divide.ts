import type { Input } from '../../io/inputs.js';
import { memberPath } from '../../io/tar/member-path.js';

/** Neighbours in the sorted list, to be worked on by one worker. */
export interface JobInputs {
  /** From 0, in the order of the list. */
  readonly number: number;
  readonly inputs: readonly Input[];
}

/** The inputs in order of their paths' code units, which is the order of a manifest. */
export function sorted(inputs: readonly Input[]): Input[] {
  return [...inputs].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/**
 * Cuts a sorted list into jobs of at most so many inputs. Neighbours stay together: files of one folder, and of one archive
 * only, so that a worker opens few of them. Where results are gathered in parts, each part is a job.
 */
export function* divide(inputs: readonly Input[], size: number): Generator<JobInputs> {
  let number = 0;
  let from = 0;
  for (let at = 1; at <= inputs.length; at++) {
    if (at < inputs.length && belongTogether(inputs[at - 1], inputs[at], at - from < size)) continue;
    yield { number: number++, inputs: inputs.slice(from, at) };
    from = at;
  }
}

function belongTogether(one: Input, next: Input, hasRoom: boolean): boolean {
  if (one.part !== undefined || next.part !== undefined) return one.part === next.part;
  return hasRoom && archiveOf(one) === archiveOf(next);
}

/** How many jobs that makes. */
export function jobCount(inputs: readonly Input[], size: number): number {
  let count = 0;
  for (const _ of divide(inputs, size)) count++;
  return count;
}

function archiveOf({ path, remote, member }: Input): string | null {
  if (remote !== undefined) return member === undefined ? null : remote.address;
  return memberPath(path)?.archive ?? null;
}
