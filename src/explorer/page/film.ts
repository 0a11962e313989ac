import type { PageData } from '../page-data.js';

/**
 * The largest size of a weight in all moments of a film, so that one scale shows how it grows; null where there is no
 * film, or its numbers are not in the page.
 */
export function filmReach(data: PageData, bytes: Uint8Array | null, constant: string): number | null {
  if (data.together !== 'film' || bytes === null) return null;
  let reach = 0;
  for (const { model } of data.networks) {
    const found = model.constants.find(({ name }) => name === constant);
    if (found?.dtype !== 'float32') return null;
    const { at, length } = found.bytes;
    const weights = new Float32Array(bytes.slice(at, at + length).buffer);
    for (const weight of weights) if (Math.abs(weight) > reach) reach = Math.abs(weight);
  }
  return reach;
}
