import type { ByteSource } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { openWire } from './wire.js';

/** Fields of ModelProto, of which no other message that begins likewise has the last ones. */
const [PRODUCER, LARGEST, MOST] = [0x12, 25, 64];

/** Whether a file begins as an ONNX model does: a small IR version, then a field that a model has. */
export function looksLikeOnnx(source: ByteSource): boolean {
  const [key, version, next] = source.read(0, Math.min(3, source.size));
  if (key !== 0x08 || version < 1 || version >= 0x20) return false;
  // models of TensorFlow, Core ML and CNTK begin with a version and a text, too
  return next === PRODUCER ? hasFieldsOfOnnx(source) : [0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42].includes(next);
}

/** A field behind the second, and none that ONNX does not have; also of a file that is cut off, whose reader says so. */
function hasFieldsOfOnnx(source: ByteSource): boolean {
  let [count, largest] = [0, 0];
  try {
    for (const { number } of openWire(source).fields(0, source.size)) {
      largest = Math.max(largest, number);
      if (++count === MOST) break;
    }
  } catch (error) {
    if (!(error instanceof CnnvizError)) throw error;
    return largest <= LARGEST;
  }
  return largest > 2 && largest <= LARGEST;
}
