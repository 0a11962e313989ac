import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** A text of more letters is packed: names of neighbours are alike. */
const SMALL = 1000;
/** What is not ours must not fill the memory. */
const MOST_BYTES = 256 * 2 ** 20;

/** A text on its way through Redis, which keeps everything in memory. */
export function packText(text: string): string {
  return text.length < SMALL ? `=${text}` : `z${deflateRawSync(text).toString('base64')}`;
}

/** The text again; null for what is none. */
export function unpackText(packed: string): string | null {
  if (packed.startsWith('=')) return packed.slice(1);
  if (!packed.startsWith('z')) return null;
  try {
    return inflateRawSync(Buffer.from(packed.slice(1), 'base64'), { maxOutputLength: MOST_BYTES }).toString('utf8');
  } catch {
    return null;
  }
}
