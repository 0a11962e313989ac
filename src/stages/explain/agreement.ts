import type { Agreement } from '../../core/explanation.js';

/** Explained and stored value side by side; `bound` 0 where the bits must agree. */
export function agreementOf(
  explained: number,
  stored: number,
  algorithm: string | null = null,
  bound = 0,
  reason: string | null = null,
): Agreement {
  const same = Object.is(explained, stored);
  return { explained, stored, same, difference: same ? 0 : Math.abs(explained - stored), bound, algorithm, reason };
}
