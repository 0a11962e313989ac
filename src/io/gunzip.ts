import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { CnnvizError } from '../core/errors.js';
import { formatBytes } from '../core/text.js';

/** Whether bytes begin as gzip does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Unpacks gzip. @throws CnnvizError 'format' when it is damaged, or gives more than `most` bytes */
export async function unpackGzip(bytes: Uint8Array, most: number): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: most });
  } catch (cause) {
    const isTooLarge = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    const what = isTooLarge ? `unpacks to more than ${formatBytes(most)}` : 'a damaged gzip archive';
    throw new CnnvizError('format', what, { fix: 'fetch the file again', cause });
  }
}
