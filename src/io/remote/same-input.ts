import { CnnvizError } from '../../core/errors.js';
import { fileIdentity } from '../files.js';
import type { Input } from '../find/input.js';
import { sha256, sha256OfFile } from '../hash.js';
import { readInput } from './read-input.js';

/** What changes with an input's bytes, where a store says it: as its listing did. Absent: nobody says. */
export function tagOfInput({ remote }: Pick<Input, 'remote'>): string | undefined {
  const tag = remote?.etag ?? null;
  // a weak one does not promise the same bytes
  return tag === null || tag.startsWith('W/') ? undefined : tag;
}

/**
 * Whether an input still has the bytes that it had.
 * @param before SHA-256 of those, and the tag that a store gave them
 */
export async function isSameInput(
  input: Input,
  before: { readonly sha256: string; readonly etag?: string | undefined },
): Promise<boolean> {
  if (before.etag !== undefined && tagOfInput(input) === before.etag) return true;
  return (await hashOf(input)) === before.sha256;
}

/** Null for one that is gone or cannot be read. */
async function hashOf(input: Input): Promise<string | null> {
  if (input.remote === undefined) {
    return fileIdentity(input.path) === null ? null : sha256OfFile(input.path).catch(() => null);
  }
  try {
    return sha256(await readInput(input));
  } catch (error) {
    if (error instanceof CnnvizError && error.scope !== 'command') return null; // it fails again, by name, as an input
    throw error;
  }
}
