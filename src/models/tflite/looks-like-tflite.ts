import type { ByteSource } from '../../core/bytes.js';

/** Whether a file says that it is of TensorFlow Lite: "TFL3" at byte 4. */
export function looksLikeTflite(source: ByteSource): boolean {
  return source.size >= 8 && String.fromCharCode(...source.read(4, 4)) === 'TFL3';
}
