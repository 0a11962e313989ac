const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

/**
 * The checksum of HDF5's newer structures: Bob Jenkins' lookup3 (hashlittle, from 0 on).
 * Source: burtleburtle.net/bob/c/lookup3.c; HDF5's H5checksum.c, H5_checksum_lookup3
 */
export function lookup3(bytes: Uint8Array): number {
  const { length } = bytes;
  let a = (0xdeadbeef + length) | 0;
  let [b, c] = [a, a];
  const word = (at: number): number => bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
  let at = 0;
  for (; length - at > 12; at += 12) {
    a = (a + word(at)) | 0;
    b = (b + word(at + 4)) | 0;
    c = (c + word(at + 8)) | 0;
    a = (a - c) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = (a - c) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 4);
    b = (b + a) | 0;
  }
  if (at === length) return c >>> 0;
  // bytes beyond the end count as 0
  const tail = (from: number): number => {
    let value = 0;
    for (let i = 0; i < 4; i++) if (from + i < length) value |= bytes[from + i] << (8 * i);
    return value;
  };
  a = (a + tail(at)) | 0;
  b = (b + tail(at + 4)) | 0;
  c = (c + tail(at + 8)) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return c >>> 0;
}
