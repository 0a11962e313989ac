import { float32Bytes, viewOf } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { sizeOf } from '../../core/tensor.js';

/** An array to write: float32, or bytes. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint8Array;
}

/**
 * A safetensors file: the length of the header in 8 bytes, the header in JSON, filled up with spaces so that the numbers
 * begin at a multiple of 8, then the numbers one after another, little-endian. Arrays stand in the order given, float32
 * before bytes, texts sorted by code units: the same content gives the same bytes.
 * Source: huggingface/safetensors README "Format"
 */
export function writeSafetensors(
  entries: readonly SafetensorsEntry[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const isFloat = ({ data }: SafetensorsEntry) => data instanceof Float32Array;
  const ordered = [...entries.filter(isFloat), ...entries.filter((entry) => !isFloat(entry))];
  const header: Record<string, unknown> = {
    __metadata__: Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  let end = 0;
  for (const { name, shape, data } of ordered) {
    if (data.length !== sizeOf(shape)) {
      throw new CnnvizError('shape', `${name}: ${data.length} numbers do not fill the shape [${shape.join(', ')}]`);
    }
    const begin = end;
    end += data.byteLength;
    header[name] = { dtype: data instanceof Float32Array ? 'F32' : 'U8', shape, data_offsets: [begin, end] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + end).fill(0x20, 8, 8 + length);
  viewOf(bytes).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  let at = 8 + length;
  for (const { data } of ordered) {
    bytes.set(data instanceof Float32Array ? float32Bytes(data) : data, at);
    at += data.byteLength;
  }
  return bytes;
}
