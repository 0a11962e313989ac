import { formatNumber } from '../core/format.js';

/** Time for people: "12 ms", "3.4 s"; never less than a millisecond. */
export function formatMs(ms: number): string {
  return ms < 1000 ? `${Math.max(1, Math.round(ms))} ms` : `${formatNumber(ms / 1000, 2)} s`;
}

/** Size for people: "812 bytes", "93 kB", "244 MB". */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${formatNumber(bytes / 1000, 3)} kB` : `${formatNumber(bytes / 1e6, 3)} MB`;
}
