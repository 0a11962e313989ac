import { type ByteSource, viewOf } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { type Field, openWire } from '../onnx/wire.js';
import { asText, type ForeignKind } from './foreign-kind.js';

/** Fields of a message that are looked at: what a file is, its first ones tell. */
const MOST_FIELDS = 64;

/** A protobuf message whose outermost fields fit; `head` gives the first characters of one. */
export const messageOf =
  (fits: (fields: readonly Field[], head: (field: Field) => string) => boolean): ForeignKind['told'] =>
  ({ source }) => {
    const fields = source && outerFields(source);
    if (!source || !fields) return false;
    return fits(fields, ({ from, length }) => asText(source.read(from, Math.min(length, 256))));
  };

/** The first fields of a file as a protobuf message; null where it is none. */
function outerFields(source: ByteSource): readonly Field[] | null {
  const found: Field[] = [];
  try {
    for (const field of openWire(source).fields(0, source.size)) {
      found.push(field);
      if (found.length === MOST_FIELDS) break;
    }
  } catch (error) {
    if (error instanceof CnnvizError) return null;
    throw error;
  }
  return found.length === 0 ? null : found;
}

/**
 * Where the value of a field of a flatbuffer's root table lies; null where it has none, or the file is no flatbuffer.
 * Source: flatbuffers.dev, Internals
 */
export function rootField(source: ByteSource, field: number): number | null {
  if (source.size < 16) return null;
  const at = (from: number, bytes: number) =>
    from >= 0 && from + bytes <= source.size ? viewOf(source.read(from, bytes)) : null;
  const root = at(0, 4)?.getUint32(0, true) ?? -1;
  const back = at(root, 4)?.getInt32(0, true);
  if (back === undefined) return null;
  const size = at(root - back, 4)?.getUint16(0, true) ?? 0;
  if (size < 4 || size > 256 || size % 2 !== 0 || 4 + 2 * field + 2 > size) return null;
  const offset = at(root - back + 4 + 2 * field, 2)?.getUint16(0, true) ?? 0;
  return offset === 0 ? null : root + offset;
}
