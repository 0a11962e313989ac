import { writeFileSync } from 'node:fs';

/** Writes [name, shape, Float32Array] as a safetensors file. */
export function writeSafetensors(path, tensors) {
  const header = {};
  let at = 0;
  const chunks = tensors.map(([name, shape, data]) => {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
    return bytes;
  });
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(path, Buffer.concat([length, text, ...chunks]));
}
