import { formatNumber } from '../core/format.js';

export { formatBytes } from '../core/format.js';

/** Time for people: "12 ms", "3.4 s"; never less than a millisecond. */
export function formatMs(ms: number): string {
  return ms < 1000 ? `${Math.max(1, Math.round(ms))} ms` : `${formatNumber(ms / 1000, 2)} s`;
}
