import { noWideReason } from '../io/wide.js';
import { useWide } from '../run/wide.js';

/**
 * From now on, what this process computes takes vectors of 256 bits in place of 128: the same bits, sooner. On x64, not
 * under macOS, with Node 24 or newer; elsewhere it does nothing. A routine is packed once it has been called some times,
 * and only when it gives the bits of its twin in TypeScript; one that does not turns all of them back to 128 bits.
 * Call it before the first session is made; it cannot be undone.
 * @returns null, or why it does nothing here
 */
export function useWideVectors(): string | null {
  useWide();
  return noWideReason();
}
