import type { Refusal } from '../protocol.js';

/** What the engine says of a question that a newer one has taken the place of. */
export const SUPERSEDED = 'superseded';

/** An error as a refusal; null: a newer question has taken its place, and nothing went wrong. */
export function refusalOf(error: unknown): Refusal | null {
  const { name, message, fix } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  if (message === SUPERSEDED || name === SUPERSEDED) return null;
  const words = typeof message === 'string' && message !== '' ? message : String(error);
  return { message: words, fix: typeof fix === 'string' ? fix : null };
}
