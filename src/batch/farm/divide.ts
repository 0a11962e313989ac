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
 * only, so that a worker opens few of them.
 */
export function* divide(inputs: readonly Input[], size: number): Generator<JobInputs> {
  let number = 0;
  let from = 0;
  let archive = archiveOf(inputs[0]);
  for (let at = 1; at <= inputs.length; at++) {
    const next = at < inputs.length ? archiveOf(inputs[at]) : undefined;
    if (at < inputs.length && at - from < size && next === archive) continue;
    yield { number: number++, inputs: inputs.slice(from, at) };
    from = at;
    archive = next ?? null;
  }
}

/** How many jobs that makes. */
export function jobCount(inputs: readonly Input[], size: number): number {
  let count = 0;
  for (const _ of divide(inputs, size)) count++;
  return count;
}

function archiveOf(input: Input | undefined): string | null {
  if (input?.remote !== undefined) return input.member === undefined ? null : input.remote.address;
  return input === undefined ? null : (memberPath(input.path)?.archive ?? null);
}
