import { Superseded } from '../engine-proxy.js';
import type { Refusal } from '../protocol.js';

/** An error as a refusal; null: a newer question has taken its place, and nothing went wrong. */
export function refusalOf(error: unknown): Refusal | null {
  if (error instanceof Superseded) return null;
  const { message, fix } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const words = typeof message === 'string' && message !== '' ? message : String(error);
  return { message: words, fix: typeof fix === 'string' ? fix : null };
}
