import { setTimeout } from 'node:timers/promises';

/** How often something is tried in all, and how long is waited between two tries. */
export const TRIES = 10;
const [FIRST_WAIT_MS, LONGEST_WAIT_MS, LONGEST_ASKED_MS] = [100, 5000, 30_000];

/** What is to be done about a fault. */
export interface Passing {
  /** How many tries it is worth in all. */
  readonly tries: number;
  /** How long who answers asks to wait; null: says nothing. */
  readonly afterMs: number | null;
}

/** What waiting is made of; tests have their own. */
export interface Waits {
  readonly wait: (ms: number) => Promise<unknown>;
  readonly random: () => number;
}

const WAITS: Waits = { wait: (ms) => setTimeout(ms), random: Math.random };

/**
 * Tries until it goes well, with waits that double, each of a random length up to that, so that those who were refused
 * together do not come again together.
 * @param passing what a fault is worth; null: it stays
 * @param refused the error for a fault that is given up, and how often it was tried
 * Source: "Exponential Backoff And Jitter", AWS Architecture Blog: full jitter
 */
export async function persistently<T>(
  attempt: (tried: number) => Promise<T>,
  passing: (error: unknown) => Passing | null,
  refused: (error: unknown, tries: number) => unknown,
  { wait, random }: Waits = WAITS,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt(tries - 1);
    } catch (error) {
      const worth = passing(error);
      if (worth === null || tries >= worth.tries) throw refused(error, tries);
      const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1));
      await wait(Math.max(Math.round(random() * most), Math.min(worth.afterMs ?? 0, LONGEST_ASKED_MS)));
    }
  }
}
