import { type ByteSource, checkRange } from '../../core/bytes.js';

/** `size` bytes of a source from `start` on, as a source of their own. @throws CnnvizError 'format' when they lie outside */
export function windowOf(source: ByteSource, start: number, size: number): ByteSource {
  checkRange(source.size, start, size);
  return {
    size,
    read(from, length) {
      checkRange(size, from, length);
      return source.read(start + from, length);
    },
    readInto(from, target) {
      checkRange(size, from, target.length);
      source.readInto(start + from, target);
    },
  };
}
