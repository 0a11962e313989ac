import type { ByteSource } from '../../core/bytes.js';

/** Whether a file begins as an ONNX model does: a small IR version, then a field that a model has. */
export function looksLikeOnnx(source: ByteSource): boolean {
  const [key, version, next] = source.read(0, Math.min(3, source.size));
  return key === 0x08 && version >= 1 && version < 0x20 && [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42].includes(next);
}
